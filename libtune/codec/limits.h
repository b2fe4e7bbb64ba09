// The largest messages that the codec takes, so that a hostile one cannot make it allocate without bound. Each is far
// above what a job can have; a message beyond one is refused with the limit named.
#pragma once

#include <cstdint>

namespace tune::limits {

constexpr int64_t kMessageBytes = int64_t{64} << 20;    // one message on the wire, or its JSON
constexpr int64_t kMessageElements = int64_t{1} << 23;  // submessages, strings and unknown fields within one message

constexpr int kVertices = 10'000;
constexpr int kEdges = 100'000;
constexpr int kBinsPerVertex = 100'000;          // 69 days of minutes
constexpr int64_t kBins = int64_t{1} << 22;      // over all vertices: 416 vertices with 7 days of minutes
constexpr int64_t kSubtasks = int64_t{1} << 20;  // over all vertices
constexpr int kRunsPerVertex = 1'000;
constexpr int kProcesses = 100'000;  // of one role
constexpr int kConfigurationEntries = 10'000;
constexpr int kSketchBuckets = 1 << 20;
constexpr int kSamples = 1'000'000;  // of one kind, in one batch

constexpr int kPolicyTextBytes = 1 << 20;
constexpr int kThresholds = 10'000;  // entries of slow_record_of

constexpr int kFindings = 200'000;
constexpr int kEvidence = 1'000'000;
constexpr int kTermsPerStep = 10'000;
constexpr int kSpecChanges = 10'000;
constexpr int kSpecPathParts = 64;
constexpr int kNotes = 10'000;

constexpr int kYamlBytes = 3 << 20;  // twice what etcd takes of one object
constexpr int kYamlNodes = 100'000;  // seen while walking, so an alias counts as often as it is used
constexpr int kYamlDepth = 64;
constexpr int kYamlListBytes = 16 << 20;  // objects of a cluster: some 700 nodes of 20 KiB
constexpr int kYamlListNodes = 500'000;

}  // namespace tune::limits
