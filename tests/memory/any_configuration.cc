#include "tests/memory/any_configuration.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "absl/strings/str_cat.h"

namespace tune {
namespace {

constexpr int64_t kMiB = 1 << 20;

bool Chance(double share, std::mt19937_64& random) {
  return std::uniform_real_distribution<double>(0, 1)(random) < share;
}

int64_t Between(int64_t low, int64_t high, std::mt19937_64& random) {
  return std::uniform_int_distribution<int64_t>(low, std::max(low, high))(random);
}

template <typename T>
const T& OneOf(const std::vector<T>& list, std::mt19937_64& random) {
  return list[static_cast<size_t>(Between(0, static_cast<int64_t>(list.size()) - 1, random))];
}

// From bytes to tebibytes, mostly whole MiB.
int64_t AnySize(int64_t most, std::mt19937_64& random) {
  const double exponent = std::uniform_real_distribution<double>(0, 1)(random);
  const auto size = static_cast<int64_t>(std::pow(static_cast<double>(most), exponent));
  return Chance(0.7, random) ? size / kMiB * kMiB : size;
}

std::string AnyFractionText(std::mt19937_64& random) {
  if (Chance(0.1, random)) {
    return OneOf<std::string>(
        {"0",     "1",      "-0.1",  "0.999999", "0.99999999", "1e-30", "1e-50", "-0",   "NaN",  "Infinity", ".5",
         "0.25f", "0x1p-2", " 0.3 ", "0,3",      "",           "40%",   "1e400", "0.1d", "5e-1", "1.",       "0x.8p0"},
        random);
  }
  const double value = std::uniform_real_distribution<double>(0, Chance(0.2, random) ? 0.95 : 0.5)(random);
  return absl::StrCat(Chance(0.5, random) ? std::round(value * 100) / 100 : value);
}

// A configuration in the making.
class Maker {
 public:
  Maker(std::mt19937_64& random, bool task_manager)
      : random_(random), prefix_(task_manager ? "taskmanager.memory." : "jobmanager.memory."), most_(Most()) {}

  void Size(const std::string& key, int64_t bytes) {
    configuration_[prefix_ + key] = Chance(0.01, random_) ? AnyOddText(random_) : AnySizeText(bytes, random_);
  }
  void MaybeSize(const std::string& key, double share, int64_t most) {
    if (Chance(share, random_)) Size(key, AnySize(most, random_));
  }
  void MaybeFraction(const std::string& key, double share) {
    if (Chance(share, random_)) configuration_[prefix_ + key] = AnyFractionText(random_);
  }
  void Set(const std::string& key, const std::string& text) { configuration_[key] = text; }
  // Limits on both sides of `bytes`, or with it.
  void Limits(const std::string& stem, int64_t bytes) {
    if (Chance(0.6, random_)) Size(stem + ".min", std::max<int64_t>(0, bytes - Near()));
    if (Chance(0.6, random_)) Size(stem + ".max", bytes + Near());
  }
  // Mostly the size, now and then off by little.
  int64_t Nearly(int64_t bytes) {
    return Chance(0.8, random_) ? bytes : std::max<int64_t>(0, bytes + Between(-2, 2, random_));
  }

  int64_t most() const { return most_; }
  Configuration Take() { return std::move(configuration_); }

 private:
  int64_t Most() {
    const int64_t usual = AnySize(int64_t{64} << 30, random_) + 512 * kMiB;
    return Chance(0.02, random_) ? std::numeric_limits<int64_t>::max() / Between(1, 8, random_) : usual;
  }
  int64_t Near() { return Chance(0.5, random_) ? 0 : Between(-2, 64 * kMiB, random_); }

  std::mt19937_64& random_;
  const std::string prefix_;
  const int64_t most_;
  Configuration configuration_;
};

void AddJvm(Maker& maker, std::mt19937_64& random) {
  if (Chance(0.7, random)) return;
  maker.MaybeSize("jvm-metaspace.size", 0.5, 512 * kMiB);
  maker.MaybeSize("jvm-overhead.min", 0.4, 512 * kMiB);
  maker.MaybeSize("jvm-overhead.max", 0.3, 4096 * kMiB);
  maker.MaybeFraction("jvm-overhead.fraction", 0.4);
}

// Any keys at all.
void AddTaskManagerKeys(Maker& maker, std::mt19937_64& random) {
  const double share = Chance(0.5, random) ? 0.1 : 0.4;
  maker.MaybeSize("process.size", 0.6, maker.most());
  maker.MaybeSize("flink.size", 0.3, maker.most());
  maker.MaybeSize("framework.heap.size", share, 512 * kMiB);
  maker.MaybeSize("framework.off-heap.size", share, 512 * kMiB);
  maker.MaybeSize("task.heap.size", 0.3, maker.most() / 2);
  maker.MaybeSize("task.off-heap.size", share, maker.most() / 8);
  maker.MaybeSize("managed.size", 0.3, maker.most() / 2);
  maker.MaybeFraction("managed.fraction", share);
  maker.MaybeSize("network.min", share, 2048 * kMiB);
  maker.MaybeSize("network.max", share, 4096 * kMiB);
  maker.MaybeFraction("network.fraction", share);
}

// Parts that add up, with all totals that follow from them.
void AddTaskManagerParts(Maker& maker, std::mt19937_64& random) {
  const int64_t most = std::min(maker.most(), int64_t{1} << 45);
  const int64_t heap = AnySize(most / 4, random), managed = AnySize(most / 4, random),
                network = 64 * kMiB + AnySize(most / 8, random),
                off_heap = Chance(0.3, random) ? AnySize(kMiB << 8, random) : 0;
  const int64_t flink = heap + managed + network + off_heap + 256 * kMiB, overhead = Between(0, 1100, random) * kMiB;
  if (off_heap > 0) maker.Size("task.off-heap.size", off_heap);
  if (Chance(0.8, random)) maker.Size("task.heap.size", heap);
  if (Chance(0.7, random)) maker.Size("managed.size", managed);
  if (Chance(0.6, random)) maker.Size("flink.size", maker.Nearly(flink));
  if (Chance(0.5, random)) maker.Size("process.size", maker.Nearly(flink + 256 * kMiB + overhead));
  if (Chance(0.5, random)) maker.Limits("network", network);
  if (Chance(0.5, random)) maker.Limits("jvm-overhead", overhead);
  maker.MaybeFraction("network.fraction", 0.2);
}

void AddTaskManagerDeprecated(Maker& maker, std::mt19937_64& random) {
  if (Chance(0.85, random)) return;
  const auto maybe = [&](const char* key, const std::string& text) {
    if (Chance(0.3, random)) maker.Set(key, text);
  };
  maybe("taskmanager.heap.size", AnySizeText(AnySize(maker.most(), random), random));
  maybe("taskmanager.heap.mb",
        OneOf<std::string>({"1728", "-1", "+4096", "4g", " 1024", "2147483647", "2147483648"}, random));
  maybe("taskmanager.memory.size", AnySizeText(AnySize(maker.most() / 4, random), random));
  maybe("taskmanager.network.memory.min", AnySizeText(AnySize(256 * kMiB, random), random));
  maybe("taskmanager.network.memory.max", AnySizeText(AnySize(2048 * kMiB, random), random));
  maybe("taskmanager.network.memory.fraction", AnyFractionText(random));
  maybe("taskmanager.network.numberOfBuffers",
        OneOf<std::string>({"2048", "4096", "0", "-1", "many", "100000"}, random));
  maybe("taskmanager.memory.segment-size",
        OneOf<std::string>({"32kb", "4k", "2k", "48k", "64 kb", "4g", "1g"}, random));
}

void AddCores(Maker& maker, std::mt19937_64& random) {
  if (Chance(0.95, random)) return;
  maker.Set("taskmanager.numberOfTaskSlots", OneOf<std::string>({"4", "0", "-1", "two", "2.0", "+2"}, random));
  if (Chance(0.5, random)) {
    maker.Set("taskmanager.cpu.cores",
              OneOf<std::string>({"2", "0.5", "0", "-1", "NaN", "1e-12", "Infinity", "x"}, random));
  }
}

void AddJobManagerKeys(Maker& maker) {
  maker.MaybeSize("process.size", 0.6, maker.most());
  maker.MaybeSize("flink.size", 0.3, maker.most());
  maker.MaybeSize("heap.size", 0.3, maker.most());
  maker.MaybeSize("off-heap.size", 0.3, maker.most() / 4);
}

void AddJobManagerParts(Maker& maker, std::mt19937_64& random) {
  const int64_t most = std::min(maker.most(), int64_t{1} << 45);
  const int64_t heap = AnySize(most / 2, random), off_heap = AnySize(most / 8, random),
                overhead = Between(0, 1100, random) * kMiB;
  const int64_t flink = heap + off_heap;
  if (Chance(0.7, random)) maker.Size("heap.size", heap);
  if (Chance(0.7, random)) maker.Size("off-heap.size", maker.Nearly(off_heap));
  if (Chance(0.6, random)) maker.Size("flink.size", maker.Nearly(flink));
  if (Chance(0.6, random)) maker.Size("process.size", maker.Nearly(flink + 256 * kMiB + overhead));
  if (Chance(0.5, random)) maker.Limits("jvm-overhead", overhead);
}

void AddJobManagerRest(Maker& maker, std::mt19937_64& random) {
  if (Chance(0.1, random)) {
    maker.Set("jobmanager.memory.enable-jvm-direct-memory-limit",
              OneOf<std::string>({"true", "FALSE", "True", "yes", " true"}, random));
  }
  if (Chance(0.1, random)) maker.Set("jobmanager.heap.size", AnySizeText(AnySize(maker.most(), random), random));
  if (Chance(0.1, random))
    maker.Set("jobmanager.heap.mb", OneOf<std::string>({"1024", "-1", "1g", "0", "123456"}, random));
}

std::optional<Bytes> MaybeBytes(double share, int64_t most, std::mt19937_64& random) {
  if (!Chance(share, random)) return std::nullopt;
  return Bytes(AnySize(most, random));
}

}  // namespace

std::string AnyOddText(std::mt19937_64& random) {
  return OneOf<std::string>({"",
                             " ",
                             "12 q",
                             "-5m",
                             "+5m",
                             "1.5g",
                             "9223372036854775807",
                             "9223372036854775808",
                             "8388608t",
                             "8388607t",
                             "1e3",
                             "m",
                             "10 m b",
                             "0",
                             "1_000",
                             "2Gi",
                             "1\tk",
                             "  7 \n MebiBytes ",
                             "4 gIbIbYtEs",
                             "9007199254740992k",
                             "9007199254740991 kb",
                             "0x10",
                             "5\xC2\xA0m",
                             "1 000m",
                             "00012m",
                             "512 bytes",
                             "3 byte"},
                            random);
}

std::string AnySizeText(int64_t bytes, std::mt19937_64& random) {
  static const std::vector<std::vector<std::string>> units = {{"", "b", " bytes", "B"},
                                                              {"k", "kb", " kibibytes", "Kb"},
                                                              {"m", "mb", " mebibytes", " MB"},
                                                              {"g", "gb", " gibibytes", "G"},
                                                              {"t", "tb", " tebibytes", "TB"}};
  size_t unit = 0;
  while (unit + 1 < units.size() && bytes > 0 && bytes % (int64_t{1} << (10 * (unit + 1))) == 0 && Chance(0.9, random))
    ++unit;
  const std::string text = absl::StrCat(bytes >> (10 * unit), OneOf(units[unit], random));
  return Chance(0.05, random) ? absl::StrCat(" ", text, "\t") : text;
}

Question AnyQuestion(std::mt19937_64& random) {
  Question question;
  question.task_manager = Chance(0.6, random);
  question.legacy = Chance(0.7, random) ? LegacyHeap::kProcessSize : LegacyHeap::kStandalone;
  Maker maker(random, question.task_manager);
  AddJvm(maker, random);
  const bool parts = Chance(0.5, random);
  if (question.task_manager) {
    parts ? AddTaskManagerParts(maker, random) : AddTaskManagerKeys(maker, random);
    AddTaskManagerDeprecated(maker, random);
    AddCores(maker, random);
  } else {
    parts ? AddJobManagerParts(maker, random) : AddJobManagerKeys(maker);
    AddJobManagerRest(maker, random);
  }
  question.configuration = maker.Take();
  return question;
}

TaskManagerMemoryWish AnyTaskManagerWish(std::mt19937_64& random) {
  TaskManagerMemoryWish wish;
  if (Chance(0.3, random)) {
    wish.task_heap = MaybeBytes(1, int64_t{16} << 30, random);
  } else {
    wish.heap = MaybeBytes(0.8, int64_t{16} << 30, random);
  }
  wish.managed = MaybeBytes(0.5, int64_t{8} << 30, random);
  wish.network = MaybeBytes(0.4, int64_t{2} << 30, random);
  wish.task_off_heap = MaybeBytes(0.3, int64_t{1} << 30, random);
  wish.metaspace = MaybeBytes(0.3, int64_t{1} << 30, random);
  wish.overhead = MaybeBytes(0.3, int64_t{2} << 30, random);
  wish.exact_network = Chance(0.3, random);
  wish.exact_overhead = Chance(0.3, random);
  return wish;
}

JobManagerMemoryWish AnyJobManagerWish(std::mt19937_64& random) {
  JobManagerMemoryWish wish;
  wish.heap = MaybeBytes(0.8, int64_t{8} << 30, random);
  wish.off_heap = MaybeBytes(0.3, int64_t{1} << 30, random);
  wish.metaspace = MaybeBytes(0.3, int64_t{1} << 30, random);
  wish.overhead = MaybeBytes(0.3, int64_t{2} << 30, random);
  wish.exact_overhead = Chance(0.3, random);
  return wish;
}

}  // namespace tune
