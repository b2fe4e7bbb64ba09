#include "tests/kube/raw_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "absl/strings/str_cat.h"

namespace tune {

RawServer::RawServer(std::function<std::string(const std::string&)> answer) : answer_(std::move(answer)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(listen(listener_, 16), 0);
  EXPECT_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Serve(); });
}

RawServer::~RawServer() {
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

std::string RawServer::url() const { return absl::StrCat("http://127.0.0.1:", port_); }

void RawServer::Serve() {
  while (true) {
    const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) return;
    ServeOne(connection);
    close(connection);
  }
}

void RawServer::ServeOne(int connection) {
  std::string head;
  std::array<char, 4096> some{};
  while (head.find("\r\n\r\n") == std::string::npos) {
    const ssize_t n = read(connection, some.data(), some.size());
    if (n <= 0) return;
    head.append(some.data(), static_cast<size_t>(n));
  }
  ++requests_;
  const std::string bytes = answer_(head);
  size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t n = send(connection, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return;
    sent += static_cast<size_t>(n);
  }
}

std::string HttpText(int code, const std::string& body, const std::string& headers) {
  return absl::StrCat("HTTP/1.1 ", code, " Any\r\nConnection: close\r\n", headers, "\r\n", body);
}

}  // namespace tune
