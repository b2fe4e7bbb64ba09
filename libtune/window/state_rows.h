// Rows of words in few bytes: most fields of a bin are zero, or what they were in the bin before.
//
// A byte 0 and a row: for each word two bits (as the row before; zero; its low 32 bits are zero, the upper ones follow;
// all 64 follow), padded to bytes, then what follows, least byte first. A byte n > 0: n rows as the one before. Before
// the first stands the row of a record that was just made.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace tune {

// Rows that one byte may stand for: as many as fill 256 bytes of memory, or one that is larger, so that what is read
// stays within a small factor of what it was read from.
inline size_t MostRepeats(size_t words) { return std::max<size_t>(1, 256 / (8 * words)); }

class RowWriter {
 public:
  RowWriter(std::vector<uint64_t> fresh, std::string& out) : last_(std::move(fresh)), out_(out) {}
  ~RowWriter() { EndRun(); }
  RowWriter(const RowWriter&) = delete;
  RowWriter& operator=(const RowWriter&) = delete;

  void Add(const std::vector<uint64_t>& row);

 private:
  void EndRun();

  std::vector<uint64_t> last_;
  size_t repeats_ = 0;
  std::string& out_;
};

class RowReader {
 public:
  // Takes from the front of `in`.
  RowReader(std::vector<uint64_t> fresh, absl::string_view& in) : row_(std::move(fresh)), in_(in) {}

  // The next row; nullptr: the bytes end, or are none of a RowWriter's.
  const std::vector<uint64_t>* Next();
  // False: the last byte spoke of more rows than were read.
  bool AtEnd() const { return repeats_ == 0; }

 private:
  bool ReadRow();
  bool ReadWord(unsigned code, uint64_t& word);

  std::vector<uint64_t> row_;
  size_t repeats_ = 0;
  absl::string_view& in_;
};

}  // namespace tune
