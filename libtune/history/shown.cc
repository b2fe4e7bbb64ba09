#include "libtune/history/shown.h"

#include "absl/strings/str_format.h"

namespace tune {

std::string Shown(const std::string& message) {
  std::string out;
  out.reserve(message.size());
  for (size_t i = 0; i < message.size(); ++i) {
    const auto byte = static_cast<unsigned char>(message[i]);
    const auto next = i + 1 < message.size() ? static_cast<unsigned char>(message[i + 1]) : 0u;
    const bool upper_control = byte == 0xC2 && next >= 0x80 && next < 0xA0;  // U+0080 to U+009F
    if ((byte >= 0x20 && byte != 0x7F && !upper_control) || byte == '\n') {
      out += message[i];
    } else {
      absl::StrAppendFormat(&out, "\\x%02x", upper_control ? next : byte);
      if (upper_control) ++i;
    }
  }
  return out;
}

}  // namespace tune
