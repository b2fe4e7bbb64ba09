#include "libtune/history/whole_bytes.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "absl/strings/str_cat.h"

namespace tune {
namespace {

class OpenFile {
 public:
  explicit OpenFile(const std::string& path) : descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~OpenFile() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

bool IsGzip(std::string_view start) { return start.substr(0, 2) == "\x1f\x8b"; }

}  // namespace

absl::StatusOr<std::unique_ptr<WholeBytes>> WholeBytes::Open(const ByteSource& source) {
  std::unique_ptr<WholeBytes> whole(new WholeBytes());
  bool plain = false;
  if (source.memory() != nullptr) {
    plain = !IsGzip(*source.memory());
    if (plain) whole->view_ = *source.memory();
    whole->source_ = source;
  } else {
    const absl::StatusOr<bool> mapped = whole->Map(source.name());
    if (!mapped.ok()) return mapped.status();
    plain = *mapped;
  }
  if (!plain) {
    if (auto status = whole->Inflate(source); !status.ok()) return status;
  }
  return whole;
}

// False: gzip data, or nothing that can be mapped (a pipe).
absl::StatusOr<bool> WholeBytes::Map(const std::string& path) {
  const OpenFile file(path);
  struct stat status = {};
  if (file.get() < 0 || fstat(file.get(), &status) != 0) return CannotOpen(path, errno);
  if (!S_ISREG(status.st_mode) || status.st_size == 0) return false;
  const size_t size = static_cast<size_t>(status.st_size);
  void* const address = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (address == MAP_FAILED) return absl::ErrnoToStatus(errno, path);
  const std::string_view bytes(static_cast<const char*>(address), size);
  if (IsGzip(bytes)) {
    munmap(address, size);
    return false;
  }
  mapped_ = address;
  mapped_size_ = size;
  view_ = bytes;
  return true;
}

absl::Status WholeBytes::Inflate(const ByteSource& source) {
  constexpr size_t kFirst = size_t{1} << 20;
  absl::StatusOr<std::unique_ptr<ByteReader>> reader = ByteReader::Open(source, nullptr);
  if (!reader.ok()) return reader.status();
  size_t size = 0;
  for (;;) {
    if (size == inflated_.size()) inflated_.resize(std::max(kFirst, size + size / 2));
    const absl::StatusOr<size_t> got = (*reader)->Read(inflated_.data() + size, inflated_.size() - size);
    if (!got.ok()) return got.status();
    if (*got == 0) break;
    size += *got;
    if (size > kMostInflated) {
      return absl::InvalidArgumentError(absl::StrCat(source.name(), " holds more than ", kMostInflated,
                                                     " bytes in gzip; allowed: at most that, or the file unpacked"));
    }
  }
  inflated_.resize(size);
  view_ = inflated_;
  return absl::OkStatus();
}

WholeBytes::~WholeBytes() {
  if (mapped_ != nullptr) munmap(mapped_, mapped_size_);
}

}  // namespace tune
