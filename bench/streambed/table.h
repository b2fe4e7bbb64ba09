// Figures over predictions, and their print.
#pragma once

#include <string>
#include <vector>

#include "bench/streambed/predict.h"

namespace streambed {

// What an error is for: the size of a capacity that was seen, or the trend towards a larger one.
enum class Bar { kSeen, kLarger };

// Prints one row per query and one for all: number, linear's and our error, coverage; with `bar` the verdict.
void PrintTable(const std::string& title, const std::vector<Prediction>& predictions, Bar bar);

// Prints one line of figures over all predictions.
void PrintLine(const std::string& name, const std::vector<Prediction>& predictions);

// Prints what each part of the model takes off linear's answer: geometric means over the predictions of each query.
void PrintSteps(const std::vector<Prediction>& predictions);

// Prints the `count` predictions that linear overestimates most.
void PrintWorstOfLinear(std::vector<Prediction> predictions, size_t count);

}  // namespace streambed
