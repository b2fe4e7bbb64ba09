// The numbers that a change is about: what they were, what was predicted, what they became.
#pragma once

#include <optional>

#include "service/jobs/judge.h"
#include "tune/v1/changes.pb.h"

namespace tune {

// Names of v1.ChangeMeasure; besides "subtasks of VERTEX" and "ms per record of VERTEX", by its name, and its id where
// another one has the same name.
constexpr char kSlots[] = "slots";
constexpr char kTaskManagers[] = "TaskManagers";
constexpr char kTaskManagerCores[] = "cores of a TaskManager";
constexpr char kTaskManagerMib[] = "MiB of a TaskManager";
constexpr char kTaskManagerSlots[] = "slots of a TaskManager";
constexpr char kBehind[] = "records behind";

// What is and what the judgement says it will be.
void Predict(const Judgement& judged, v1::Change& change);
// What it is by now, of those that were predicted.
void Measure(const Judgement& judged, v1::Change& change);

// nullptr: the change says nothing of it.
const v1::ChangeMeasure* FindMeasure(const v1::Change& change, const char* name);

}  // namespace tune
