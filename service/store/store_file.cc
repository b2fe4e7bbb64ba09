#include "service/store/store_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "libtune/internal/path.h"

namespace tune {

absl::StatusOr<std::string> RealPath(const std::string& path) {
  std::error_code error;
  std::filesystem::path real = std::filesystem::weakly_canonical(path, error);
  if (!error && !std::filesystem::is_directory(real.parent_path(), error) && !error) {
    error = std::make_error_code(std::errc::not_a_directory);
  }
  if (!error && std::filesystem::exists(real, error) && !std::filesystem::is_regular_file(real, error) && !error) {
    error = std::make_error_code(std::errc::is_a_directory);
  }
  if (!error) return real.string();
  return absl::NotFoundError(
      absl::StrCat("store ", Quoted(path), ": ", error.message(), "; name a file in a folder that is there"));
}

absl::Status MakeFile(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) {
    const std::string why = absl::StrCat("store ", Quoted(path), ": ", std::strerror(errno));
    return errno == EACCES || errno == EROFS ? absl::PermissionDeniedError(why) : absl::NotFoundError(why);
  }
  close(file);
  const int folder = open(std::filesystem::path(path).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return absl::OkStatus();  // not to be read: then the system has to see to it
  fsync(folder);
  close(folder);
  return absl::OkStatus();
}

}  // namespace tune
