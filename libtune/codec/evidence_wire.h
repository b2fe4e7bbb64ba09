// Evidence -> its bytes on the wire, without a message in between: it is most of an answer, and small texts by the
// thousand.
#pragma once

#include <string>

#include "tune/evidence.h"
#include "tune/job_graph.h"

namespace tune {

// As v1.JobRecommendation.evidence, each step in its order: the bytes that a message with nothing else would have.
std::string EvidenceBytes(const EvidenceLog& log, const JobGraph& graph);

}  // namespace tune
