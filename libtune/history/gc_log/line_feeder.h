// One line of a GC log after the other, in whichever format it is, to the parser that knows it.
#pragma once

#include <string_view>

#include "libtune/history/gc_log/classic.h"
#include "libtune/history/gc_log/collection_queue.h"
#include "libtune/history/gc_log/stamp.h"
#include "libtune/history/gc_log/unified.h"

namespace tune {

class LineFeeder {
 public:
  LineFeeder(GcLogOutline& outline, const CollectionSink& sink)
      : queue_(outline, sink), unified_(queue_), classic_(queue_) {}

  void Feed(std::string_view line);
  // There are no more lines.
  void Finish();

 private:
  bool Take(std::string_view line);
  bool TakeUnified(std::string_view line);
  bool TakeClassic(std::string_view line);
  bool TakeBehindPrefix(std::string_view line);
  void See(const Stamp& stamp);

  CollectionQueue queue_;
  StampReader stamps_;
  UnifiedParser unified_;
  ClassicParser classic_;
};

}  // namespace tune
