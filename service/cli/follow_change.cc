#include "service/cli/follow_change.h"

#include <cstdio>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libtune/cli/terminal.h"
#include "libtune/codec/wire.h"
#include "service/cli/change_end.h"
#include "service/cli/change_report.h"
#include "service/cli/print.h"
#include "service/cli/words.h"
#include "service/client/errors.h"

namespace tune {
namespace {

constexpr absl::Duration kEvery = absl::Seconds(1);

// Tells each event once. Of a long list the ones in the middle go; those that were there the last time are known.
class NewEvents {
 public:
  explicit NewEvents(std::function<void(const v1::ChangeEvent&)> tell) : tell_(std::move(tell)) {}
  void Tell(const v1::Change& change) {
    std::set<std::string> there;
    for (const v1::ChangeEvent& event : change.events()) {
      const auto [key, is_first] = there.insert(SerializeDeterministic(event));
      if (is_first && !known_.contains(*key)) tell_(event);
    }
    known_ = std::move(there);
  }

 private:
  const std::function<void(const v1::ChangeEvent&)> tell_;
  std::set<std::string> known_;
};

absl::StatusOr<v1::Change> Ask(Client& client, const v1::JobRef& job, int64_t id) {
  v1::ListDecisionsRequest request;
  *request.mutable_job() = job;
  request.set_change(id);
  v1::ListDecisionsResponse response;
  if (auto status = client.Call(&Client::Stub::ListDecisions, request, response); !status.ok()) return status;
  for (v1::Change& change : *response.mutable_changes()) {
    if (change.id() == id) return std::move(change);
  }
  return absl::NotFoundError(absl::StrCat("tuned keeps no change ", id, " of ", NameOf(job)));
}

// It may be over in a moment: the server starts over, or is busy.
bool MayPass(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) || absl::IsResourceExhausted(status);
}

}  // namespace

absl::StatusOr<v1::Change> FollowChange(Client& client, const v1::JobRef& job, const v1::Change& change,
                                        const std::function<void(const v1::ChangeEvent&)>& tell) {
  NewEvents events(tell);
  v1::Change now = change;
  bool was_lost = false;
  for (;;) {
    if (now.state() < v1::CHANGE_STATE_APPLYING) {
      return BadAnswer("change", absl::InternalError(absl::StrCat("its state is ", WordOf(now.state()))));
    }
    events.Tell(now);
    if (IsOver(now.state())) return now;
    absl::SleepFor(kEvery);
    absl::StatusOr<v1::Change> next = Ask(client, job, change.id());
    if (!next.ok() && !MayPass(next.status())) return next.status();
    if (!next.ok() && !was_lost) {
      PrintWarning(absl::StrCat("tuned does not answer now, and is asked again; Ctrl-C ends that: ",
                                std::string(next.status().message())));
    }
    was_lost = !next.ok();
    if (next.ok()) now = *std::move(next);
  }
}

absl::Status WaitIfAsked(const Arguments& a, Client& client, const v1::JobRef& job, v1::Change& change) {
  if (!a.service.wait) return absl::OkStatus();
  const bool is_json = a.format == OutputFormat::kJson;
  const std::string look = absl::StrCat("tune audit ", WordsOf(job), " --change ", change.id());
  std::fprintf(is_json ? stderr : stdout, "waiting until change %s is over; Ctrl-C ends the waiting alone, then: %s\n",
               absl::StrCat(change.id()).c_str(), look.c_str());
  std::fflush(stdout);
  absl::StatusOr<v1::Change> over = FollowChange(client, job, change, [is_json](const v1::ChangeEvent& event) {
    if (is_json) return;
    PrintEvent(event);
    std::fflush(stdout);
  });
  if (!over.ok()) return WithNextStep(over.status(), absl::StrCat("The change goes on without tune; ", look, " tells"));
  change = *std::move(over);
  if (!is_json) std::printf("%s\n", StateSentence(change).c_str());
  return absl::OkStatus();
}

}  // namespace tune
