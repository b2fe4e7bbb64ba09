// HTTP to one server, over one connection where it speaks HTTP/2: libcurl and the one thread that uses it.
#pragma once

#include <curl/curl.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "service/kube/kube_config.h"
#include "service/kube/transfer.h"

namespace tune {

// Thread-safe. Redirects are not followed, compressed answers not asked for.
class Connection {
 public:
  // `config` was checked.
  explicit Connection(KubeConfig config);
  // Transfers under way end as kCancelled.
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void Start(const std::shared_ptr<Transfer>& transfer);
  // It ends as kCancelled, if it did not end yet.
  void Cancel(const std::shared_ptr<Transfer>& transfer);

  // TCP connections that were tried since the start.
  int64_t connections() const { return connections_; }

 private:
  static int OnSocket(void* self, curl_socket_t socket, curlsocktype purpose);
  void Work();
  void TakeWaiting();
  void TakeFinished();
  void Add(const std::shared_ptr<Transfer>& transfer);
  void Remove(Transfer* transfer);
  void SetTls(CURL* easy) const;

  const KubeConfig config_;
  std::string base_;                  // what paths follow
  curl_slist* connect_to_ = nullptr;  // where the certificate's name is to be found
  CURLM* multi_ = nullptr;
  std::atomic<int64_t> connections_ = 0;

  std::mutex mutex_;
  bool ending_ = false;
  std::vector<std::shared_ptr<Transfer>> starting_, cancelled_;

  std::map<Transfer*, std::pair<std::shared_ptr<Transfer>, CURL*>> under_way_;  // the thread's own
  std::thread thread_;
};

}  // namespace tune
