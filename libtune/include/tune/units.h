// One type per unit; only equal units add or compare. Times are absl::Duration, except the time spent on
// one record: at 10^8 records/s that is 10 ns, which absl::Duration's quarter nanosecond would round by 2 %.
#pragma once

#include <cstdint>

namespace tune {

template <typename Unit, typename Rep>
class Quantity {
 public:
  constexpr Quantity() = default;
  explicit constexpr Quantity(Rep value) : value_(value) {}
  constexpr Rep value() const { return value_; }

  friend constexpr Quantity operator+(Quantity a, Quantity b) { return Quantity(a.value_ + b.value_); }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return Quantity(a.value_ - b.value_); }
  friend constexpr Quantity operator*(Quantity a, Rep factor) { return Quantity(a.value_ * factor); }
  friend constexpr Quantity operator*(Rep factor, Quantity a) { return Quantity(a.value_ * factor); }
  friend constexpr Rep operator/(Quantity a, Quantity b) { return a.value_ / b.value_; }
  friend constexpr bool operator==(Quantity a, Quantity b) { return a.value_ == b.value_; }
  friend constexpr auto operator<=>(Quantity a, Quantity b) { return a.value_ <=> b.value_; }

 private:
  Rep value_ = 0;
};

using RecordsPerSecond = Quantity<struct RecordsPerSecondUnit, double>;
using SecondsPerRecord = Quantity<struct SecondsPerRecordUnit, double>;
using MilliCores = Quantity<struct MilliCoresUnit, int64_t>;  // 1000 is one core
using Bytes = Quantity<struct BytesUnit, int64_t>;

// Subtasks that `rate` keeps busy all the time when one record takes `per_record`.
constexpr double BusySubtasks(RecordsPerSecond rate, SecondsPerRecord per_record) {
  return rate.value() * per_record.value();
}

}  // namespace tune
