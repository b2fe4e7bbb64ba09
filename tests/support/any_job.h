// Jobs and policies that a random generator makes up.
#pragma once

#include <random>

#include "tune/policy.h"
#include "tune/window.h"

namespace tune {

// A chain of up to six operators with random rates, times, shares, faults, and the processes that run them.
JobWindow AnyJob(std::mt19937_64& random);

// Spec, limits, TaskManagers and JobManagers: memory, CPU, collections, containers, kills.
void AddAnyProcesses(std::mt19937_64& random, JobWindow& window);

TuningPolicy AnyPolicy(std::mt19937_64& random);

}  // namespace tune
