#include "libtune/history/prometheus_scrape.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libtune/history/numbers.h"
#include "libtune/internal/not_allowed.h"

namespace tune {
namespace {

constexpr std::string_view kScrape = "# scrape ";
constexpr int64_t kLongestRoundMs = 60'000;
constexpr size_t kLargestRound = 4096;  // scrapes
constexpr int kSilentRounds = 3;
constexpr const char* kNamelessJobManager = "jobmanager";
constexpr std::string_view kAnySource = "Source:_";  // an operator_name, before the line's own is known

}  // namespace

bool ScrapeParser::IsWanted(const std::string& id, const std::string& name) const {
  return !job_ || *job_ == id || *job_ == name || AsPrometheusLabel(*job_) == name;
}

absl::StatusOr<bool> ScrapeParser::Take(std::string_view line) {
  if (line.empty()) return false;
  if (line[0] == '#') return TakeComment(line);
  if (!current_) return NotAllowed("line before the first scrape", "metrics", "a line \"# scrape MILLISECONDS …\"");
  const absl::StatusOr<std::string_view> name = PrometheusName(line);
  if (!name.ok()) return name.status();
  if (IsGroundTruth(*name)) return false;
  if (see_name_) see_name_(*name);
  const std::optional<TaskMetric> task = FindTaskMetric(*name);
  const std::optional<ProcessRole> role = FindProcessRole(*name);
  const std::optional<ProcessName> jvm = role ? FindProcessName(*name) : std::nullopt;
  const std::optional<JobMetric> job = FindJobMetric(*name);
  if (name->starts_with("flink_jobmanager_")) current_->speakers.insert("");
  const bool may_be_read = IsSourceRead(*name, kAnySource);
  const std::optional<ProcessMetric> gauge = role ? FindJobGauge(*name) : std::nullopt;
  if (!name->starts_with("flink_") || (!task && !jvm && !job && !may_be_read && !gauge)) return false;
  if (auto status = ParsePrometheusLine(line, line_); !status.ok()) return status;
  const bool is_read = may_be_read && IsSourceRead(*name, LabelOrEmpty("operator_name"));
  if (job) TakeJob(*job);
  if (gauge) TakeJobGauge(*gauge);
  const absl::Status status = task || is_read ? TakeTask(task) : jvm ? TakeJvm(*role, *jvm) : absl::OkStatus();
  if (!status.ok()) return status;
  return false;
}

absl::StatusOr<bool> ScrapeParser::TakeComment(std::string_view line) {
  if (!line.starts_with(kScrape)) return false;
  std::string_view time = line.substr(kScrape.size());
  time = time.substr(0, time.find(' '));
  const std::optional<int64_t> time_ms = ParseInteger(time);
  if (!time_ms || !IsTimeMs(*time_ms)) {
    return NotAllowed("# scrape", absl::StrCat("\"", std::string(time), "\""), kTimeMsAllowed);
  }
  const bool any = TakeEnd();
  current_.emplace().time_ms = *time_ms;
  return any;
}

bool ScrapeParser::TakeEnd() {
  if (!current_) return false;
  finished_ = *std::move(current_);
  current_.reset();
  return true;
}

absl::StatusOr<const std::string*> ScrapeParser::NeedLabel(std::string_view label) const {
  const std::string* value = line_.Label(label);
  if (value != nullptr && !value->empty()) return value;
  return NotAllowed(absl::StrCat(std::string(line_.name), " label ", std::string(label)), "missing", "a text");
}

const std::string& ScrapeParser::LabelOrEmpty(std::string_view label) const {
  static const std::string empty;
  const std::string* value = line_.Label(label);
  return value != nullptr ? *value : empty;
}

bool ScrapeParser::SeeJob() {
  const std::string& id = LabelOrEmpty("job_id");
  const std::string& name = LabelOrEmpty("job_name");
  SeenJob& job = jobs_.try_emplace(id, SeenJob{name, current_->time_ms, current_->time_ms}).first->second;
  job.first_ms = std::min(job.first_ms, current_->time_ms);
  job.last_ms = std::max(job.last_ms, current_->time_ms);
  return IsWanted(id, name);
}

absl::StatusOr<ScrapedTask*> ScrapeParser::TaskOfLine() {
  const absl::StatusOr<const std::string*> id = NeedLabel("task_id");
  if (!id.ok()) return id.status();
  const absl::StatusOr<const std::string*> subtask = NeedLabel("subtask_index");
  if (!subtask.ok()) return subtask.status();
  const std::optional<int64_t> index = ParseInteger(**subtask);
  if (!index || *index < 0 || *index >= kMaxParallelism) {
    return NotAllowed(absl::StrCat(std::string(line_.name), " label subtask_index"),
                      absl::StrCat("\"", **subtask, "\""),
                      absl::StrCat("a whole number in [0, ", kMaxParallelism, ")"));
  }
  const int64_t attempt = ParseInteger(LabelOrEmpty("task_attempt_num")).value_or(0);
  const std::string& attempt_id = LabelOrEmpty("task_attempt_id");
  const auto [entry, is_new] = current_->tasks.try_emplace({**id, static_cast<int32_t>(*index)});
  ScrapedTask& task = entry->second;
  // While a task restarts both attempts may be reported: the later one is it.
  if (!is_new && task.attempt_id != attempt_id) {
    if (attempt <= task.attempt) return nullptr;
    task = ScrapedTask();
  }
  task.attempt = attempt;
  task.attempt_id = attempt_id;
  task.sample.subtask = static_cast<int32_t>(*index);
  return &task;
}

absl::Status ScrapeParser::TakeTask(std::optional<TaskMetric> metric) {
  if (const std::string* speaker = line_.Label("tm_id")) current_->speakers.insert(*speaker);
  if (!SeeJob()) return absl::OkStatus();
  const absl::StatusOr<ScrapedTask*> found = TaskOfLine();
  if (!found.ok() || *found == nullptr) return found.status();
  ScrapedTask& task = **found;
  if (const std::string* name = line_.Label("task_name")) task.name = *name;
  if (const std::string* task_manager = line_.Label("tm_id")) task.task_manager = *task_manager;
  task.has_pending_records |= metric == TaskMetric::kPendingRecords;
  if (metric) {
    TakeTaskValue(*metric, line_.value, task.sample, counts_);
  } else {
    task.source_reads[LabelOrEmpty("operator_id")] = line_.value;
  }
  return absl::OkStatus();
}

absl::Status ScrapeParser::TakeJvm(ProcessRole role, const ProcessName& name) {
  if (role == ProcessRole::kJobManager) {
    const std::string& host = LabelOrEmpty("host");
    current_->processes[{role, host.empty() ? kNamelessJobManager : host}].Add(name, line_.value);
    return absl::OkStatus();
  }
  const absl::StatusOr<const std::string*> id = NeedLabel("tm_id");
  if (!id.ok()) return id.status();
  current_->speakers.insert(**id);
  current_->processes[{role, **id}].Add(name, line_.value);
  return absl::OkStatus();
}

// Of a TaskManager that the line does not name it would be anybody's.
void ScrapeParser::TakeJobGauge(ProcessMetric gauge) {
  const std::string& id = LabelOrEmpty("tm_id");
  if (id.empty()) return;
  current_->speakers.insert(id);
  current_->processes[{ProcessRole::kTaskManager, id}].AddOfJob(gauge, line_.value, counts_);
}

void ScrapeParser::TakeJob(JobMetric metric) {
  if (!SeeJob()) return;
  if (!current_->job) {
    current_->job.emplace();
    current_->job->time_ms = current_->time_ms;
  }
  TakeJobValue(metric, line_.value, *current_->job);
}

bool RoundGrouper::Add(Scrape scrape) {
  if (scrape.speakers.empty()) return false;  // an endpoint that did not answer
  const bool again = std::any_of(scrape.speakers.begin(), scrape.speakers.end(),
                                 [&](const std::string& speaker) { return speakers_.contains(speaker); });
  const bool late = !current_.empty() && scrape.time_ms - current_.front().time_ms > kLongestRoundMs;
  const bool ended = (again || late || current_.size() >= kLargestRound) && End();
  speakers_.insert(scrape.speakers.begin(), scrape.speakers.end());
  current_.push_back(std::move(scrape));
  return ended;
}

bool RoundGrouper::End() {
  finished_ = std::move(current_);
  current_.clear();
  speakers_.clear();
  return !finished_.empty();
}

std::vector<ParallelismTracker::Change> ParallelismTracker::Add(const Round& round) {
  std::map<std::string, State> now;
  std::set<std::string> heard;
  for (const Scrape& scrape : round) {
    heard.insert(scrape.speakers.begin(), scrape.speakers.end());
    for (const auto& [key, task] : scrape.tasks) {
      State& state = now[key.first];
      state.parallelism = std::max(state.parallelism, key.second + 1);
      state.task_managers.insert(task.task_manager);
    }
  }
  std::vector<Change> changes;
  for (auto& [vertex, state] : now) {
    State& known = vertices_[vertex];
    const bool all_heard =
        std::includes(heard.begin(), heard.end(), known.task_managers.begin(), known.task_managers.end());
    if (state.parallelism < known.parallelism && !all_heard && known.rounds_below + 1 < kSilentRounds) {
      ++known.rounds_below;
      continue;
    }
    if (state.parallelism != known.parallelism) changes.push_back({vertex, state.parallelism});
    known = std::move(state);
  }
  return changes;
}

}  // namespace tune
