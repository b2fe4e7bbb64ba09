// The body of a watch: one JSON object a line, {"type":"ADDED","object":{…}}, as the API server writes it.
#pragma once

#include <simdjson.h>

#include <functional>
#include <string>

#include "absl/status/status.h"

namespace tune {

// Events of the type ERROR are none of these: they end the watch, as the error they hold.
enum class WatchEvent { kAdded, kModified, kDeleted, kBookmark };

constexpr size_t kMostWatchLineBytes = 8 << 20;  // etcd takes objects of 1.5 MiB; as JSON they are larger

// Reads the bytes as they come, cut anywhere. Memory is bounded by one line.
class WatchStream {
 public:
  // The object is valid during the call. An error that it returns ends the stream.
  using Sink = std::function<absl::Status(WatchEvent event, simdjson::dom::element object)>;

  // `request` names the watch in messages.
  explicit WatchStream(std::string request, size_t most_line_bytes = kMostWatchLineBytes)
      : request_(std::move(request)), most_line_bytes_(most_line_bytes) {}

  // The first error stays: of `sink`; of an ERROR event, as in api_status.h (kOutOfRange: list anew); kDataLoss: a line
  // that is no event, with its number, or a longer one.
  absl::Status Feed(const std::string& bytes, const Sink& sink);

  // Once the body has ended. kDataLoss: half a line is left.
  absl::Status End() const;

 private:
  absl::Status ReadLine(const char* line, size_t length, const Sink& sink);
  absl::Status Garbage(const std::string& what) const;

  const std::string request_;
  const size_t most_line_bytes_;
  int64_t line_ = 0;     // of the last one that began; from 1
  std::string pending_;  // a line's beginning
  simdjson::dom::parser parser_;
  absl::Status status_;
};

}  // namespace tune
