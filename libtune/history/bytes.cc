#include "libtune/history/bytes.h"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"

namespace tune {
namespace {

constexpr size_t kChunk = size_t{256} << 10;

// Bytes as stored: the layer below gzip.
class StoredBytes : public ByteReader {
 public:
  StoredBytes(std::string name, int64_t total, Progress progress)
      : name_(std::move(name)), total_(total), progress_(std::move(progress)) {}

  absl::StatusOr<size_t> Read(char* out, size_t size) override {
    absl::StatusOr<size_t> got = ReadStored(out, size);
    if (!got.ok()) return got;
    done_ += static_cast<int64_t>(*got);
    if (progress_) progress_(done_, std::max(total_, done_));
    return got;
  }
  const std::string& name() const { return name_; }
  int64_t total() const { return total_ > 0 ? total_ : static_cast<int64_t>(kChunk); }  // a guess where not known
  int64_t done() const { return done_; }

 protected:
  virtual absl::StatusOr<size_t> ReadStored(char* out, size_t size) = 0;

 private:
  std::string name_;
  int64_t total_;
  int64_t done_ = 0;
  Progress progress_;
};

class FileBytes : public StoredBytes {
 public:
  FileBytes(std::string path, std::FILE* file, int64_t total, Progress progress)
      : StoredBytes(std::move(path), total, std::move(progress)), file_(file, &std::fclose) {}

 private:
  absl::StatusOr<size_t> ReadStored(char* out, size_t size) override {
    const size_t got = std::fread(out, 1, size, file_.get());
    if (got == 0 && std::ferror(file_.get())) return absl::ErrnoToStatus(errno, name());
    return got;
  }

  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

class MemoryBytes : public StoredBytes {
 public:
  MemoryBytes(const ByteSource& source, Progress progress)
      : StoredBytes(source.name(), static_cast<int64_t>(source.memory()->size()), std::move(progress)),
        source_(source) {}

 private:
  absl::StatusOr<size_t> ReadStored(char* out, size_t size) override {
    const size_t got = std::min(size, source_.memory()->size() - at_);
    std::copy_n(source_.memory()->data() + at_, got, out);
    at_ += got;
    return got;
  }

  ByteSource source_;
  size_t at_ = 0;
};

// gzip undone, or the bytes as they are.
class PlainBytes : public ByteReader {
 public:
  explicit PlainBytes(std::unique_ptr<StoredBytes> stored)
      : stored_(std::move(stored)), input_(std::clamp<size_t>(static_cast<size_t>(stored_->total()), 2, kChunk)) {}
  ~PlainBytes() override {
    if (gzip_) inflateEnd(&zlib_);
  }
  PlainBytes(const PlainBytes&) = delete;
  PlainBytes& operator=(const PlainBytes&) = delete;

  absl::Status Start() {
    if (auto status = Fill(); !status.ok()) return status;
    if (!AtGzipHeader()) return absl::OkStatus();
    if (inflateInit2(&zlib_, 16 + MAX_WBITS) != Z_OK) return absl::ResourceExhaustedError("zlib: no memory");
    gzip_ = true;
    return absl::OkStatus();
  }

  absl::StatusOr<size_t> Read(char* out, size_t size) override {
    if (gzip_) return Inflate(out, size);
    if (left() == 0) {
      if (auto status = Fill(); !status.ok()) return status;
    }
    const size_t got = std::min(size, left());
    std::copy_n(input_.data() + at_, got, out);
    at_ += got;
    return got;
  }

 private:
  size_t left() const { return end_ - at_; }
  bool AtGzipHeader() const {
    return left() >= 2 && static_cast<uint8_t>(input_[at_]) == 0x1f && static_cast<uint8_t>(input_[at_ + 1]) == 0x8b;
  }

  // Moves what is left to the front and reads on behind it, until two bytes are there (a gzip header) or the end.
  absl::Status Fill() {
    std::memmove(input_.data(), input_.data() + at_, left());
    end_ = left();
    at_ = 0;
    do {
      absl::StatusOr<size_t> got = stored_->Read(input_.data() + end_, input_.size() - end_);
      if (!got.ok()) return got.status();
      if (*got == 0) break;
      end_ += *got;
    } while (end_ < 2);
    return absl::OkStatus();
  }

  absl::Status Damaged(const std::string& what) const {
    return absl::InvalidArgumentError(absl::StrCat(stored_->name(), ": ", what, " after ", stored_->done() - left(),
                                                   " bytes read; allowed: whole gzip data"));
  }

  absl::StatusOr<size_t> Inflate(char* out, size_t size) {
    size_t made = 0;
    while (made == 0 && !finished_) {
      if (left() == 0) {
        if (auto status = Fill(); !status.ok()) return status;
        if (left() == 0) return Damaged("gzip data is cut off");
      }
      zlib_.next_in = reinterpret_cast<Bytef*>(input_.data() + at_);
      zlib_.avail_in = static_cast<uInt>(left());
      zlib_.next_out = reinterpret_cast<Bytef*>(out);
      zlib_.avail_out = static_cast<uInt>(std::min(size, kChunk));
      const uInt room = zlib_.avail_out;
      const int code = inflate(&zlib_, Z_NO_FLUSH);
      at_ = end_ - zlib_.avail_in;
      made = room - zlib_.avail_out;
      if (code == Z_STREAM_END) {
        if (auto status = NextMember(); !status.ok()) return status;
      } else if (code != Z_OK && code != Z_BUF_ERROR) {
        return Damaged(absl::StrCat("gzip data is damaged (", zlib_.msg ? zlib_.msg : "no reason given", ")"));
      }
    }
    return made;
  }

  // After a member: another one, padding with zeros, or the end.
  absl::Status NextMember() {
    if (left() < 2) {
      if (auto status = Fill(); !status.ok()) return status;
    }
    if (AtGzipHeader()) {
      inflateReset(&zlib_);
      return absl::OkStatus();
    }
    finished_ = true;
    while (left() > 0) {
      if (std::any_of(input_.begin() + static_cast<std::ptrdiff_t>(at_),
                      input_.begin() + static_cast<std::ptrdiff_t>(end_), [](char c) { return c != 0; })) {
        return Damaged("other bytes follow the gzip data");
      }
      at_ = end_;
      if (auto status = Fill(); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  std::unique_ptr<StoredBytes> stored_;
  std::vector<char> input_;
  size_t at_ = 0, end_ = 0;  // what of input_ is not used yet
  z_stream zlib_ = {};
  bool gzip_ = false;
  bool finished_ = false;
};

absl::StatusOr<std::unique_ptr<StoredBytes>> OpenStored(const ByteSource& source, Progress progress) {
  if (source.memory() != nullptr) return std::make_unique<MemoryBytes>(source, std::move(progress));
  std::error_code error;
  if (std::filesystem::is_directory(source.name(), error)) {
    return absl::InvalidArgumentError(absl::StrCat(source.name(), " is a folder; allowed: a file"));
  }
  std::FILE* file = std::fopen(source.name().c_str(), "rb");
  if (file == nullptr) return CannotOpen(source.name(), errno);
  const uintmax_t size = std::filesystem::file_size(source.name(), error);
  return std::make_unique<FileBytes>(source.name(), file, error ? 0 : static_cast<int64_t>(size), std::move(progress));
}

}  // namespace

absl::Status CannotOpen(const std::string& path, int error_number) {
  const absl::Status status = absl::ErrnoToStatus(error_number, path);
  if (error_number != EACCES && error_number != ENAMETOOLONG && error_number != ELOOP) return status;
  return absl::InvalidArgumentError(
      absl::StrCat(std::string(status.message()), "; allowed: a file or folder that can be read"));
}

absl::StatusOr<std::unique_ptr<ByteReader>> ByteReader::Open(const ByteSource& source, Progress progress) {
  absl::StatusOr<std::unique_ptr<StoredBytes>> stored = OpenStored(source, std::move(progress));
  if (!stored.ok()) return stored.status();
  auto plain = std::make_unique<PlainBytes>(*std::move(stored));
  if (auto status = plain->Start(); !status.ok()) return status;
  return plain;
}

absl::StatusOr<std::string> ReadStart(const ByteSource& source, size_t limit) {
  absl::StatusOr<std::unique_ptr<ByteReader>> reader = ByteReader::Open(source, nullptr);
  if (!reader.ok()) return reader.status();
  std::string bytes(limit, '\0');
  size_t size = 0;
  while (size < limit) {
    absl::StatusOr<size_t> got = (*reader)->Read(bytes.data() + size, limit - size);
    if (!got.ok()) return got.status();
    if (*got == 0) break;
    size += *got;
  }
  bytes.resize(size);
  return bytes;
}

absl::StatusOr<std::string> ReadWhole(const ByteSource& source, size_t limit) {
  absl::StatusOr<std::string> bytes = ReadStart(source, limit + 1);
  if (bytes.ok() && bytes->size() > limit) {
    return absl::InvalidArgumentError(
        absl::StrCat(source.name(), " holds more than ", limit, " bytes; allowed: at most that"));
  }
  return bytes;
}

}  // namespace tune
