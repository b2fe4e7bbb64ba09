// A Flink configuration's texts -> memory options: which keys are read, in which order, and which texts are taken.
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libtune/internal/path.h"
#include "libtune/memory/java_text.h"
#include "libtune/memory/keys.h"
#include "tune/flink_memory.h"
#include "tune/sizes.h"

namespace tune {
namespace {

using Configuration = std::map<std::string, std::string>;

constexpr char kSlots[] = "taskmanager.numberOfTaskSlots";
constexpr char kCores[] = "taskmanager.cpu.cores";
constexpr char kSegmentSize[] = "taskmanager.memory.segment-size";
constexpr char kDirectLimit[] = "jobmanager.memory.enable-jvm-direct-memory-limit";
constexpr int64_t kDefaultSegment = 32 << 10, kSmallestSegment = 4 << 10;

class Reader {
 public:
  Reader(const Configuration& configuration, ProcessMemoryOptions& options)
      : configuration_(configuration), options_(options) {}

  // nullptr: not set.
  const std::string* Find(const char* key) const {
    const auto it = configuration_.find(key);
    return it == configuration_.end() ? nullptr : &it->second;
  }

  bool Has(const char* key, const char* deprecated) const {
    return Find(key) != nullptr || Find(deprecated) != nullptr;
  }

  std::optional<Bytes> Size(const char* key, const char* deprecated = nullptr) {
    const char* used = key;
    const std::string* text = FindEither(used, deprecated);
    if (text == nullptr) return std::nullopt;
    absl::StatusOr<Bytes> size = ParseFlinkSize(used, *text);
    if (!size.ok()) return Refuse(size.status());
    return *size;
  }

  std::optional<MemoryFraction> Fraction(const char* key, const char* deprecated = nullptr) {
    const char* used = key;
    const std::string* text = FindEither(used, deprecated);
    if (text == nullptr) return std::nullopt;
    const std::optional<float> value = ParseJavaFloat(*text);
    if (!value) Bad(used, *text, "a number in [0, 1)");
    return MemoryFraction(value.value_or(0));
  }

  // 0 after a violation.
  int32_t Int(const char* key, const std::string& text) {
    const std::optional<int32_t> value = ParseJavaInt(text);
    if (!value) Bad(key, text, "a whole number");
    return value.value_or(0);
  }

  void Bad(const char* key, const std::string& text, const std::string& allowed) {
    violations_.Add(key, Quoted(text), allowed);
  }

  // The options that both processes have. A deprecated heap option stands for `legacy` unless that is set.
  void ReadShared(const ProcessMemoryKeys& keys, const std::string& resource_memory, const char* resource_field) {
    options_.process_size = Size(keys.process_size);
    options_.flink_size = Size(keys.flink_size);
    options_.metaspace = Size(keys.metaspace);
    options_.overhead_min = Size(keys.overhead_min);
    options_.overhead_max = Size(keys.overhead_max);
    options_.overhead_fraction = Fraction(keys.overhead_fraction);
    if (resource_memory.empty()) return;
    absl::StatusOr<Bytes> size = ParseDeploymentMemory(resource_field, resource_memory);
    if (!size.ok()) Refuse(size.status());
    options_.process_size = size.ok() ? *size : Bytes(0);
    options_.given_as[keys.process_size] = resource_field;
  }

  // Sets `target` from Flink 1's heap options where nothing else has.
  void ReadLegacyHeap(const char* size_key, const char* mb_key, const char* target_key, std::optional<Bytes>& target) {
    if (target.has_value()) return;
    if (Find(size_key) != nullptr) {
      target = Size(size_key);
      options_.given_as[target_key] = size_key;
    } else if (const std::string* text = Find(mb_key)) {
      const int32_t mebibytes = Int(mb_key, *text);
      if (mebibytes < 0) Bad(mb_key, *text, ">= 0");
      target = Bytes(int64_t{mebibytes} * (1 << 20));
      options_.given_as[target_key] = mb_key;
    }
  }

  absl::Status status() const {
    if (violations_.empty()) return refused_;
    return violations_.ToStatus();
  }

 private:
  const std::string* FindEither(const char*& key, const char* deprecated) {
    if (const std::string* text = Find(key)) return text;
    const std::string* text = deprecated == nullptr ? nullptr : Find(deprecated);
    if (text != nullptr) {
      options_.given_as[key] = deprecated;
      key = deprecated;
    }
    return text;
  }

  std::optional<Bytes> Refuse(const absl::Status& status) {
    refused_.Update(status);  // the first one
    return Bytes(0);
  }

  const Configuration& configuration_;
  ProcessMemoryOptions& options_;
  Violations violations_;
  absl::Status refused_;
};

// Slots and cores are no memory, but without them no TaskManager has any.
void CheckCores(Reader& reader) {
  const std::string* slots = reader.Find(kSlots);
  const int32_t count = slots == nullptr ? 1 : reader.Int(kSlots, *slots);
  if (const std::string* cores = reader.Find(kCores)) {
    const std::optional<double> value = ParseJavaDouble(*cores);
    if (!value || !(*value > 0) || !std::isfinite(*value)) reader.Bad(kCores, *cores, "a number > 0");
  } else if (count <= 0) {
    reader.Bad(kSlots, *slots, ">= 1");
  }
}

// Flink 1 counts network memory in buffers where none of its other options is set.
std::optional<Bytes> ReadNetworkBuffers(Reader& reader) {
  const std::string* text = reader.Find(kNetworkBuffers);
  if (text == nullptr) return std::nullopt;
  const int32_t buffers = reader.Int(kNetworkBuffers, *text);
  if (buffers < 0) reader.Bad(kNetworkBuffers, *text, ">= 0");
  const int64_t segment = reader.Size(kSegmentSize).value_or(Bytes(kDefaultSegment)).value();
  if (segment < kSmallestSegment || segment > (int64_t{1} << 30) || (segment & (segment - 1)) != 0) {
    reader.Bad(kSegmentSize, FormatFlinkSize(Bytes(segment)), "a power of 2 from 4k to 1g");
  }
  return Bytes(buffers * segment);
}

}  // namespace

absl::StatusOr<FlinkVersion> ParseFlinkVersion(const std::string& field, const std::string& text) {
  const bool crd = !text.empty() && text[0] == 'v';
  const std::vector<std::string> parts = absl::StrSplit(crd ? text.substr(1) : text, crd ? '_' : '.');
  std::vector<int32_t> numbers;
  for (const std::string& part : parts) numbers.push_back(ParseJavaInt(part).value_or(-1));
  const size_t most = crd ? 2 : 3;
  const bool known =
      numbers.size() >= 2 && numbers.size() <= most && numbers.back() >= 0 &&
      ((numbers[0] == 1 && numbers[1] >= 17 && numbers[1] <= 20) || (numbers[0] == 2 && numbers[1] >= 0));
  if (!known) return NotAllowed(field, Quoted(text), "1.17 to 1.20, 2.0 and later");
  return FlinkVersion{numbers[0], numbers[1]};
}

absl::StatusOr<TaskManagerMemoryOptions> ReadTaskManagerMemory(const FlinkVersion& version,
                                                               const Configuration& configuration,
                                                               const std::string& resource_memory, LegacyHeap legacy) {
  TaskManagerMemoryOptions o;
  Reader reader(configuration, o);
  reader.ReadShared(kTaskManagerKeys, resource_memory, "spec.taskManager.resource.memory");
  if (version.major == 1) {
    const bool process = legacy == LegacyHeap::kProcessSize;
    reader.ReadLegacyHeap("taskmanager.heap.size", "taskmanager.heap.mb",
                          process ? kTaskManagerKeys.process_size : kTaskManagerKeys.flink_size,
                          process ? o.process_size : o.flink_size);
  }
  o.framework_heap = reader.Size(kFrameworkHeap);
  o.framework_off_heap = reader.Size(kFrameworkOffHeap);
  o.task_heap = reader.Size(kTaskHeap);
  o.task_off_heap = reader.Size(kTaskOffHeap);
  o.managed = reader.Size(kManaged, "taskmanager.memory.size");
  if (!o.managed) o.managed_fraction = reader.Fraction(kManagedFraction);
  o.network_min = reader.Size(kNetworkMin, "taskmanager.network.memory.min");
  o.network_max = reader.Size(kNetworkMax, "taskmanager.network.memory.max");
  o.network_fraction = reader.Fraction(kNetworkFraction, "taskmanager.network.memory.fraction");
  if (version.major == 1 && !o.network_min && !o.network_max && !o.network_fraction) {
    o.network_buffers = ReadNetworkBuffers(reader);
  }
  CheckCores(reader);
  if (!reader.status().ok()) return reader.status();
  return o;
}

absl::StatusOr<JobManagerMemoryOptions> ReadJobManagerMemory(const FlinkVersion& version,
                                                             const Configuration& configuration,
                                                             const std::string& resource_memory, LegacyHeap legacy) {
  JobManagerMemoryOptions o;
  Reader reader(configuration, o);
  reader.ReadShared(kJobManagerKeys, resource_memory, "spec.jobManager.resource.memory");
  o.heap = reader.Size(kHeap);
  o.off_heap = reader.Size(kOffHeap);
  if (version.major == 1) {
    const bool process = legacy == LegacyHeap::kProcessSize;
    reader.ReadLegacyHeap("jobmanager.heap.size", "jobmanager.heap.mb", process ? kJobManagerKeys.process_size : kHeap,
                          process ? o.process_size : o.heap);
  }
  if (const std::string* text = reader.Find(kDirectLimit)) {
    const std::string lower = absl::AsciiStrToLower(*text);
    o.limits_direct_memory = lower == "true";
    if (lower != "true" && lower != "false") reader.Bad(kDirectLimit, *text, "true, false");
  }
  if (!reader.status().ok()) return reader.status();
  return o;
}

}  // namespace tune
