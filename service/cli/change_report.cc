#include "service/cli/change_report.h"

#include <cstdio>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "google/protobuf/timestamp.pb.h"
#include "libtune/cli/table.h"
#include "libtune/cli/terminal.h"
#include "libtune/plan/field_text.h"
#include "service/cli/job_report.h"
#include "service/cli/labelled_lines.h"
#include "service/cli/print.h"
#include "service/cli/words.h"

namespace tune {
namespace {

constexpr size_t kMostValueColumns = 24;  // in the table of changes

std::string PathText(const v1::FieldChange& field) {
  return Plain(FieldText(std::vector<std::string>(field.path().begin(), field.path().end())));
}

// "parallelism", "taskManager.memory": without the parts that every field of a spec has.
std::string ShortField(const v1::FieldChange& field) {
  std::vector<std::string> parts;
  for (int i = 0; i < field.path_size(); ++i) {
    const std::string& part = field.path(i);
    const bool is_usual = part == "spec" || part == "job" || part == "resource" || part == "flinkConfiguration";
    if (!is_usual || i + 1 == field.path_size()) parts.push_back(part);
  }
  return Plain(absl::StrJoin(parts, "."));
}

// A JSON value for a person: simple texts without their quotes.
std::string ValueText(const std::string& json) {
  const bool is_text = json.size() >= 2 && json.front() == '"' && json.back() == '"' && !absl::StrContains(json, '\\');
  return Plain(is_text ? json.substr(1, json.size() - 2) : json);
}
std::string BeforeText(const v1::FieldChange& field) {
  return field.has_before() ? ValueText(field.before()) : "absent";
}
std::string AfterText(const v1::FieldChange& field) { return field.has_after() ? ValueText(field.after()) : "absent"; }

// "parallelism 1 → 2, taskManager.memory 1200m → 1600m"
std::string WhatChanged(const v1::Change& change) {
  std::vector<std::string> fields;
  for (const v1::FieldChange& field : change.fields()) {
    fields.push_back(absl::StrCat(ShortField(field), " ", CutTo(kMostValueColumns, BeforeText(field)), " → ",
                                  CutTo(kMostValueColumns, AfterText(field))));
  }
  return fields.empty() ? "-" : absl::StrJoin(fields, ", ");
}

std::string WhyText(const v1::Change& change) {
  if (!change.outcome().empty()) return Plain(change.outcome());
  if (change.takes_back() != 0) return absl::StrCat("takes change ", change.takes_back(), " back");
  return Plain(change.decision().reason());
}

std::string PaintState(v1::ChangeState state) {
  const std::string word = WordOf(state);
  if (state == v1::CHANGE_STATE_STABLE) return Paint(Colour::kGreen, word);
  if (state == v1::CHANGE_STATE_FAILED) return Paint(Colour::kRed, word);
  return state < v1::CHANGE_STATE_STABLE ? Paint(Colour::kBlue, word) : Paint(Colour::kYellow, word);
}

const char* Meaning(v1::ChangeState state) {
  switch (state) {
    case v1::CHANGE_STATE_APPLYING:
      return "whether the API server took it is not known yet";
    case v1::CHANGE_STATE_WATCHED:
      return "the API server took it; tuned looks at the job for a while, and goes back where it does badly";
    case v1::CHANGE_STATE_GOING_BACK:
      return "the values before are brought in again";
    case v1::CHANGE_STATE_STABLE:
      return "the job runs with the new values";
    case v1::CHANGE_STATE_ROLLED_BACK:
      return "the values before are in force again";
    case v1::CHANGE_STATE_NOT_APPLIED:
      return "nothing was changed";
    case v1::CHANGE_STATE_OVERTAKEN:
      return "somebody else changed the spec meanwhile, or the job is gone";
    case v1::CHANGE_STATE_FAILED:
      return "the job does not run as it should, and somebody has to look at it";
    default:
      return "a state that this program does not know";
  }
}

std::string TimeOrNone(bool is_known, const google::protobuf::Timestamp& time) {
  return is_known ? absl::StrCat(TimeText(TimeOf(time)), " UTC") : "";
}

std::string KindText(const v1::Change& change) {
  std::vector<std::string> parts;
  parts.push_back(change.is_urgent() ? "urgent" : "optional");
  parts.push_back(change.restarts_job() ? "restarts the job" : "no restart");
  if (change.is_forced()) parts.push_back("takes fields of others");
  return absl::StrJoin(parts, ", ");
}

std::string SpecText(const v1::Change& change) {
  return absl::StrCat(GenerationsText(change), change.uid().empty() ? "" : ", uid ", Plain(change.uid()));
}

std::string BeforeItText(const v1::Change& change) {
  std::vector<std::string> parts;
  if (change.has_held_back_before()) {
    parts.push_back(absl::StrFormat("sources held back for %.3g %% of the time", 100 * change.held_back_before()));
  }
  if (change.was_delayed()) parts.push_back("the job fell behind");
  return absl::StrJoin(parts, ", ");
}

std::string PutBackText(const v1::Change& change) {
  if (change.put_back() == 0) return "";
  return absl::StrCat(change.put_back(), change.put_back() == 1 ? " time" : " times", ", last by ",
                      Plain(change.put_back_by()));
}

std::string Facts(const v1::Change& change) {
  LabelledLines lines;
  lines.Add("change", Paint(Colour::kBold, absl::StrCat(change.id())));
  lines.Add("job", NameOf(change.job()));
  lines.Add("state", absl::StrCat(PaintState(change.state()), ": ", Meaning(change.state())));
  lines.Add("outcome", Plain(change.outcome()));
  lines.Add("asked by", Plain(change.author()));
  if (change.has_decision()) {
    lines.Add("decision", DecisionText(change.decision(), absl::Now()));
    lines.Add("reason", Plain(change.decision().reason()));
  }
  if (change.takes_back() != 0) lines.Add("takes back", absl::StrCat("change ", change.takes_back()));
  lines.Add("kind", KindText(change));
  lines.Add("spec", SpecText(change));
  lines.Add("before it", BeforeItText(change));
  lines.Add("put back", PutBackText(change));
  lines.Add("begun", TimeOrNone(change.has_begun(), change.begun()));
  lines.Add("applied", TimeOrNone(change.has_applied(), change.applied()));
  lines.Add("running", TimeOrNone(change.has_running(), change.running()));
  lines.Add("went back", TimeOrNone(change.has_went_back(), change.went_back()));
  lines.Add("ended", TimeOrNone(change.has_ended(), change.ended()));
  return lines.Render();
}

void PrintMeasures(const v1::Change& change) {
  if (change.measures().empty()) return;
  const auto number = [](bool is_known, double value) {
    return is_known ? absl::StrFormat("%.6g", value) : std::string("-");
  };
  Table table({"measure", ">before", ">predicted", ">happened"});
  for (const v1::ChangeMeasure& measure : change.measures()) {
    table.AddRow({Plain(measure.name()), number(measure.has_before(), measure.before()),
                  number(measure.has_predicted(), measure.predicted()),
                  number(measure.has_happened(), measure.happened())});
  }
  std::printf("\n%s", table.Render().c_str());
}

}  // namespace

std::vector<std::string> ChangeHeadings() {
  return {">id", "begun (UTC)", "job", "state", "who", "what changed", "outcome, or why"};
}

std::vector<std::string> ChangeCells(const v1::Change& change) {
  return {absl::StrCat(change.id()),
          change.has_begun() ? TimeText(TimeOf(change.begun())) : "-",
          NameOf(change.job()),
          PaintState(change.state()),
          Plain(change.author()),
          WhatChanged(change),
          WhyText(change)};
}

std::string GenerationsText(const v1::Change& change) {
  const auto generation = [](int64_t number) { return number == 0 ? std::string("?") : absl::StrCat(number); };
  const std::string back = change.generation_back() == 0 ? "" : absl::StrCat(", back with ", change.generation_back());
  return absl::StrCat("generation ", generation(change.generation_before()), " → ",
                      generation(change.generation_after()), back);
}

std::string StateSentence(const v1::Change& change) {
  return absl::StrCat("change ", change.id(), " of ", NameOf(change.job()), " is ", PaintState(change.state()), ": ",
                      Meaning(change.state()), change.outcome().empty() ? "" : "; ", Plain(change.outcome()));
}

void PrintFields(const v1::Change& change) {
  for (const v1::FieldChange& field : change.fields()) {
    std::string owners;
    for (const std::string& owner : field.owners()) absl::StrAppend(&owners, owners.empty() ? "" : ", ", Plain(owner));
    const std::string reason = field.reason().empty() ? "" : absl::StrCat("; ", Plain(field.reason()));
    const std::string about = owners.empty() ? reason : absl::StrCat("; owned by ", owners, " before", reason);
    std::printf("  %s: %s → %s%s\n", PathText(field).c_str(), BeforeText(field).c_str(), AfterText(field).c_str(),
                Paint(Colour::kDim, about).c_str());
  }
}

void PrintFieldsBack(const v1::Change& change) {
  for (const v1::FieldChange& field : change.fields()) {
    std::printf("  %s: %s → %s\n", PathText(field).c_str(), AfterText(field).c_str(), BeforeText(field).c_str());
  }
}

void PrintEvent(const v1::ChangeEvent& event) {
  std::printf("%s  %s\n", event.has_time() ? TimeText(TimeOf(event.time())).c_str() : "-", Plain(event.text()).c_str());
}

void PrintChange(const v1::Change& change) {
  PrintLines(Facts(change));
  if (!change.fields().empty()) std::printf("\nfields\n");
  PrintFields(change);
  PrintMeasures(change);
  if (!change.events().empty()) std::printf("\nevents (UTC)\n");
  for (const v1::ChangeEvent& event : change.events()) {
    std::printf("  ");
    PrintEvent(event);
  }
}

std::string PauseText(const v1::Pause& pause) {
  return absl::StrCat(NameOf(pause.scope()), ": paused",
                      pause.has_time() ? absl::StrCat(" since ", TimeText(TimeOf(pause.time())), " UTC") : "", " by ",
                      Plain(pause.author()), pause.reason().empty() ? "" : ": ", Plain(pause.reason()));
}

}  // namespace tune
