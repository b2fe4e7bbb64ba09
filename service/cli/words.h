// What the service's messages are called on a terminal. Nothing here holds control characters.
#pragma once

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "libtune/codec/times.h"
#include "tune/v1/changes.pb.h"
#include "tune/v1/jobs.pb.h"

namespace tune {

// "raise", "job-manager-missing", "kubernetes"; a number without a name is "?17".
std::string WordOf(v1::Action action);
std::string WordOf(v1::JobPhase phase);
std::string WordOf(v1::HighAvailability kind);
std::string WordOf(v1::ChangeState state);
// nullopt: there is none of that name.
std::optional<v1::Action> ActionOf(const std::string& word);
std::optional<v1::JobPhase> PhaseOf(const std::string& word);

// "team-a/orders", "team-a/orders (session job)".
std::string NameOf(const v1::JobRef& job);
// The job as words of a command line: "team-a/orders --session-job".
std::string WordsOf(const v1::JobRef& job);
// "the job team-a/orders", "all jobs of namespace team-a", "everyone".
std::string NameOf(const v1::PolicyScope& scope);

// "34s", "12m", "3h", "5d": whole units, for columns. What is to come is "0s".
std::string AgeText(absl::Duration age);
absl::Duration DurationOf(const google::protobuf::Duration& duration);
// "2026-11-21 08:27:31"
std::string TimeText(absl::Time time);

// "2", "2 → 3".
std::string Change(int64_t now, int64_t wanted);

// What is to be said of how old an answer is; empty: the cluster is followed, and it is not older than 30 s. nullptr:
// no cluster is followed, so that nothing in the answer has an age.
std::string AgeWarning(const v1::ClusterAge* cluster);

}  // namespace tune
