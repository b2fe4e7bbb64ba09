#include "libtune/history/prometheus_merge.h"

#include <limits>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libtune/history/prometheus_points.h"

namespace tune {
namespace {

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
constexpr int64_t kProgressBytes = int64_t{4} << 20;

// Where the reading of each series stands.
class Cursors {
 public:
  Cursors(std::string_view text, const PrometheusIndex& index, const Progress& progress)
      : text_(text), index_(index), progress_(progress), next_ms_(index.series.size()), cursors_(index.series.size()) {
    for (size_t i = 0; i < next_ms_.size(); ++i) next_ms_[i] = index.series[i].first_ms;
  }

  int64_t next_ms(size_t i) const { return next_ms_[i]; }

  // The value at next_ms(i), and on to the next.
  absl::Status Take(size_t i, double& value) {
    Cursor& cursor = cursors_[i];
    if (cursor.at == cursor.block.size()) {
      if (auto status = Load(i); !status.ok()) return status;
    }
    value = cursor.block[cursor.at++].value;
    if (cursor.at < cursor.block.size()) {
      const int64_t next = cursor.block[cursor.at].time_ms;
      if (next <= next_ms_[i]) return NotAscending(i, next);
      next_ms_[i] = next;
      return absl::OkStatus();
    }
    return Follow(i);
  }

 private:
  struct Cursor {
    std::vector<PrometheusPoint> block;
    size_t at = 0;    // into the block
    size_t byte = 0;  // behind the block
  };

  absl::Status Load(size_t i) {
    Cursor& cursor = cursors_[i];
    const size_t before = cursor.byte;
    cursor.at = 0;
    const absl::Status status = decoder_.Decode(index_.series[i].pairs, cursor.byte, cursor.block);
    if (!status.ok()) return Wrong(i, std::string(status.message()));
    if (cursor.block.empty()) return Wrong(i, "no sample");
    Report(cursor.byte - before);
    return absl::OkStatus();
  }

  // After the last sample of a block: the next block, or the end.
  absl::Status Follow(size_t i) {
    Cursor& cursor = cursors_[i];
    if (cursor.byte == index_.series[i].pairs.size()) {
      next_ms_[i] = kNever;
      std::vector<PrometheusPoint>().swap(cursor.block);
      cursor.at = 0;
      return absl::OkStatus();
    }
    if (auto status = Load(i); !status.ok()) return status;
    if (cursor.block[0].time_ms <= next_ms_[i]) return NotAscending(i, cursor.block[0].time_ms);
    next_ms_[i] = cursor.block[0].time_ms;
    return absl::OkStatus();
  }

  absl::Status NotAscending(size_t i, int64_t next) const {
    return Wrong(i, absl::StrCat("time ", next, " ms after ", next_ms_[i], " ms; allowed: ascending times"));
  }
  absl::Status Wrong(size_t i, const std::string& what) const {
    const PrometheusSeries& series = index_.series[i];
    return absl::InvalidArgumentError(absl::StrCat("byte ", series.pairs.data() - text_.data() + cursors_[i].byte,
                                                   " or before, series ", DescribeSeries(series), ": ", what));
  }

  void Report(size_t bytes) {
    done_ += static_cast<int64_t>(bytes);
    if (!progress_ || done_ < reported_ + kProgressBytes) return;
    reported_ = done_;
    progress_(done_, static_cast<int64_t>(text_.size()));
  }

  std::string_view text_;
  const PrometheusIndex& index_;
  const Progress& progress_;
  std::vector<int64_t> next_ms_;  // by series; apart from the cursors, for it is what is looked at most
  std::vector<Cursor> cursors_;
  PointDecoder decoder_;
  int64_t done_ = 0, reported_ = 0;
};

}  // namespace

absl::Status MergeSeries(std::string_view text, const PrometheusIndex& index, const Progress& progress,
                         TakeInstant take) {
  Cursors cursors(text, index, progress);
  using Due = std::pair<int64_t, size_t>;  // time, subject
  std::priority_queue<Due, std::vector<Due>, std::greater<>> queue;
  for (size_t s = 0; s < index.subjects.size(); ++s) {
    int64_t first = kNever;
    for (size_t i = index.subjects[s].begin; i < index.subjects[s].end; ++i)
      first = std::min(first, cursors.next_ms(i));
    if (first != kNever) queue.push({first, s});
  }
  std::vector<SlotValue> values;
  while (!queue.empty()) {
    const auto [now, s] = queue.top();
    queue.pop();
    const PrometheusSubject& subject = index.subjects[s];
    values.clear();
    int64_t next = kNever;
    uint32_t last_slot = std::numeric_limits<uint32_t>::max();
    for (size_t i = subject.begin; i < subject.end; ++i) {
      if (cursors.next_ms(i) == now) {
        double value = 0;
        if (auto status = cursors.Take(i, value); !status.ok()) return status;
        // Of a slot's series only the first counts that is there.
        if (index.series[i].slot != last_slot) values.push_back({index.series[i].metric, value});
        last_slot = index.series[i].slot;
      }
      next = std::min(next, cursors.next_ms(i));
    }
    if (auto status = take(subject, now, values); !status.ok()) return status;
    if (next != kNever) queue.push({next, s});
  }
  if (progress) progress(static_cast<int64_t>(text.size()), static_cast<int64_t>(text.size()));
  return absl::OkStatus();
}

}  // namespace tune
