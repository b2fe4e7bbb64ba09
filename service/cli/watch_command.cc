#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "libtune/cli/commands.h"
#include "libtune/cli/table.h"
#include "libtune/cli/terminal.h"
#include "libtune/codec/wire.h"
#include "service/cli/connect.h"
#include "service/cli/interrupts.h"
#include "service/cli/job_table.h"
#include "service/cli/print.h"
#include "service/cli/words.h"
#include "service/client/job_watch.h"

namespace tune {
namespace {

constexpr size_t kStatusCell = 2, kSamplesCell = 6;  // of JobCells()
constexpr int kMostWaiting = 1000;                   // lines that wait to be aligned with each other

std::vector<std::string> WatchHeadings() {
  std::vector<std::string> headings = JobHeadings();
  headings.insert(headings.begin(), "at");
  return headings;
}

// The table, a line for each event that says something new. After the server started over, jobs that are as they were
// are not told again, and those that are gone are.
class WatchTable {
 public:
  WatchTable() : table_(WatchHeadings()) {}

  void Show(const v1::JobEvent& event) {
    const v1::JobRef& job = event.job().job();
    switch (event.kind()) {
      case v1::JOB_EVENT_KIND_RESET:
        listing_ = true;
        for (auto& [key, known] : known_) known.told_since_reset = false;
        return;
      case v1::JOB_EVENT_KIND_JOB:
        return ShowJob(event.job());
      case v1::JOB_EVENT_KIND_GONE:
        if (known_.erase(SerializeDeterministic(job)) > 0) AddGone(job);
        return FlushUnlessListing();
      case v1::JOB_EVENT_KIND_BOOKMARK:
        if (std::exchange(listing_, false)) TakeLeftOver();
        return Flush();
      default:
        return;  // of a later server
    }
  }

 private:
  struct Known {
    v1::JobRef job;
    std::vector<std::string> cells;  // without the age of its samples, which grows by itself
    bool told_since_reset = true;
  };

  void ShowJob(const v1::JobSummary& summary) {
    std::vector<std::string> cells = JobCells(summary, absl::Now());
    std::vector<std::string> lasting = cells;
    lasting[kSamplesCell].clear();
    Known& known = known_[SerializeDeterministic(summary.job())];
    known.job = summary.job();
    known.told_since_reset = true;
    const bool is_as_it_was = known.cells == lasting;
    known.cells = std::move(lasting);
    if (listing_ && is_as_it_was) return;
    Add(std::move(cells));
    FlushUnlessListing();
  }

  void TakeLeftOver() {
    std::erase_if(known_, [this](const auto& entry) {
      if (!entry.second.told_since_reset) AddGone(entry.second.job);
      return !entry.second.told_since_reset;
    });
  }

  void AddGone(const v1::JobRef& job) {
    v1::JobSummary summary;
    *summary.mutable_job() = job;
    std::vector<std::string> cells = JobCells(summary, absl::Now());
    cells[kStatusCell] = "gone";
    Add(std::move(cells));
  }

  void Add(std::vector<std::string> cells) {
    cells.insert(cells.begin(), absl::FormatTime("%H:%M:%S", absl::Now(), absl::UTCTimeZone()));
    table_.AddRow(cells);
    if (++waiting_ >= kMostWaiting) Flush();
  }
  void FlushUnlessListing() {
    if (!listing_) Flush();
  }
  void Flush() {
    PrintLines(table_.RenderNext());
    std::fflush(stdout);
    waiting_ = 0;
  }

  Table table_;
  int waiting_ = 0;
  bool listing_ = false;
  std::map<std::string, Known> known_;  // by the job's bytes
};

std::string FirstLine(const absl::Status& status) {
  const std::string text(status.message());
  return text.substr(0, text.find('\n'));
}

}  // namespace

int RunWatch(const Arguments& a) {
  BlockInterrupts();
  const absl::StatusOr<ConnectedClient> connected = Connect(a.service);
  if (!connected.ok()) return Fail(connected.status());
  const absl::StatusOr<v1::JobFilter> filter = FilterOf(a.service, connected->ns);
  if (!filter.ok()) return Fail(filter.status());
  WatchTable table;
  const auto show = [&](const v1::JobEvent& event) {
    if (a.format == OutputFormat::kTable) return table.Show(event);
    PrintJson(event, JsonStyle::kCompact);
    std::fflush(stdout);
  };
  const auto say_lost = [](const absl::Status& why, absl::Duration wait) {
    PrintWarning(absl::StrCat("the connection was lost (", FirstLine(why), "); trying again in ",
                              absl::FormatDuration(absl::Trunc(wait, absl::Milliseconds(100)))));
  };
  JobWatch watch(*connected->client, *filter, {.event = show, .lost = say_lost});
  const Interrupts interrupts([&watch] { watch.Stop(); });
  const absl::Status ended = watch.Run();
  return ended.ok() ? kExitOk : Fail(ended);
}

}  // namespace tune
