#include "libtune/window/state_stream.h"

#include "absl/strings/str_cat.h"
#include "libtune/internal/path.h"

namespace tune {

// Seven bits a byte, the least first; the highest bit: there are more.
void SaveStream::Count(const char*, size_t count) {
  for (; count >= 0x80; count >>= 7) out_.push_back(static_cast<char>((count & 0x7f) | 0x80));
  out_.push_back(static_cast<char>(count));
}

void SaveStream::Text(const char* name, const std::string& text) {
  Count(name, text.size());
  out_ += text;
}

size_t RestoreStream::Count(const char* name, size_t most) {
  if (!status_.ok()) return 0;
  uint64_t count = 0;
  for (unsigned shift = 0; shift < 63; shift += 7) {
    if (in_.empty()) break;
    const auto byte = static_cast<unsigned char>(in_.front());
    in_.remove_prefix(1);
    count |= uint64_t{byte & 0x7fU} << shift;
    if ((byte & 0x80U) != 0) continue;
    if (count <= most) return count;
    Refuse(name, absl::StrCat(count, " entries"), absl::StrCat("at most ", most, ", which the bytes left can hold"));
    return 0;
  }
  Refuse(name, "cut short", "what Save() gave");
  return 0;
}

void RestoreStream::Text(const char* name, std::string& text) {
  const size_t size = Count(name, in_.size());
  if (!status_.ok()) return;
  if (size > in_.size()) return Refuse(name, "cut short", "what Save() gave");
  text = std::string(in_.substr(0, size));
  in_.remove_prefix(size);
}

void RestoreStream::Refuse(const std::string& name, const std::string& value, const std::string& allowed) {
  if (status_.ok()) status_ = NotAllowed(absl::StrCat("state: ", where_, name), value, allowed);
}

void RestoreStream::ExpectEnd() {
  if (!in_.empty()) Refuse("end", absl::StrCat(in_.size(), " bytes more"), "none");
}

}  // namespace tune
