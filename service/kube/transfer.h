// One HTTP request and its answer, between who asks and the connection's thread.
#pragma once

#include <curl/curl.h>

#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace tune {

struct HttpRequest {
  std::string method = "GET";
  std::string path;  // with its query; it follows the server's URL
  std::vector<std::string> headers;
  std::string body;
  absl::Duration timeout;         // > 0: until the answer's last byte
  int64_t most_bytes = 64 << 20;  // of the answer that were not read yet
};

struct HttpAnswer {
  // kUnavailable: no whole answer; kDeadlineExceeded; kCancelled; kResourceExhausted: more than most_bytes.
  absl::Status transport;
  bool reached_server = true;  // false: the request was not sent, for sure
  bool trusted = true;         // false: the server's certificate, or the client's, was refused
  int code = 0;                // HTTP status; 0: there was none
  std::string body;            // what was not read yet
  std::optional<absl::Duration> retry_after;
};

// The part above the line is for who asks, from any thread; the part below for the connection's thread.
class Transfer {
 public:
  explicit Transfer(HttpRequest request) : request_(std::move(request)) {}
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  // Until the end.
  HttpAnswer Wait();
  // Until its code is known: whether that is 200.
  bool WaitOpen();
  // What came since the last Read() of an answer whose code is 200, at least a byte. Empty: it ended, or it is another
  // answer; Wait() has it.
  std::string Read();
  // What Wait() answers from now on.
  void End(HttpAnswer answer);

  const HttpRequest& request() const { return request_; }

  // ----

  // `base` is the server's URL. The handle is this object's.
  CURL* Prepare(const std::string& base);
  void Finish(CURLcode result);

 private:
  static size_t OnHeader(char* line, size_t one, size_t count, void* self);
  static size_t OnBytes(char* bytes, size_t one, size_t count, void* self);
  size_t Append(const char* bytes, size_t count);
  void SetTransport(CURLcode result, HttpAnswer& answer) const;

  const HttpRequest request_;
  CURL* easy_ = nullptr;
  curl_slist* headers_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> error_text_{};

  std::mutex mutex_;
  std::condition_variable changed_;
  std::string unread_;
  bool is_stream_ = false;  // the answer's code is 200
  bool too_large_ = false;
  std::optional<HttpAnswer> answer_;
};

}  // namespace tune
