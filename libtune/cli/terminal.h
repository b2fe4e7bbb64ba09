// What a person sees: colours only where a terminal shows them, progress only where somebody watches.
#pragma once

#include <cstdint>
#include <string>

#include "libtune/history/history.h"

namespace tune {

enum class Colour { kPlain, kBold, kDim, kRed, kGreen, kYellow, kBlue };

// `text` in `colour` when standard output is a terminal and NO_COLOR is not set; else as it is.
std::string Paint(Colour colour, const std::string& text);

// `text` on one line, as valid UTF-8, with control characters as \x1b: what others wrote cannot command a terminal.
std::string Plain(const std::string& text);

// Columns of the terminal that standard output is; 0: it is none.
size_t TerminalColumns();

// Prints "error: …" to standard error, line ends kept and other control characters as Plain() has them.
void PrintError(const std::string& text);
void PrintWarning(const std::string& text);

// Shows `label` with a percentage on standard error, from the second second on and only on a terminal.
Progress TerminalProgress(const std::string& label);
// Wipes the progress line, if one was drawn.
void EndProgress();

}  // namespace tune
