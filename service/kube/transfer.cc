#include "service/kube/transfer.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libtune/internal/path.h"
#include "service/kube/own_status.h"

namespace tune {
namespace {

constexpr absl::Duration kMostRetryAfter = absl::Hours(1);

// Errors before the first byte of a request went out.
bool WasSent(CURLcode result) {
  switch (result) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
      return false;
    default:
      return true;
  }
}

bool IsDistrust(CURLcode result) {
  return result == CURLE_PEER_FAILED_VERIFICATION || result == CURLE_SSL_CACERT_BADFILE ||
         result == CURLE_SSL_CERTPROBLEM;
}

}  // namespace

Transfer::~Transfer() {
  if (easy_ != nullptr) curl_easy_cleanup(easy_);
  curl_slist_free_all(headers_);
}

HttpAnswer Transfer::Wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return answer_.has_value(); });
  HttpAnswer answer = *answer_;
  answer.transport = OwnStatus(answer.transport);
  answer.body = std::move(unread_);
  unread_.clear();
  return answer;
}

bool Transfer::WaitOpen() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return answer_.has_value() || is_stream_; });
  return is_stream_;
}

std::string Transfer::Read() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return answer_.has_value() || (is_stream_ && !unread_.empty()); });
  if (!is_stream_) return "";
  std::string read = std::move(unread_);
  unread_.clear();
  return read;
}

void Transfer::End(HttpAnswer answer) {
  {
    const std::lock_guard lock(mutex_);
    if (!answer_.has_value()) answer_ = std::move(answer);
  }
  changed_.notify_all();
}

CURL* Transfer::Prepare(const std::string& base) {
  easy_ = curl_easy_init();
  for (const std::string& header : request_.headers) headers_ = curl_slist_append(headers_, header.c_str());
  const std::string url = base + request_.path;
  curl_easy_setopt(easy_, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy_, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_);
  if (request_.method != "GET") {
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, request_.body.c_str());
    curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  }
  const int64_t milliseconds = std::clamp<int64_t>(absl::ToInt64Milliseconds(request_.timeout), 1, INT32_MAX);
  curl_easy_setopt(easy_, CURLOPT_TIMEOUT_MS, static_cast<long>(milliseconds));
  curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, &Transfer::OnHeader);
  curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &Transfer::OnBytes);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, error_text_.data());
  curl_easy_setopt(easy_, CURLOPT_PRIVATE, this);
  return easy_;
}

size_t Transfer::OnBytes(char* bytes, size_t one, size_t count, void* self) {
  return static_cast<Transfer*>(self)->Append(bytes, one * count);
}

size_t Transfer::OnHeader(char*, size_t one, size_t count, void* self) {
  auto* const transfer = static_cast<Transfer*>(self);
  long code = 0;
  curl_easy_getinfo(transfer->easy_, CURLINFO_RESPONSE_CODE, &code);
  {
    const std::lock_guard lock(transfer->mutex_);
    transfer->is_stream_ = code == 200;
  }
  transfer->changed_.notify_all();
  return one * count;
}

size_t Transfer::Append(const char* bytes, size_t count) {
  {
    const std::lock_guard lock(mutex_);
    too_large_ = unread_.size() + count > static_cast<size_t>(request_.most_bytes);
    if (too_large_ || answer_.has_value()) return 0;
    unread_.append(bytes, count);
  }
  changed_.notify_all();
  return count;
}

void Transfer::SetTransport(CURLcode result, HttpAnswer& answer) const {
  const std::string what = absl::StrCat(request_.method, " ", request_.path, ": ");
  if (too_large_) {
    answer.transport = absl::ResourceExhaustedError(
        absl::StrCat(what, "an answer of more than ", request_.most_bytes, " unread bytes; allowed: at most that"));
  } else if (result == CURLE_OPERATION_TIMEDOUT) {
    answer.transport =
        absl::DeadlineExceededError(absl::StrCat(what, "no answer in ", absl::FormatDuration(request_.timeout)));
  } else if (result != CURLE_OK) {
    const std::string detail = error_text_[0] != '\0' ? error_text_.data() : curl_easy_strerror(result);
    answer.transport = absl::UnavailableError(absl::StrCat(what, Utf8(detail)));
  }
  answer.reached_server = WasSent(result);
  answer.trusted = !IsDistrust(result);
}

void Transfer::Finish(CURLcode result) {
  HttpAnswer answer;
  long code = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &code);
  answer.code = static_cast<int>(code);
  curl_off_t seconds = 0;
  curl_easy_getinfo(easy_, CURLINFO_RETRY_AFTER, &seconds);
  if (seconds > 0) answer.retry_after = std::min(absl::Seconds(seconds), kMostRetryAfter);
  {
    const std::lock_guard lock(mutex_);
    SetTransport(result, answer);
  }
  End(std::move(answer));
}

}  // namespace tune
