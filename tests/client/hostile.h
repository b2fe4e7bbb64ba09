// A text that would command a terminal, and what must not come of it.
#pragma once

#include <gtest/gtest.h>

#include <string>

namespace tune {

// A title for the window, a clear screen, C1's CSI, a bell, a new line that looks like another answer.
inline constexpr char kHostile[] = "x\033]0;owned\007\033[2Jy\u009b31mz\rerror: a\nb\tc\x7f";

// What a terminal shows commands nothing: no control characters but ends of lines.
inline void ExpectHarmless(const std::string& text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    ASSERT_TRUE(c == '\n' || (c >= 0x20 && c != 0x7f)) << "byte " << int{c} << " at " << i << " of " << text;
    ASSERT_FALSE(c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) << "C1 at " << i;
  }
}

}  // namespace tune
