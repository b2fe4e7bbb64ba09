#include "libtune/cli/gc_picture.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libtune/cli/gc_report.h"
#include "libtune/cli/table.h"

namespace tune {
namespace {

constexpr double kLongestLog = 1e12;  // seconds

std::string TimeText(double seconds) {
  if (seconds < 120) return absl::StrFormat("%.3g s", seconds);
  if (seconds < 7200) return absl::StrFormat("%.3g min", seconds / 60);
  if (seconds < 172800) return absl::StrFormat("%.1f h", seconds / 3600);
  return absl::StrFormat("%.1f d", seconds / 86400);
}

}  // namespace

void GcPicture::Bin::Merge(const Bin& other) {
  most_before = std::max(most_before, other.most_before);
  old_after_full = std::max(old_after_full, other.old_after_full);
  if (other.least_after >= 0)
    least_after = least_after < 0 ? other.least_after : std::min(least_after, other.least_after);
}

void GcPicture::Add(const Collection& c) {
  if (c.jvm != jvm_) {
    jvm_ = c.jvm;
    offset_s_ = last_s_;
    start_ms_.reset();
  }
  double at = 0;
  if (c.uptime_s) {
    at = *c.uptime_s;
  } else if (c.time_ms) {
    if (!start_ms_) start_ms_ = c.time_ms;
    at = static_cast<double>(*c.time_ms - *start_ms_) / 1e3;
  } else {
    return;
  }
  if (first_s_ < 0) {
    first_s_ = std::max(0.0, at);
    offset_s_ = -first_s_;
  }
  at = std::max(0.0, at + offset_s_);
  if (at > kLongestLog) return;
  last_s_ = std::max(last_s_, at);
  while (at >= bin_s_ * kBins) {
    for (size_t i = 0; i < kBins / 2; ++i) {
      Bin merged = bins_[2 * i];
      merged.Merge(bins_[2 * i + 1]);
      bins_[i] = merged;
    }
    std::fill(bins_.begin() + kBins / 2, bins_.end(), Bin());
    bin_s_ *= 2;
  }
  Bin bin;
  if (c.heap.before) bin.most_before = static_cast<double>(c.heap.before->value());
  if (c.heap.after) bin.least_after = static_cast<double>(c.heap.after->value());
  if (c.kind == CollectionKind::kFull) {
    if (const auto old = OldAfterFull(c); old) bin.old_after_full = static_cast<double>(old->value());
  }
  bins_[std::min(kBins - 1, static_cast<size_t>(at / bin_s_))].Merge(bin);
}

std::string GcPicture::Draw(size_t width, size_t height) const {
  std::vector<Bin> columns(width);
  double top = 0;
  for (size_t i = 0; i < kBins; ++i) {
    const double share = last_s_ > 0 ? static_cast<double>(i) * bin_s_ / last_s_ : 0;
    if (share > 1) break;
    columns[std::min(width - 1, static_cast<size_t>(share * static_cast<double>(width)))].Merge(bins_[i]);
    top = std::max({top, bins_[i].most_before, bins_[i].least_after, bins_[i].old_after_full});
  }
  if (top <= 0) return "";
  const auto row_of = [top, height](double bytes) {
    return std::min(height - 1, static_cast<size_t>(bytes / top * static_cast<double>(height)));
  };
  std::string text;
  for (size_t row = height; row-- > 0;) {
    const bool labelled = row + 1 == height || row == height / 2;
    const double at_row = top * static_cast<double>(row + 1) / static_cast<double>(height) / (1 << 20);
    std::string line = labelled ? absl::StrFormat("%8.4g MiB ┤", at_row) : std::string(12, ' ') + " │";
    for (const Bin& bin : columns) {
      const bool full = bin.old_after_full >= 0 && row_of(bin.old_after_full) == row;
      const double low = bin.least_after >= 0 ? bin.least_after : bin.most_before;
      const double high = std::max(bin.most_before, low);
      const bool used = high >= 0 && row >= row_of(low) && row <= row_of(high);
      absl::StrAppend(&line, full ? "●" : used ? "░" : " ");
    }
    absl::StripTrailingAsciiWhitespace(&line);
    absl::StrAppend(&text, line, "\n");
  }
  const std::string end = TimeText(last_s_);
  const size_t gap = width > end.size() + 1 ? width - end.size() - 1 : 1;
  absl::StrAppend(&text, std::string(13, ' '), "└0", std::string(gap, ' '), end, "\n", std::string(14, ' '),
                  "░ heap, from after to before collections   ● old generation after a full one\n");
  return text;
}

}  // namespace tune
