// Findings and evidence as text for people: one line each, always the same for the same input.
#pragma once

#include <string>

#include "tune/recommendation.h"
#include "tune/window.h"

namespace tune {

// "0.00257", "900", "1.2e+08": six significant digits, no trailing zeros.
std::string NumberText(double value);

// "parallelism.steady: rate 900 records/s, service_time 0.00259 s/record, … -> subtasks 3".
std::string EvidenceText(const Evidence& evidence);

// "hot key: subtask 3 gets 60 % of the traffic by one key; no parallelism carries more than 805 records/s".
// `finding` is one of `job`.
std::string FindingText(const JobRecommendation& job, const Finding& finding, const JobGraph& graph);

// "hot-key", "raise", "estimated": stable words for tables and JSON.
const char* Name(FindingKind kind);
const char* Name(Action action);
const char* Name(Verdict verdict);
const char* Name(Timeliness timeliness);
const char* Name(Confidence confidence);

// One sentence on a vertex: what is wanted and why.
std::string VertexSummary(const JobRecommendation& job, int vertex, const JobGraph& graph);

// One role's answer in a line: what is to be done, what the memory holds, what CPU is used, and what that is worth.
std::string RoleSummary(ProcessRole which, const ProcessRecommendation& role);

// "TaskManagers" or "JobManager".
const char* Name(ProcessRole role);

}  // namespace tune
