// An HTTP server that answers whatever a test wants, for what the real one can't be made to show.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>

namespace tune {

// Each connection carries one request and its answer.
class RawServer {
 public:
  // `answer` gets a request's first line and headers, and returns all bytes of the answer. One call at a time.
  explicit RawServer(std::function<std::string(const std::string& head)> answer);
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  std::string url() const;
  int requests() const { return requests_; }

 private:
  void Serve();
  void ServeOne(int connection);

  const std::function<std::string(const std::string&)> answer_;
  int listener_ = -1, port_ = 0;
  std::atomic<int> requests_ = 0;
  std::thread thread_;
};

// An answer that ends when the connection does.
std::string HttpText(int code, const std::string& body, const std::string& headers = "");

}  // namespace tune
