// The store's door: sizes, names and times of what is to be written. kInvalidArgument names each field.
#pragma once

#include "absl/status/status.h"
#include "service/store/records.h"
#include "service/store/store.h"

namespace tune {

absl::Status CheckOptions(const StoreOptions& options);
absl::Status CheckJob(const JobKey& job);
absl::Status CheckScope(const PolicyScope& scope);
absl::Status CheckRecord(const PushRecord& push, int64_t most_bytes);
absl::Status CheckRecord(const CheckpointRecord& checkpoint, int64_t most_bytes);
absl::Status CheckRecord(const DecisionRecord& decision, const std::string& recommendation, int64_t most_bytes);
absl::Status CheckRecord(const ChangeRecord& change, const IdempotencyKey& key, int64_t most_bytes);
absl::Status CheckRecord(const PolicyRecord& policy, const PolicyChange& change, int64_t most_bytes);
absl::Status CheckRemoval(const PolicyScope& scope, const PolicyChange& change, absl::Time time);
absl::Status CheckMost(int64_t most);

}  // namespace tune
