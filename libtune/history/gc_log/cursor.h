// Takes numbers, sizes and words off the front of a line. Nothing here allocates.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "tune/units.h"

namespace tune {

class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  std::string_view rest() const { return rest_; }
  bool empty() const { return rest_.empty(); }
  char front() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool AtDigit() const { return front() >= '0' && front() <= '9'; }
  void Advance(size_t count) { rest_.remove_prefix(count < rest_.size() ? count : rest_.size()); }

  // Goes behind `word` if it comes next.
  bool Skip(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  // Goes behind the next `mark`; false: there is none, and nothing moves.
  bool SkipPast(std::string_view mark) {
    const size_t at = rest_.find(mark);
    if (at == std::string_view::npos) return false;
    rest_.remove_prefix(at + mark.size());
    return true;
  }
  void SkipBlanks() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t')) rest_.remove_prefix(1);
  }

  // 17, 1.25, and 1,25 of other locales. nullopt, and nothing moves: no digit comes next, or more than 18 of them.
  std::optional<double> Number();
  std::optional<int64_t> Integer();

  // 17393K, 24.0M, 0.0B, 2G, and 512 without a unit, which is bytes. nullopt, and nothing moves: no such thing comes
  // next, or more than 2^60 bytes.
  std::optional<Bytes> Size();

  // (text), brackets in it in pairs, without the outer ones; empty: none comes next, or it is not closed.
  std::string_view Parenthesis();

 private:
  struct Decimal {
    int64_t digits = 0;  // without the point
    int places = 0;      // behind the point
    size_t length = 0;   // characters taken; 0: no number
  };
  Decimal ReadDecimal() const;

  std::string_view rest_;
};

// 10^places as a double, exact for 0 to 18.
double PowerOfTen(int places);

}  // namespace tune
