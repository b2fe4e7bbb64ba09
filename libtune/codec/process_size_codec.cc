#include "libtune/codec/process_size_codec.h"

#include <limits>

#include "libtune/codec/door.h"
#include "libtune/codec/limits.h"
#include "libtune/codec/recommendation_enums.h"

namespace tune {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int64_t kMost = std::numeric_limits<int64_t>::max();

v1::ProcessSize ToProto(const ProcessSize& size) {
  v1::ProcessSize proto;
  if (size.count) proto.set_count(*size.count);
  if (size.slots) proto.set_slots(*size.slots);
  if (size.cpu) proto.set_cpu(size.cpu->value());
  proto.set_cpu_limit_factor(size.cpu_limit_factor);
  if (size.memory) proto.set_memory(size.memory->value());
  proto.set_memory_limit_factor(size.memory_limit_factor);
  if (size.heap) proto.set_heap(size.heap->value());
  if (size.managed) proto.set_managed(size.managed->value());
  if (size.network) proto.set_network(size.network->value());
  if (size.metaspace) proto.set_metaspace(size.metaspace->value());
  if (size.overhead) proto.set_overhead(size.overhead->value());
  if (size.cost) proto.set_cost(*size.cost);
  return proto;
}

class SizeReader {
 public:
  SizeReader(const Path& at, Violations& violations) : at_(at), violations_(violations) {}

  template <typename Amount>
  void Read(const char* field, bool has, int64_t value, int64_t least, std::optional<Amount>& out) {
    if (!has) return;
    CheckRange(at_.Field(field), value, least, kMost, violations_);
    out = Amount(value);
  }
  void Count(const char* field, bool has, int32_t value, std::optional<int>& out) {
    if (!has) return;
    CheckRange(at_.Field(field), int64_t{value}, 1, std::numeric_limits<int32_t>::max(), violations_);
    out = value;
  }
  double Factor(const char* field, double value) {
    CheckRange(at_.Field(field), value, 1, kInfinity, violations_);
    return value;
  }

 private:
  const Path at_;
  Violations& violations_;
};

ProcessSize ReadSize(const v1::ProcessSize& proto, const Path& at, Violations& violations) {
  SizeReader reader(at, violations);
  ProcessSize size;
  reader.Count("count", proto.has_count(), proto.count(), size.count);
  reader.Count("slots", proto.has_slots(), proto.slots(), size.slots);
  reader.Read("cpu", proto.has_cpu(), proto.cpu(), 1, size.cpu);
  size.cpu_limit_factor = reader.Factor("cpu_limit_factor", proto.cpu_limit_factor());
  reader.Read("memory", proto.has_memory(), proto.memory(), 1, size.memory);
  size.memory_limit_factor = reader.Factor("memory_limit_factor", proto.memory_limit_factor());
  reader.Read("heap", proto.has_heap(), proto.heap(), 0, size.heap);
  reader.Read("managed", proto.has_managed(), proto.managed(), 0, size.managed);
  reader.Read("network", proto.has_network(), proto.network(), 0, size.network);
  reader.Read("metaspace", proto.has_metaspace(), proto.metaspace(), 0, size.metaspace);
  reader.Read("overhead", proto.has_overhead(), proto.overhead(), 0, size.overhead);
  if (proto.has_cost()) {
    CheckRange(at.Field("cost"), proto.cost(), 0, kInfinity, violations);
    size.cost = proto.cost();
  }
  return size;
}

LiveFigures ReadLive(const v1::LiveFigures& proto, const Path& at, Violations& violations) {
  CheckRange(at.Field("bytes"), proto.bytes(), int64_t{1}, kMost, violations);
  CheckRange(at.Field("low"), proto.low(), int64_t{0}, proto.bytes(), violations);
  return {Bytes(proto.bytes()), Bytes(proto.low()), ReadEnum(kRungs, proto.rung(), at.Field("rung"), violations),
          proto.is_bound()};
}

void ReadFigures(const v1::ProcessRecommendation& proto, const Path& at, Violations& violations,
                 ProcessRecommendation& answer) {
  if (proto.has_live()) answer.live = ReadLive(proto.live(), at.Field("live"), violations);
  if (proto.has_gc_overhead()) {
    CheckRange(at.Field("gc_overhead"), proto.gc_overhead(), 0, 1, violations);
    answer.gc_overhead = proto.gc_overhead();
  }
  if (proto.has_cores_quantile()) {
    CheckRange(at.Field("cores_quantile"), proto.cores_quantile(), 0, kInfinity, violations);
    answer.cores_quantile = proto.cores_quantile();
  }
  SizeReader reader(at, violations);
  reader.Read("classic_heap_low", proto.has_classic_heap_low(), proto.classic_heap_low(), 0, answer.classic_heap_low);
  reader.Read("classic_heap_high", proto.has_classic_heap_high(), proto.classic_heap_high(), 0,
              answer.classic_heap_high);
}

}  // namespace

v1::ProcessRecommendation ToProto(const ProcessRecommendation& answer) {
  v1::ProcessRecommendation proto;
  proto.set_memory_verdict(ToWire(kVerdicts, answer.memory_verdict));
  proto.set_cpu_verdict(ToWire(kVerdicts, answer.cpu_verdict));
  proto.set_action(ToWire(kActions, answer.action));
  proto.set_confidence(ToWire(kConfidences, answer.confidence));
  *proto.mutable_now() = ToProto(answer.now);
  *proto.mutable_needed() = ToProto(answer.needed);
  *proto.mutable_wanted() = ToProto(answer.wanted);
  for (const auto& [key, text] : answer.options) (*proto.mutable_options())[Utf8(key)] = Utf8(text);
  if (answer.live) {
    v1::LiveFigures& live = *proto.mutable_live();
    live.set_bytes(answer.live->bytes.value());
    live.set_low(answer.live->low.value());
    live.set_rung(ToWire(kRungs, answer.live->rung));
    live.set_is_bound(answer.live->is_bound);
  }
  if (answer.gc_overhead) proto.set_gc_overhead(*answer.gc_overhead);
  if (answer.cores_quantile) proto.set_cores_quantile(*answer.cores_quantile);
  if (answer.classic_heap_low) proto.set_classic_heap_low(answer.classic_heap_low->value());
  if (answer.classic_heap_high) proto.set_classic_heap_high(answer.classic_heap_high->value());
  return proto;
}

ProcessRecommendation ReadProcessRecommendation(const v1::ProcessRecommendation& proto, const Path& at,
                                                Violations& violations) {
  ProcessRecommendation answer;
  answer.memory_verdict = ReadEnum(kVerdicts, proto.memory_verdict(), at.Field("memory_verdict"), violations);
  answer.cpu_verdict = ReadEnum(kVerdicts, proto.cpu_verdict(), at.Field("cpu_verdict"), violations);
  answer.action = ReadEnum(kActions, proto.action(), at.Field("action"), violations);
  answer.confidence = ReadEnum(kConfidences, proto.confidence(), at.Field("confidence"), violations);
  answer.now = ReadSize(proto.now(), at.Field("now"), violations);
  answer.needed = ReadSize(proto.needed(), at.Field("needed"), violations);
  answer.wanted = ReadSize(proto.wanted(), at.Field("wanted"), violations);
  if (CheckCount(at.Field("options"), static_cast<int64_t>(proto.options_size()), limits::kConfigurationEntries,
                 violations)) {
    for (const auto& [key, text] : proto.options()) answer.options[key] = text;
  }
  ReadFigures(proto, at, violations, answer);
  return answer;
}

}  // namespace tune
