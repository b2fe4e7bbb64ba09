#include "service/kube/watch_stream.h"

#include <array>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libtune/internal/path.h"
#include "service/kube/api_status.h"

namespace tune {
namespace {

constexpr std::array<std::pair<std::string_view, WatchEvent>, 4> kEvents = {{{"ADDED", WatchEvent::kAdded},
                                                                             {"MODIFIED", WatchEvent::kModified},
                                                                             {"DELETED", WatchEvent::kDeleted},
                                                                             {"BOOKMARK", WatchEvent::kBookmark}}};

std::optional<WatchEvent> EventOf(std::string_view type) {
  for (const auto& [name, event] : kEvents) {
    if (name == type) return event;
  }
  return std::nullopt;
}

}  // namespace

absl::Status WatchStream::Garbage(const std::string& what) const {
  return absl::DataLossError(absl::StrCat(request_, ": line ", line_, " of the watch: ", what));
}

absl::Status WatchStream::ReadLine(const char* line, size_t length, const Sink& sink) {
  simdjson::dom::element root, object;
  const simdjson::error_code error = parser_.parse(line, length).get(root);
  if (error != simdjson::SUCCESS) {
    return Garbage(absl::StrCat(Quoted(std::string(line, length)), ": ", simdjson::error_message(error)));
  }
  std::string_view type;
  if (root["type"].get(type) != simdjson::SUCCESS) return Garbage("type = absent; allowed: a text");
  if (root["object"].get(object) != simdjson::SUCCESS || !object.is_object()) {
    return Garbage("object = absent; allowed: an object");
  }
  if (type == "ERROR") return ApiError(request_, object);
  const std::optional<WatchEvent> event = EventOf(type);
  if (!event.has_value()) {
    return Garbage(
        absl::StrCat("type = ", Quoted(std::string(type)), "; allowed: ADDED, MODIFIED, DELETED, BOOKMARK and ERROR"));
  }
  return sink(*event, object);
}

absl::Status WatchStream::Feed(const std::string& bytes, const Sink& sink) {
  size_t begin = 0;
  while (status_.ok() && begin < bytes.size()) {
    if (pending_.empty()) ++line_;
    const size_t newline = bytes.find('\n', begin);
    const size_t end = newline == std::string::npos ? bytes.size() : newline;
    if (pending_.size() + (end - begin) > most_line_bytes_) {
      status_ = Garbage(absl::StrCat("longer; allowed: at most ", most_line_bytes_, " bytes"));
    } else if (newline == std::string::npos) {
      pending_.append(bytes, begin);
    } else if (pending_.empty()) {
      status_ = ReadLine(bytes.data() + begin, end - begin, sink);
    } else {
      pending_.append(bytes, begin, end - begin);
      status_ = ReadLine(pending_.data(), pending_.size(), sink);
      pending_.clear();
    }
    begin = end + 1;
  }
  return status_;
}

absl::Status WatchStream::End() const {
  if (status_.ok() && !pending_.empty()) return Garbage("broken off");
  return status_;
}

}  // namespace tune
