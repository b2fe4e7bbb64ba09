#include "service/store/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "libtune/internal/path.h"

namespace tune {
namespace {

// What the holder wrote: its process id. Nobody promises that it did.
std::string HolderOf(int file) {
  std::array<char, 20> text{};
  const ssize_t size = pread(file, text.data(), text.size(), 0);
  return size > 0 ? std::string(text.data(), static_cast<size_t>(size)) : "unknown";
}

}  // namespace

absl::StatusOr<FileLock> FileLock::Take(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) {
    const std::string why = absl::StrCat("lock file ", Quoted(path), ": ", std::strerror(errno));
    return errno == EACCES || errno == EROFS ? absl::PermissionDeniedError(why) : absl::NotFoundError(why);
  }
  FileLock lock(file);
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    return absl::FailedPreconditionError(absl::StrCat("in use by process ", Quoted(HolderOf(file)), ", which holds ",
                                                      Quoted(path), ": stop it first, or name another file"));
  }
  const std::string holder = absl::StrCat(getpid());
  if (ftruncate(file, 0) != 0 || pwrite(file, holder.data(), holder.size(), 0) < 0) {
    // A full disk keeps nobody from the lock; others are told less.
  }
  return lock;
}

FileLock::~FileLock() {
  if (file_ >= 0) close(file_);
}

}  // namespace tune
