#include "service/cli/interrupts.h"

#include <csignal>
#include <utility>

namespace tune {
namespace {

constexpr timespec kLook = {.tv_sec = 0, .tv_nsec = 100'000'000};  // between two looks at `ending_`

sigset_t Signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

void BlockInterrupts() {
  const sigset_t signals = Signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

Interrupts::Interrupts(std::function<void()> stop)
    : thread_([this, stop = std::move(stop)] {
        const sigset_t signals = Signals();
        while (!ending_) {
          if (sigtimedwait(&signals, nullptr, &kLook) > 0) return stop();
        }
      }) {}

Interrupts::~Interrupts() {
  ending_ = true;
  thread_.join();
}

}  // namespace tune
