// Whether a person says yes.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "libtune/cli/arguments.h"

namespace tune {

// Called before anything is asked of tuned. kInvalidArgument: a person would have to be asked, and standard input and
// output are no terminals, or all that is printed is one JSON document.
absl::Status CheckCanAsk(const Arguments& arguments);

// True where nobody is to be asked, or the answer is yes. To the terminal: "question [y/N] ".
bool IsConfirmed(const Arguments& arguments, const std::string& question);

// After a no. The exit code.
int SayNotDone();

}  // namespace tune
