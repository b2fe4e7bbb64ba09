#include <algorithm>
#include <nlohmann/json.hpp>

#include "libtune/cli/gc_report.h"
#include "libtune/internal/path.h"
#include "libtune/window/quantile.h"

namespace tune {
namespace {

using Json = nlohmann::ordered_json;

template <typename T>
Json OrNull(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}
Json OrNull(const std::optional<Bytes>& value) { return value ? Json(value->value()) : Json(nullptr); }

Json SpaceJson(const SpaceChange& space) {
  return {{"before_bytes", OrNull(space.before)},
          {"after_bytes", OrNull(space.after)},
          {"capacity_bytes", OrNull(space.capacity)}};
}

Json CollectionJson(const Collection& c) {
  return {{"jvm", c.jvm},
          {"number", OrNull(c.number)},
          {"uptime_s", OrNull(c.uptime_s)},
          {"time_ms", OrNull(c.time_ms)},
          {"kind", KindName(c.kind)},
          {"name", Utf8(c.name)},
          {"cause", Utf8(c.cause)},
          {"failure", Utf8(c.failure)},
          {"pause_s", c.pause_s},
          {"cpu_s", c.cpu_s},
          {"heap", SpaceJson(c.heap)},
          {"young", SpaceJson(c.young)},
          {"old", SpaceJson(c.old)},
          {"metaspace", SpaceJson(c.metaspace)}};
}

Json SpanJson(const GcSpan& span) {
  return {{"covered_s", span.covered_s},
          {"collections", span.collections},
          {"full", span.full},
          {"full_start_up", span.full_start_up},
          {"full_on_request", span.full_on_request},
          {"pause_s", span.pause_s},
          {"pause_fraction", OrNull(span.pause_fraction())},
          {"concurrent_s", span.concurrent_s},
          {"cpu_s", span.cpu_s},
          {"allocated_bytes_per_s", OrNull(span.allocation_rate())},
          {"promoted_bytes_per_s", OrNull(span.promotion_rate())}};
}

Json GroupsJson(const GcTotals& totals) {
  Json groups = Json::array();
  for (const auto& [key, group] : totals.groups) {
    const auto& [kind, name, cause] = key;
    groups.push_back({{"kind", KindName(kind)},
                      {"name", Utf8(name)},
                      {"cause", Utf8(cause)},
                      {"count", group.count},
                      {"pause_s", group.pause_s},
                      {"mean_pause_s", group.pause_s / static_cast<double>(group.count)},
                      {"p90_pause_s", OrNull(group.pauses.Quantile(0.9))},
                      {"longest_pause_s", group.longest_pause_s},
                      {"concurrent_s", group.concurrent_s}});
  }
  return groups;
}

Json LogJson(const GcLogOutline& o) {
  Json files = Json::array();
  for (const std::string& file : o.files) files.push_back(Utf8(file));
  Json warnings = Json::array();
  for (const std::string& warning : o.warnings) warnings.push_back(Utf8(warning));
  return {{"files", files},
          {"jvm_version", Utf8(o.jvm_version)},
          {"collector", CollectorName(o.collector)},
          {"options", Utf8(o.options)},
          {"min_heap_bytes", OrNull(o.min_heap)},
          {"initial_heap_bytes", OrNull(o.initial_heap)},
          {"max_heap_bytes", OrNull(o.max_heap)},
          {"region_bytes", OrNull(o.region_size)},
          {"first_uptime_s", OrNull(o.first_uptime_s)},
          {"last_uptime_s", OrNull(o.last_uptime_s)},
          {"first_time_ms", OrNull(o.first_ms)},
          {"last_time_ms", OrNull(o.last_ms)},
          {"lines", o.lines},
          {"gc_lines", o.gc_lines},
          {"collections", o.collections},
          {"full_collections", o.full_collections},
          {"restarts", o.restarts},
          {"allocation_stalls", o.allocation_stalls},
          {"allocation_stall_s", o.allocation_stall_s},
          {"cut_off", o.cut_off},
          {"warnings", warnings}};
}

const char* RungName(LiveRung rung) {
  constexpr const char* kNames[kLiveRungCount] = {"full_collection", "marking", "collection", "old_gen", "heap"};
  return kNames[static_cast<size_t>(rung)];
}

Json LiveJson(const std::optional<LiveSet>& live) {
  if (!live) return nullptr;
  return {{"rung", RungName(live->rung)},      {"bytes", live->bytes},
          {"at_least_bytes", live->low},       {"is_bound", live->is_bound},
          {"fills_the_heap", live->exhausted}, {"rising", live->trend.rising},
          {"rise_bytes", live->trend.rise},    {"mann_kendall_z", live->trend.z}};
}

Json HeapJson(const GcSizing& sizing) {
  if (!sizing.heap) return nullptr;
  constexpr const char* kRules[] = {"live_share", "overhead", "burst", "thrashing", "exhausted"};
  const HeapEstimate& heap = *sizing.heap;
  return {{"now_bytes", OrNull(sizing.facts.heap)},         {"enough_bytes", heap.bytes},
          {"rule", kRules[static_cast<size_t>(heap.rule)]}, {"by_live_share_bytes", heap.by_live_share},
          {"by_overhead_bytes", OrNull(heap.by_overhead)},  {"by_burst_bytes", OrNull(heap.by_burst)},
          {"classic_low_bytes", heap.classic_low},          {"classic_high_bytes", heap.classic_high},
          {"overhead", OrNull(sizing.facts.overhead)}};
}

}  // namespace

std::string GcReportJson(const GcReport& report) {
  Json full = Json::array();
  for (const Collection& c : report.full) full.push_back(CollectionJson(c));
  std::vector<double> old = report.old_after_full;
  const Json old_after_full = {{"count", old.size()},
                               {"min_bytes", OrNull(Quantile(old, 0))},
                               {"median_bytes", OrNull(Quantile(old, 0.5))},
                               {"max_bytes", OrNull(Quantile(old, 1))}};
  const Json document = {{"log", LogJson(report.outline)},
                         {"warm_up_s", report.warm_up_s},
                         {"all", SpanJson(report.totals.all)},
                         {"after_warm_up", SpanJson(report.totals.steady)},
                         {"young_capacity_bytes", OrNull(report.totals.young_capacity)},
                         {"old_capacity_bytes", OrNull(report.totals.old_capacity)},
                         {"heap_capacity_bytes", OrNull(report.totals.heap_capacity)},
                         {"old_after_full", old_after_full},
                         {"live_set", LiveJson(report.sizing.live)},
                         {"heap", HeapJson(report.sizing)},
                         {"groups", GroupsJson(report.totals)},
                         {"full", full}};
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tune
