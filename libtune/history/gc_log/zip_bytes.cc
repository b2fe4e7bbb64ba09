#include "libtune/history/gc_log/zip_bytes.h"

#include <minizip/unzip.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace tune {
namespace {

struct CloseZip {
  void operator()(void* zip) const { unzClose(zip); }
};
using Zip = std::unique_ptr<void, CloseZip>;

absl::StatusOr<Zip> Open(const std::string& path) {
  Zip zip(unzOpen64(path.c_str()));
  if (zip == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": a zip archive without a directory; allowed: a whole one"));
  }
  return zip;
}

class ZipEntryBytes : public ByteReader {
 public:
  ZipEntryBytes(std::string name, Zip zip) : name_(std::move(name)), zip_(std::move(zip)) {}

  absl::StatusOr<size_t> Read(char* out, size_t size) override {
    constexpr size_t kMost = size_t{1} << 20;
    const int got = unzReadCurrentFile(zip_.get(), out, static_cast<unsigned>(std::min(size, kMost)));
    if (got > 0) return static_cast<size_t>(got);
    if (got == 0 && unzCloseCurrentFile(zip_.get()) != UNZ_CRCERROR) return size_t{0};
    return absl::InvalidArgumentError(absl::StrCat(name_, ": zip data is damaged; allowed: whole zip data"));
  }

 private:
  std::string name_;
  Zip zip_;
};

}  // namespace

bool IsZip(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return false;
  char start[4] = {};
  const size_t got = std::fread(start, 1, sizeof start, file);
  std::fclose(file);
  return got == sizeof start && (std::memcmp(start, "PK\3\4", 4) == 0 || std::memcmp(start, "PK\5\6", 4) == 0);
}

absl::StatusOr<std::vector<std::string>> ZipEntries(const std::string& path) {
  constexpr size_t kMostEntries = 10'000, kLongestName = 4096;
  absl::StatusOr<Zip> zip = Open(path);
  if (!zip.ok()) return zip.status();
  std::vector<std::string> names;
  for (int code = unzGoToFirstFile(zip->get()); code != UNZ_END_OF_LIST_OF_FILE; code = unzGoToNextFile(zip->get())) {
    std::string name(kLongestName, '\0');
    if (code != UNZ_OK ||
        unzGetCurrentFileInfo64(zip->get(), nullptr, name.data(), kLongestName - 1, nullptr, 0, nullptr, 0) != UNZ_OK) {
      return absl::InvalidArgumentError(absl::StrCat(path, ": the zip archive's directory is damaged"));
    }
    name.resize(std::strlen(name.c_str()));
    if (name.empty() || name.back() == '/') continue;
    if (names.size() == kMostEntries) {
      return absl::InvalidArgumentError(absl::StrCat(path, " holds more than ", kMostEntries, " files"));
    }
    names.push_back(std::move(name));
  }
  return names;
}

absl::StatusOr<std::unique_ptr<ByteReader>> OpenZipEntry(const std::string& path, const std::string& entry) {
  absl::StatusOr<Zip> zip = Open(path);
  if (!zip.ok()) return zip.status();
  constexpr int kCaseSensitive = 1;
  const std::string name = absl::StrCat(path, ":", entry);
  if (unzLocateFile(zip->get(), entry.c_str(), kCaseSensitive) != UNZ_OK) {
    return absl::InvalidArgumentError(absl::StrCat(name, ": no such entry"));
  }
  unz_file_info64 info = {};
  constexpr uLong kEncrypted = 1;
  if (unzGetCurrentFileInfo64(zip->get(), &info, nullptr, 0, nullptr, 0, nullptr, 0) != UNZ_OK ||
      (info.flag & kEncrypted) != 0 || unzOpenCurrentFile(zip->get()) != UNZ_OK) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " cannot be unpacked; allowed: stored or deflated, not encrypted"));
  }
  return std::make_unique<ZipEntryBytes>(name, *std::move(zip));
}

}  // namespace tune
