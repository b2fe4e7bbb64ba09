#include "libtune/window/state_rows.h"

namespace tune {
namespace {

enum Code : unsigned { kSame = 0, kZero = 1, kUpperHalf = 2, kWhole = 3 };

Code CodeOf(uint64_t word, uint64_t last) {
  if (word == last) return kSame;
  if (word == 0) return kZero;
  return (word & 0xffffffff) == 0 ? kUpperHalf : kWhole;
}

void AddBytes(uint64_t value, int count, std::string& out) {
  for (int i = 0; i < count; ++i) out.push_back(static_cast<char>(value >> (8 * i) & 0xff));
}

uint64_t TakeBytes(size_t count, absl::string_view& in) {
  uint64_t value = 0;
  for (size_t i = 0; i < count; ++i) value |= uint64_t{static_cast<unsigned char>(in[i])} << (8 * i);
  in.remove_prefix(count);
  return value;
}

}  // namespace

void RowWriter::Add(const std::vector<uint64_t>& row) {
  if (row == last_) {
    if (++repeats_ == MostRepeats(row.size())) EndRun();
    return;
  }
  EndRun();
  out_.push_back(0);
  const size_t codes = out_.size();
  out_.resize(codes + (row.size() + 3) / 4);
  for (size_t i = 0; i < row.size(); ++i) {
    const Code code = CodeOf(row[i], last_[i]);
    out_[codes + i / 4] = static_cast<char>(out_[codes + i / 4] | static_cast<int>(code << (i % 4 * 2)));
    if (code == kUpperHalf) AddBytes(row[i] >> 32, 4, out_);
    if (code == kWhole) AddBytes(row[i], 8, out_);
  }
  last_ = row;
}

void RowWriter::EndRun() {
  if (repeats_ > 0) out_.push_back(static_cast<char>(repeats_));
  repeats_ = 0;
}

const std::vector<uint64_t>* RowReader::Next() {
  if (repeats_ > 0) {
    --repeats_;
    return &row_;
  }
  if (in_.empty()) return nullptr;
  const auto first = static_cast<unsigned char>(in_.front());
  in_.remove_prefix(1);
  if (first == 0) return ReadRow() ? &row_ : nullptr;
  if (first > MostRepeats(row_.size())) return nullptr;
  repeats_ = first - 1U;
  return &row_;
}

bool RowReader::ReadRow() {
  const size_t size = (row_.size() + 3) / 4;
  if (in_.size() < size) return false;
  const absl::string_view codes = in_.substr(0, size);
  in_.remove_prefix(size);
  for (size_t i = 0; i < row_.size(); ++i) {
    const unsigned code = static_cast<unsigned char>(codes[i / 4]) >> (i % 4 * 2) & 3U;
    if (!ReadWord(code, row_[i])) return false;
  }
  return true;
}

bool RowReader::ReadWord(unsigned code, uint64_t& word) {
  if (code == kSame) return true;
  const size_t size = code == kZero ? 0 : code == kUpperHalf ? 4 : 8;
  if (in_.size() < size) return false;
  word = TakeBytes(size, in_) << (code == kUpperHalf ? 32 : 0);
  return true;
}

}  // namespace tune
