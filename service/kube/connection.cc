#include "service/kube/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace tune {
namespace {

constexpr long kConnectTimeoutMs = 10'000;
constexpr long kKeepAliveSeconds = 15;
// A peer that vanished without a word is given up after so long.
constexpr unsigned kUnansweredMs = 30'000;
constexpr long kMostStreams = 1000;
constexpr int kPollMs = 10'000;

// libcurl's global state; never taken down, as other users of it may live longer.
void InitCurl() {
  static const CURLcode done = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(done);
}

HttpAnswer CancelledAnswer(const Transfer& transfer) {
  HttpAnswer answer;
  answer.transport =
      absl::CancelledError(absl::StrCat(transfer.request().method, " ", transfer.request().path, ": cancelled"));
  return answer;
}

void SetPem(CURL* easy, const Pem& pem, CURLoption file, CURLoption blob) {
  if (!pem.data.empty()) {
    // libcurl reads it only.
    curl_blob data{const_cast<char*>(pem.data.data()), pem.data.size(), CURL_BLOB_NOCOPY};
    curl_easy_setopt(easy, blob, &data);
  } else if (!pem.file.empty()) {
    curl_easy_setopt(easy, file, pem.file.c_str());
  }
}

// Scheme, host and port of a URL. Empty where there is none.
struct UrlParts {
  std::string scheme, host, port, path;
};

UrlParts PartsOf(const std::string& text) {
  UrlParts parts;
  CURLU* url = curl_url();
  curl_url_set(url, CURLUPART_URL, text.c_str(), 0);
  const auto get = [url](CURLUPart part, unsigned flags, std::string& into) {
    char* value = nullptr;
    if (curl_url_get(url, part, &value, flags) == CURLUE_OK) into = value;
    curl_free(value);
  };
  get(CURLUPART_SCHEME, 0, parts.scheme);
  get(CURLUPART_HOST, 0, parts.host);
  get(CURLUPART_PORT, CURLU_DEFAULT_PORT, parts.port);
  get(CURLUPART_PATH, 0, parts.path);
  curl_url_cleanup(url);
  if (parts.path == "/") parts.path.clear();
  return parts;
}

}  // namespace

Connection::Connection(KubeConfig config) : config_(std::move(config)) {
  InitCurl();
  const UrlParts parts = PartsOf(config_.server);
  // The name that the certificate is checked for is the URL's, so that name goes there, and its address is given apart.
  const bool renamed = !config_.tls_server_name.empty();
  base_ =
      absl::StrCat(parts.scheme, "://", renamed ? config_.tls_server_name : parts.host, ":", parts.port, parts.path);
  if (renamed) {
    connect_to_ = curl_slist_append(nullptr, absl::StrCat("::", parts.host, ":", parts.port).c_str());
  }
  multi_ = curl_multi_init();
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
  curl_multi_setopt(multi_, CURLMOPT_MAX_CONCURRENT_STREAMS, kMostStreams);
  thread_ = std::thread([this] { Work(); });
}

Connection::~Connection() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  curl_multi_wakeup(multi_);
  thread_.join();
  curl_multi_cleanup(multi_);
  curl_slist_free_all(connect_to_);
}

void Connection::Start(const std::shared_ptr<Transfer>& transfer) {
  {
    const std::lock_guard lock(mutex_);
    starting_.push_back(transfer);
  }
  curl_multi_wakeup(multi_);
}

void Connection::Cancel(const std::shared_ptr<Transfer>& transfer) {
  transfer->End(CancelledAnswer(*transfer));
  {
    const std::lock_guard lock(mutex_);
    cancelled_.push_back(transfer);
  }
  curl_multi_wakeup(multi_);
}

void Connection::Work() {
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      if (ending_) break;
    }
    TakeWaiting();
    int running = 0;
    curl_multi_perform(multi_, &running);
    TakeFinished();
    curl_multi_poll(multi_, nullptr, 0, kPollMs, nullptr);
  }
  TakeWaiting();
  while (!under_way_.empty()) {
    Transfer* const transfer = under_way_.begin()->first;
    transfer->End(CancelledAnswer(*transfer));
    Remove(transfer);
  }
}

void Connection::TakeWaiting() {
  std::vector<std::shared_ptr<Transfer>> starting, cancelled;
  {
    const std::lock_guard lock(mutex_);
    starting.swap(starting_);
    cancelled.swap(cancelled_);
  }
  for (const auto& transfer : starting) Add(transfer);
  for (const auto& transfer : cancelled) Remove(transfer.get());
}

void Connection::TakeFinished() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode result = message->data.result;
    Transfer* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    transfer->Finish(result);
    Remove(transfer);
  }
}

void Connection::Add(const std::shared_ptr<Transfer>& transfer) {
  CURL* const easy = transfer->Prepare(base_);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https,http");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, kKeepAliveSeconds);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, kKeepAliveSeconds);
  curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, &Connection::OnSocket);
  curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, this);
  if (connect_to_ != nullptr) curl_easy_setopt(easy, CURLOPT_CONNECT_TO, connect_to_);
  SetTls(easy);
  under_way_[transfer.get()] = {transfer, easy};
  if (curl_multi_add_handle(multi_, easy) != CURLM_OK) {
    transfer->Finish(CURLE_FAILED_INIT);
    Remove(transfer.get());
  }
}

void Connection::SetTls(CURL* easy) const {
  // The cluster's authority alone is trusted, not the system's as well.
  if (!config_.ca.empty()) curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  SetPem(easy, config_.ca, CURLOPT_CAINFO, CURLOPT_CAINFO_BLOB);
  SetPem(easy, config_.client_certificate, CURLOPT_SSLCERT, CURLOPT_SSLCERT_BLOB);
  SetPem(easy, config_.client_key, CURLOPT_SSLKEY, CURLOPT_SSLKEY_BLOB);
  if (config_.skip_tls_verify) {
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  }
}

void Connection::Remove(Transfer* transfer) {
  const auto it = under_way_.find(transfer);
  if (it == under_way_.end()) return;
  curl_multi_remove_handle(multi_, it->second.second);
  under_way_.erase(it);
}

int Connection::OnSocket(void* self, curl_socket_t socket, curlsocktype) {
  setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &kUnansweredMs, sizeof kUnansweredMs);
  ++static_cast<Connection*>(self)->connections_;
  return CURL_SOCKOPT_OK;
}

}  // namespace tune
