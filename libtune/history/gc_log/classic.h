// The formats of JDK 6 to 8 -> collections: what -verbose:gc, PrintGC, PrintGCDetails and their relatives print. A
// collection may take several lines, with lines of other threads between and inside them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "libtune/history/gc_log/collection_queue.h"
#include "libtune/history/gc_log/stamp.h"

namespace tune {

class ClassicParser {
 public:
  explicit ClassicParser(CollectionQueue& queue) : queue_(queue) {}

  // `text` is a line without its stamps. False: it is nothing of the collector's.
  bool Take(std::string_view text, const Stamp& stamp);
  // The log or its JVM ends here.
  void Flush();
  bool has_open() const { return depth_ > 0; }

 private:
  bool TakeContinuation(std::string_view text, const Stamp& stamp);
  bool TakeIndented(std::string_view text);
  bool TakeHeader(std::string_view text);
  void TakeBehind(std::string_view text, const Stamp& stamp);
  void Open(std::string_view text, const Stamp& stamp);
  void Append(std::string_view text);
  void EndRecord(std::string_view behind);
  void EmitPending();
  double TakeYoungInRemark(Collector& collector);
  void SetEnd(Collection& collection) const;

  // classic_cycles.cc: concurrent phases of CMS and G1.
  bool TakePhase(std::string_view text, const Stamp& stamp);
  void BeginCycle(const Collection& pause);
  void EndCycle(const Stamp& stamp);

  CollectionQueue& queue_;
  std::string record_;  // of the collection under way, brackets not yet all closed
  int depth_ = 0;       // how many of them are open
  int record_lines_ = 0;
  Stamp record_stamp_;
  std::string_view behind_;            // of the line at hand, what stands behind the record that it ended
  std::optional<Collection> pending_;  // ended, but more about it may follow
  std::optional<Collection> cycle_;    // a concurrent one
};

// A record, "[GC (Allocation Failure) [PSYoungGen: 6144K->1001K(7168K)] 6144K->1001K(23552K), 0.0040346 secs]".
// nullopt: in a form that is not known. `collector` is the log's so far, and becomes what the record tells.
std::optional<Collection> ReadClassicRecord(std::string_view record, Collector& collector);

// "[Times: user=0.01 sys=0.00, real=0.01 secs]" anywhere in `text`: user and system seconds.
std::optional<double> ReadClassicTimes(std::string_view text);

// What is behind the bracket of JDK 6's G1, "[ 24M->9M(256M)]", into `collection`.
void ReadHeapOfJdk6G1(std::string_view text, Collection& collection);

// G1's "[Eden: 24.0M(24.0M)->0.0B(13.0M) Survivors: 0.0B->3072.0K Heap: 24.0M(256.0M)->9.5M(256.0M)]", and the
// metaspace behind it, into `collection`.
void ReadClassicG1Heap(std::string_view text, Collection& collection);

}  // namespace tune
