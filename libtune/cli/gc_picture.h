// The heap over time as a picture of characters, from any number of collections.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tune/collection.h"

namespace tune {

class GcPicture {
 public:
  void Add(const Collection& collection);

  // `width` columns of time, `height` rows of memory, both > 0: what the heap held before and after collections, and
  // the old generation after full ones. Empty: nothing to draw. Every line ends with a newline.
  std::string Draw(size_t width, size_t height) const;

 private:
  // What happened in one stretch of time. Negative: nothing of the kind.
  struct Bin {
    double most_before = -1, least_after = -1;  // bytes
    double old_after_full = -1;
    void Merge(const Bin& other);
  };
  static constexpr size_t kBins = 1024;  // a power of two

  std::vector<Bin> bins_ = std::vector<Bin>(kBins);
  double bin_s_ = 0.001;  // doubled whenever the bins do not reach far enough
  double offset_s_ = 0;   // where this JVM's time begins on the axis
  double last_s_ = 0, first_s_ = -1;
  int jvm_ = 0;
  std::optional<int64_t> start_ms_;
};

}  // namespace tune
