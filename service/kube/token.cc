#include "service/kube/token.h"

#include <sys/stat.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libtune/internal/path.h"
#include "service/kube/files.h"

namespace tune {
namespace {

constexpr int64_t kMostTokenBytes = 64 << 10;
constexpr std::chrono::seconds kReadAgain{10};

// A token goes into a header: what could end it or start another one is refused.
absl::Status CheckToken(const std::string& file, const std::string& token) {
  for (const char c : token) {
    if (!absl::ascii_isgraph(static_cast<unsigned char>(c))) {
      return absl::InvalidArgumentError(
          absl::StrCat("token file ", Quoted(file), ": a blank or control character in it"));
    }
  }
  if (token.empty()) return absl::InvalidArgumentError(absl::StrCat("token file ", Quoted(file), ": empty"));
  return absl::OkStatus();
}

}  // namespace

absl::Status TokenSource::Read() {
  struct stat now{};
  if (stat(file_.c_str(), &now) != 0) {
    return absl::NotFoundError(absl::StrCat("token file ", Quoted(file_), ": cannot be read"));
  }
  const Version version = {now.st_dev, now.st_ino, now.st_size, now.st_mtim.tv_sec, now.st_mtim.tv_nsec};
  const auto time = std::chrono::steady_clock::now();
  if (!token_.empty() && version == version_ && time - read_at_ < kReadAgain) return absl::OkStatus();
  const absl::StatusOr<std::string> text = ReadSmallFile("token file", file_, kMostTokenBytes);
  if (!text.ok()) return text.status();
  std::string token(absl::StripAsciiWhitespace(*text));
  if (absl::Status status = CheckToken(file_, token); !status.ok()) return status;
  token_ = std::move(token);
  version_ = version;
  read_at_ = time;
  return absl::OkStatus();
}

absl::StatusOr<std::string> TokenSource::Get() {
  const std::lock_guard lock(mutex_);
  if (file_.empty()) return token_;
  const absl::Status status = Read();
  if (token_.empty()) return status;
  return token_;
}

bool TokenSource::ChangedFrom(const std::string& refused) {
  const std::lock_guard lock(mutex_);
  if (file_.empty()) return false;
  version_ = {};
  return Read().ok() && token_ != refused;
}

}  // namespace tune
