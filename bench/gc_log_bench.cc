// Reading GC logs of some 64 MB: unified logs of G1 with all of gc*, with the tag gc alone, and JDK 6's Parallel with
// heaps around each collection. BM_Lines is the limit: the same lines, of which nothing is read.
#include <benchmark/benchmark.h>

#include <memory>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libtune/history/gc_log/gc_log.h"
#include "libtune/history/gc_log/log_lines.h"

namespace tune {
namespace {

constexpr size_t kSize = size_t{64} << 20;

enum Form { kUnified, kGcTagAlone, kClassic };
const char* const kNames[] = {"unified gc*", "unified gc alone", "JDK 6 with details and heaps"};

std::string UnifiedPause(int n, double at, std::mt19937_64& random) {
  const int eden = 100 + static_cast<int>(random() % 50), old = 200 + n % 100;
  const std::string all =
      absl::StrFormat("[2024-05-01T10:%02d:%02d.%03d+0000][%.3fs][info][", n / 60 % 60, n % 60, n % 1000, at);
  const std::string number = absl::StrCat("GC(", n, ") ");
  return absl::StrCat(
      all, "gc,start     ] ", number, "Pause Young (Normal) (G1 Evacuation Pause)\n", all, "gc,task      ] ", number,
      "Using 2 workers of 2 for evacuation\n", all, "gc,phases    ] ", number, "  Pre Evacuate Collection Set: 0.1ms\n",
      all, "gc,phases    ] ", number, "  Merge Heap Roots: 0.1ms\n", all, "gc,phases    ] ", number,
      "  Evacuate Collection Set: 17.5ms\n", all, "gc,phases    ] ", number, "  Post Evacuate Collection Set: 1.5ms\n",
      all, "gc,phases    ] ", number, "  Other: 0.3ms\n", all, "gc,heap      ] ", number, "Eden regions: ", eden,
      "->0(", eden, ")\n", all, "gc,heap      ] ", number, "Survivor regions: 7->7(10)\n", all, "gc,heap      ] ",
      number, "Old regions: ", old, "->", old + 1, "\n", all, "gc,heap      ] ", number, "Humongous regions: 5->5\n",
      all, "gc,metaspace ] ", number, "Metaspace: 3888K(4096K)->3888K(4096K) NonClass: 3549K(3648K)->3549K(3648K)\n",
      all, "gc           ] ", number, "Pause Young (Normal) (G1 Evacuation Pause) ", eden + old + 12, "M->", old + 13,
      "M(512M) 17.718ms\n", all, "gc,cpu       ] ", number, "User=0.03s Sys=0.00s Real=0.02s\n");
}

std::string TagAlone(int n, double at, std::mt19937_64& random) {
  return absl::StrFormat("[%.3fs][info][gc] GC(%d) Pause Young (G1 Evacuation Pause) %dM->%dM(1081M) %.3fms\n", at, n,
                         600 + static_cast<int>(random() % 50), 10 + n % 7, 1 + static_cast<double>(n % 100) / 10);
}

std::string ClassicPause(int n, double at, std::mt19937_64& random) {
  const int young = 6000 + static_cast<int>(random() % 100);
  const std::string heap = absl::StrCat(
      " PSYoungGen      total 7168K, used ", young,
      "K [0x2d5a0000, 0x2dda0000, 0x38040000)\n  eden space 6144K, 97% used "
      "[0x2d5a0000,0x2db90cd8,0x2dba0000)\n  from space 1024K, 97% used [0x2dba0000,0x2dc9a5f8,0x2dca0000)\n"
      "  to   space 1024K, 0% used [0x2dca0000,0x2dca0000,0x2dda0000)\n PSOldGen        total 16384K, used "
      "0K [0x18040000, 0x19040000, 0x2d5a0000)\n  object space 16384K, 0% used "
      "[0x18040000,0x18040000,0x19040000)\n");
  return absl::StrCat("Application time: 1.9992100 seconds\n{Heap before GC invocations=", n, " (full 0):\n", heap,
                      absl::StrFormat("%.3f: [GC [PSYoungGen: %dK->1018K(7168K)] %dK->1414K(23552K), 0.0080072 secs] "
                                      "[Times: user=0.00 sys=0.00, real=0.00 secs] \n",
                                      at, young, young),
                      "Heap after GC invocations=", n, " (full 0):\n", heap,
                      "}\nTotal time for which application threads were stopped: 0.0044726 seconds\n");
}

// Made once for all benchmarks of a form.
const ByteSource& Log(int form) {
  static std::unique_ptr<ByteSource> logs[3];
  if (logs[form] == nullptr) {
    std::mt19937_64 random(1);
    std::string text =
        form == kClassic ? "" : "[0.021s][info][gc] Using G1\n[0.021s][info][gc,init] Heap Region Size: 1M\n";
    for (int n = 0; text.size() < kSize; ++n) {
      const double at = 1 + 0.05 * n;
      text += form == kUnified   ? UnifiedPause(n, at, random)
              : form == kClassic ? ClassicPause(n, at, random)
                                 : TagAlone(n, at, random);
    }
    logs[form] = std::make_unique<ByteSource>(ByteSource::Memory("gc.log", std::move(text)));
  }
  return *logs[form];
}

void Finish(benchmark::State& state, int form) {
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(Log(form).memory()->size()));
  state.SetLabel(kNames[form]);
}

void BM_Read(benchmark::State& state) {
  const int form = static_cast<int>(state.range(0));
  const ByteSource& log = Log(form);
  int64_t collections = 0;
  for (auto _ : state) {
    collections = 0;
    const auto outline = ReadGcLog({log}, [&collections](const Collection&) { ++collections; });
    if (!outline.ok() || collections == 0 || !outline->left_out.empty()) state.SkipWithError("read");
  }
  Finish(state, form);
  state.counters["collections"] = static_cast<double>(collections);
}
BENCHMARK(BM_Read)->ArgName("form")->DenseRange(kUnified, kClassic)->Unit(benchmark::kMillisecond);

void BM_Lines(benchmark::State& state) {
  const int form = static_cast<int>(state.range(0));
  const ByteSource& log = Log(form);
  for (auto _ : state) {
    auto bytes = ByteReader::Open(log, nullptr);
    if (!bytes.ok()) return state.SkipWithError("open");
    LogLines lines(*std::move(bytes));
    size_t length = 0;
    for (auto more = lines.Next(); more.ok() && *more; more = lines.Next()) length += lines.line().size();
    benchmark::DoNotOptimize(length);
  }
  Finish(state, form);
}
BENCHMARK(BM_Lines)->ArgName("form")->DenseRange(kUnified, kClassic)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tune
