#include "service/cli/job_report.h"

#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "libtune/cli/terminal.h"
#include "service/cli/labelled_lines.h"
#include "service/cli/print.h"
#include "service/cli/words.h"

namespace tune {
namespace {

std::string SpecText(const v1::JobStatus& status) {
  std::vector<std::string> parts;
  const auto add = [&parts](bool is_so, const std::string& text) {
    if (is_so) parts.push_back(text);
  };
  add(!status.flink_version().empty(), absl::StrCat("Flink ", Plain(status.flink_version())));
  add(status.has_parallelism(), absl::StrCat("parallelism ", status.parallelism()));
  add(!status.upgrade_mode().empty(), absl::StrCat("upgrade mode ", Plain(status.upgrade_mode())));
  add(true, absl::StrCat("high availability ", WordOf(status.high_availability())));
  add(status.rescales_in_place(), "rescales in place");
  add(status.is_reactive(), "reactive mode");
  add(status.is_autoscaled(), "another autoscaler changes it");
  add(status.is_session_cluster(), "a session cluster");
  add(!status.session_cluster().empty(), absl::StrCat("on session cluster ", Plain(status.session_cluster())));
  add(true, absl::StrCat("generation ", status.generation()));
  return absl::StrJoin(parts, ", ");
}

std::string StateText(const v1::JobStatus& status) {
  std::string text = status.text().empty() ? WordOf(status.phase()) : Plain(status.text());
  if (status.is_stuck()) absl::StrAppend(&text, "; stuck");
  if (status.is_rolled_back()) absl::StrAppend(&text, "; the operator went back to the spec before the present one");
  return text;
}

std::string SamplesText(const v1::SamplesStatus& samples, absl::Time now) {
  std::string text;
  if (samples.has_last_sample()) {
    text =
        absl::StrCat("from ", TimeText(TimeOf(samples.window_start())), " to ", TimeText(TimeOf(samples.last_sample())),
                     " UTC, ", AgeText(now - TimeOf(samples.last_sample())), " ago; ");
  }
  return absl::StrCat(text, samples.pushes(), samples.pushes() == 1 ? " push" : " pushes", ", the last ",
                      AgeText(now - TimeOf(samples.last_push())), " ago");
}

}  // namespace

std::string DecisionText(const v1::Decision& decision, absl::Time now) {
  return absl::StrCat(decision.id() > 0 ? absl::StrCat("#", decision.id(), ", ") : "",
                      AgeText(now - TimeOf(decision.time())), " ago, by policy ", Plain(decision.policy_name()), ": ",
                      WordOf(decision.action()), ", parallelism ",
                      Change(decision.parallelism_now(), decision.parallelism_wanted()), ", slots ",
                      Change(decision.slots_now(), decision.slots_wanted()));
}

void PrintJob(const v1::JobSummary& job) {
  const absl::Time now = absl::Now();
  LabelledLines lines;
  lines.Add("job", Paint(Colour::kBold, NameOf(job.job())));
  if (job.has_status()) {
    lines.Add("status", StateText(job.status()));
    lines.Add("failure", Paint(Colour::kRed, Plain(job.status().failure())));
    lines.Add("spec", SpecText(job.status()));
    lines.Add("spec error", Paint(Colour::kRed, Plain(job.status().spec_error())));
    lines.Add("web", Plain(job.status().web_ui()));
  } else {
    lines.Add("status", "not known: the cluster does not have it, or tuned follows none");
  }
  lines.Add("samples", job.has_samples() ? SamplesText(job.samples(), now) : "none were pushed");
  if (job.has_decision()) {
    lines.Add("decision", DecisionText(job.decision(), now));
    lines.Add("reason", Plain(job.decision().reason()));
  }
  PrintLines(lines.Render());
}

}  // namespace tune
