// Kinds of objects, and their paths at the API server.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace tune {

struct KubeResource {
  std::string group;  // empty: the core group
  std::string version;
  std::string plural;  // "flinkdeployments"
};

// "/apis/flink.apache.org/v1beta1/namespaces/NS/flinkdeployments/NAME"; an empty `ns` is left out: all namespaces, or a
// kind that has none; an empty `name` too: the collection. Names may come from anywhere: what is no path segment
// (".", "..", with "/" or "%", longer than 253 bytes) is kInvalidArgument, other bytes are escaped.
absl::StatusOr<std::string> PathOf(const KubeResource& resource, const std::string& ns, const std::string& name);

// The query of a server-side apply behind an object's path. Forced: fields that others own are taken from them. Dry:
// nothing is stored; the answer is the object as it would be.
std::string ApplyPath(const std::string& path, const std::string& manager, bool force, bool dry_run);

// A value of a query: every byte that means something there is escaped.
std::string Escaped(const std::string& value);

}  // namespace tune
