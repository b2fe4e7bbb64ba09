#include "service/cli/job_table.h"

#include "absl/strings/str_cat.h"
#include "libtune/cli/recommendation_report.h"
#include "libtune/cli/terminal.h"
#include "libtune/codec/enum_codec.h"
#include "libtune/codec/recommendation_enums.h"
#include "service/cli/words.h"

namespace tune {
namespace {

std::string Status(const v1::JobSummary& job) {
  if (!job.has_status()) return "-";
  const v1::JobStatus& status = job.status();
  std::string text = status.text().empty() ? WordOf(status.phase()) : Plain(status.text());
  if (status.is_stuck()) absl::StrAppend(&text, ", stuck");
  return text;
}

std::string Painted(v1::Action action) {
  Violations unknown;  // then it is printed plain
  return PaintAction(ReadEnum(kActions, action, Path("action"), unknown), WordOf(action));
}

}  // namespace

std::vector<std::string> JobHeadings() {
  return {"namespace", "name", "status", ">parallelism", ">slots", "action", ">samples", "reason"};
}

std::vector<std::string> JobCells(const v1::JobSummary& job, absl::Time now) {
  const bool is_session_job = job.job().kind() == v1::JOB_KIND_SESSION_JOB;
  const v1::Decision& decision = job.decision();
  const std::string spec = job.status().has_parallelism() ? absl::StrCat(job.status().parallelism()) : "-";
  const bool has_sample = job.samples().has_last_sample();
  return {Plain(job.job().namespace_()),
          absl::StrCat(Plain(job.job().name()), is_session_job ? " (session job)" : ""),
          Status(job),
          job.has_decision() ? Change(decision.parallelism_now(), decision.parallelism_wanted()) : spec,
          job.has_decision() ? Change(decision.slots_now(), decision.slots_wanted()) : "-",
          job.has_decision() ? Painted(decision.action()) : "-",
          has_sample ? AgeText(now - TimeOf(job.samples().last_sample())) : "-",
          Plain(decision.reason())};
}

}  // namespace tune
