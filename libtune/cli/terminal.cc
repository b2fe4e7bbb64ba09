#include "libtune/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "libtune/history/shown.h"
#include "libtune/internal/path.h"

namespace tune {
namespace {

bool progress_drawn = false;

const char* Code(Colour colour) {
  switch (colour) {
    case Colour::kPlain:
      return "";
    case Colour::kBold:
      return "\033[1m";
    case Colour::kDim:
      return "\033[2m";
    case Colour::kRed:
      return "\033[31m";
    case Colour::kGreen:
      return "\033[32m";
    case Colour::kYellow:
      return "\033[33m";
    case Colour::kBlue:
      return "\033[34m";
  }
  return "";
}

bool ColoursOn() {
  static const bool on = isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
  return on;
}

}  // namespace

std::string Paint(Colour colour, const std::string& text) {
  if (!ColoursOn() || colour == Colour::kPlain) return text;
  return absl::StrCat(Code(colour), text, "\033[0m");
}

std::string Plain(const std::string& text) { return absl::StrReplaceAll(Shown(Utf8(text)), {{"\n", "\\x0a"}}); }

size_t TerminalColumns() {
  winsize size = {};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void PrintError(const std::string& text) { std::fprintf(stderr, "error: %s\n", Shown(Utf8(text)).c_str()); }
void PrintWarning(const std::string& text) { std::fprintf(stderr, "warning: %s\n", Shown(Utf8(text)).c_str()); }

Progress TerminalProgress(const std::string& label) {
  if (isatty(STDERR_FILENO) == 0) return [](int64_t, int64_t) {};
  using Clock = std::chrono::steady_clock;
  auto next = std::make_shared<Clock::time_point>(Clock::now() + std::chrono::seconds(1));
  return [label, next](int64_t done, int64_t total) {
    const auto now = Clock::now();
    if (now < *next) return;
    *next = now + std::chrono::milliseconds(200);
    progress_drawn = true;
    if (total > 0) {
      std::fprintf(stderr, "\r%s %3.0f %%", label.c_str(),
                   100.0 * static_cast<double>(done) / static_cast<double>(total));
    } else {
      std::fprintf(stderr, "\r%s %.0f MB", label.c_str(), static_cast<double>(done) / 1e6);
    }
  };
}

void EndProgress() {
  if (progress_drawn) std::fprintf(stderr, "\r\033[K");
  progress_drawn = false;
}

}  // namespace tune
