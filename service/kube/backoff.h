// How long to wait before the next try.
#pragma once

#include <algorithm>

#include "absl/random/random.h"
#include "absl/time/time.h"

namespace tune {

// Doubles from `least` to `most`. The wait is drawn between half of that and all of it, so that those who failed
// together do not come back together.
class Backoff {
 public:
  Backoff(absl::Duration least, absl::Duration most) : least_(least), most_(most), next_(least) {}

  absl::Duration Next() {
    const absl::Duration whole = next_;
    next_ = std::min(next_ * 2, most_);
    return whole * absl::Uniform(random_, 0.5, 1.0);
  }
  void Reset() { next_ = least_; }

 private:
  absl::Duration least_, most_, next_;
  absl::BitGen random_;
};

}  // namespace tune
