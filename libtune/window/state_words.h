// Records of a fixed number of fields as words of 64 bits, and back. Both classes have the same members, so that one
// list of a record's fields serves both ways (state_fields.h).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libtune/internal/path.h"

namespace tune {

class WordWriter {
 public:
  explicit WordWriter(std::vector<uint64_t>& words) : words_(words) {}

  void Number(const char*, double value, double, double) { words_.push_back(std::bit_cast<uint64_t>(value)); }
  // Of a value that means nothing unless `has`.
  void NumberIf(bool has, const char*, double value, double, double) {
    words_.push_back(has ? std::bit_cast<uint64_t>(value) : 0);
  }
  // Of any integer, bool or enum.
  template <typename T>
  void Int(const char*, T value, int64_t, int64_t) {
    words_.push_back(static_cast<uint64_t>(static_cast<int64_t>(value)));
  }
  template <typename T>
  void OptionalNumber(const char*, const std::optional<T>& value, double, double) {
    words_.push_back(value.has_value() ? 1 : 0);
    words_.push_back(value ? std::bit_cast<uint64_t>(Bare(*value)) : 0);
  }
  template <typename T>
  void OptionalInt(const char*, const std::optional<T>& value, int64_t, int64_t) {
    words_.push_back(value.has_value() ? 1 : 0);
    words_.push_back(value ? static_cast<uint64_t>(static_cast<int64_t>(Bare(*value))) : 0);
  }

 private:
  template <typename T>
  static auto Bare(const T& value) {
    if constexpr (requires { value.value(); }) {
      return value.value();
    } else {
      return value;
    }
  }

  std::vector<uint64_t>& words_;
};

// Every field's range is checked; the first that is out of it is named.
class WordReader {
 public:
  // As many words as the writer made.
  explicit WordReader(std::span<const uint64_t> words) : words_(words) {}

  void Number(const char* name, double& value, double low, double high) {
    value = std::bit_cast<double>(Next());
    if (!(value >= low && value <= high)) Refuse(name, absl::StrCat(value), absl::StrCat(low), absl::StrCat(high));
  }
  void NumberIf(bool has, const char* name, double& value, double low, double high) {
    Number(name, value, has ? low : 0, has ? high : 0);
  }
  template <typename T>
  void Int(const char* name, T& value, int64_t low, int64_t high) {
    const auto read = static_cast<int64_t>(Next());
    if (read < low || read > high) return Refuse(name, absl::StrCat(read), absl::StrCat(low), absl::StrCat(high));
    value = static_cast<T>(read);
  }
  template <typename T>
  void OptionalNumber(const char* name, std::optional<T>& value, double low, double high) {
    bool has = false;
    double read = 0;
    Int(name, has, 0, 1);
    NumberIf(has, name, read, low, high);
    value = has ? std::optional<T>(T(read)) : std::nullopt;
  }
  template <typename T>
  void OptionalInt(const char* name, std::optional<T>& value, int64_t low, int64_t high) {
    bool has = false;
    int64_t read = 0;
    Int(name, has, 0, 1);
    Int(name, read, has ? low : 0, has ? high : 0);
    value = has ? std::optional<T>(T(read)) : std::nullopt;
  }

  // Empty: all are in their range.
  const std::string& field() const { return field_; }
  const std::string& value() const { return value_; }
  const std::string& allowed() const { return allowed_; }

 private:
  uint64_t Next() {
    const uint64_t word = words_.front();
    words_ = words_.subspan(1);
    return word;
  }
  void Refuse(const char* name, const std::string& value, const std::string& low, const std::string& high) {
    if (!field_.empty()) return;
    field_ = name;
    value_ = value;
    allowed_ = absl::StrCat("[", low, ", ", high, "]");
  }

  std::span<const uint64_t> words_;
  std::string field_, value_, allowed_;
};

}  // namespace tune
