// Ctrl-C, for a command that ends by it.
#pragma once

#include <atomic>
#include <functional>
#include <thread>

namespace tune {

// SIGINT and SIGTERM wait for Interrupts. Called before any other thread begins, which would take them.
void BlockInterrupts();

// While it is there, SIGINT and SIGTERM call `stop`, once, from a thread of its own.
class Interrupts {
 public:
  explicit Interrupts(std::function<void()> stop);
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

 private:
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

}  // namespace tune
