#include "libtune/history/prometheus_index.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libtune/history/json_scanner.h"
#include "libtune/history/prometheus_parallelism.h"
#include "libtune/history/prometheus_points.h"
#include "libtune/internal/not_allowed.h"

namespace tune {
namespace {

constexpr size_t kShownLabels = 200;              // bytes
constexpr int64_t kJobOverlapMs = 5 * 60 * 1000;  // so long Prometheus repeats the last value of a series that ended

// A series as found: what it means, and of which job.
struct Found {
  SeriesMeaning meaning;
  PrometheusSeries series;
  int job = -1;  // index into jobs; -1: of no job in particular
  std::string task_name, task_manager, topic, consumergroup;
};

std::string JobList(const std::vector<PrometheusJob>& jobs) {
  return absl::StrJoin(jobs, ", ", [](std::string* out, const PrometheusJob& job) {
    absl::StrAppend(out, job.name, job.id.empty() ? "" : absl::StrCat(" (", job.id, ")"));
  });
}

// Walks over the answers and notes every series of use.
class Finder {
 public:
  Finder(std::string_view text, const std::function<void(std::string_view)>& see_name)
      : text_(text), scanner_(text), see_name_(see_name) {}

  absl::Status FindAll() {
    if (scanner_.AtEnd()) return scanner_.Error("empty; allowed: a query's answer");
    while (!scanner_.AtEnd()) {  // several answers may follow each other
      if (auto status = scanner_.Peek() == '[' ? TakeResult() : TakeAnswer(); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  std::vector<Found>& found() { return found_; }
  std::vector<PrometheusJob>& jobs() { return jobs_; }
  std::vector<int64_t>& steps() { return steps_; }

 private:
  absl::Status TakeAnswer() {
    std::string status_text, error;
    bool has_data = false;
    auto status = scanner_.ForEachField([&](std::string_view key) -> absl::Status {
      if (key == "data" && scanner_.Peek() == '{') {
        has_data = true;
        return TakeData();
      }
      if ((key == "status" || key == "error") && scanner_.Peek() == '"') {
        const absl::StatusOr<std::string_view> value = scanner_.Text();
        if (value.ok()) (key == "status" ? status_text : error) = std::string(*value);
        return value.status();
      }
      return scanner_.Value().status();
    });
    if (!status.ok()) return status;
    if (status_text == "error") return absl::InvalidArgumentError(absl::StrCat("the query failed: ", error));
    if (!has_data) return scanner_.Error("an answer without data; allowed: {\"status\":\"success\",\"data\":{…}}");
    return absl::OkStatus();
  }

  absl::Status TakeData() {
    return scanner_.ForEachField([&](std::string_view key) -> absl::Status {
      if (key == "result") return TakeResult();
      if (key != "resultType") return scanner_.Value().status();
      const absl::StatusOr<std::string_view> type = scanner_.Text();
      if (!type.ok() || *type == "matrix" || *type == "vector") return type.status();
      return NotAllowed("resultType", std::string(*type), "matrix, vector");
    });
  }

  absl::Status TakeResult() {
    return scanner_.ForEachElement([&] { return TakeSeries(); });
  }

  absl::Status TakeSeries() {
    std::string_view labels, pairs;
    auto status = scanner_.ForEachField([&](std::string_view key) -> absl::Status {
      const absl::StatusOr<std::string_view> value = key == "values" ? scanner_.Pairs() : scanner_.Value();
      if (!value.ok()) return value.status();
      if (key == "metric") labels = *value;
      if (key == "values" || key == "value") pairs = *value;
      return absl::OkStatus();
    });
    if (!status.ok()) return status;
    if (labels.empty()) return scanner_.Error("a series without metric; allowed: {\"metric\":{…},\"values\":[…]}");
    return AnnotateAt(labels.data(), Note(labels, pairs));
  }

  absl::Status Note(std::string_view metric, std::string_view pairs) {
    absl::StatusOr<SeriesLabels> labels = ParseSeriesLabels(metric, parser_);
    if (!labels.ok()) return labels.status();
    see_name_(labels->name);
    absl::StatusOr<std::optional<SeriesMeaning>> meaning = Understand(*labels);
    if (!meaning.ok()) return absl::InvalidArgumentError(absl::StrCat(labels->name, ": ", Message(meaning.status())));
    if (!*meaning || pairs.empty()) return absl::OkStatus();
    Found found;
    found.meaning = *std::move(*meaning);
    found.series.metric = found.meaning.metric;
    found.series.additive = found.meaning.additive;
    found.series.attempt = found.meaning.attempt;
    found.series.labels = metric;
    found.series.pairs = pairs;
    found.task_name = std::move(labels->task_name);
    found.task_manager = std::move(labels->tm_id);
    found.topic = std::move(labels->topic);
    found.consumergroup = std::move(labels->consumergroup);
    if (auto status = FindEnds(found.series); !status.ok()) return status;
    if (found.meaning.kind == SubjectKind::kTask || found.meaning.kind == SubjectKind::kJob) {
      found.job = SeeJob(*labels, found.series);
    }
    found_.push_back(std::move(found));
    return absl::OkStatus();
  }

  // The first two samples and the last one.
  absl::Status FindEnds(PrometheusSeries& series) {
    const std::string_view pairs = series.pairs;
    const size_t second_end = pairs.find(']', pairs.find(']') + 1);
    const std::string_view first =
        pairs.substr(0, second_end == std::string_view::npos ? pairs.size() : second_end + 1);
    const std::string_view last = pairs.substr(std::min(pairs.rfind('['), pairs.size()));
    for (const std::string_view part : {first, last}) {
      size_t at = 0;
      auto status = decoder_.Decode(part, at, points_);
      if (status.ok() && points_.empty()) status = absl::InvalidArgumentError("no sample");
      if (!status.ok()) return AnnotateAt(part.data() + at, status);
      if (part.data() == first.data()) series.first_ms = points_.front().time_ms;
      if (points_.size() > 1) steps_.push_back(points_[1].time_ms - points_[0].time_ms);
    }
    series.last_ms = points_.back().time_ms;
    return absl::OkStatus();
  }

  int SeeJob(const SeriesLabels& labels, const PrometheusSeries& series) {
    const auto [entry, is_new] =
        job_index_.try_emplace(absl::StrCat(labels.job_id, "/", labels.job_name), static_cast<int>(jobs_.size()));
    if (is_new) jobs_.push_back({labels.job_id, labels.job_name, series.first_ms, series.last_ms});
    PrometheusJob& job = jobs_[entry->second];
    job.first_ms = std::min(job.first_ms, series.first_ms);
    job.last_ms = std::max(job.last_ms, series.last_ms);
    return entry->second;
  }

  absl::Status AnnotateAt(const char* place, const absl::Status& status) const {
    if (status.ok() || Message(status).starts_with("byte ")) return status;
    return absl::Status(status.code(), absl::StrCat("byte ", place - text_.data(), ": ", Message(status)));
  }
  static std::string Message(const absl::Status& status) { return std::string(status.message()); }

  std::string_view text_;
  JsonScanner scanner_;
  const std::function<void(std::string_view)>& see_name_;
  JsonParser parser_;
  PointDecoder decoder_;
  std::vector<PrometheusPoint> points_;
  std::vector<Found> found_;
  std::vector<PrometheusJob> jobs_;
  std::unordered_map<std::string, int> job_index_;
  std::vector<int64_t> steps_;
};

// One job, or one that was submitted again under its name.
absl::StatusOr<std::vector<bool>> ChooseJobs(const std::vector<PrometheusJob>& jobs,
                                             const std::optional<std::string>& wanted) {
  std::vector<bool> chosen(jobs.size());
  std::vector<const PrometheusJob*> in_order;
  for (size_t i = 0; i < jobs.size(); ++i) {
    chosen[i] = !wanted || *wanted == jobs[i].id || *wanted == jobs[i].name;
    if (chosen[i]) in_order.push_back(&jobs[i]);
  }
  if (in_order.empty() && wanted) return NotAllowed("job", *wanted, JobList(jobs));
  std::sort(in_order.begin(), in_order.end(),
            [](const PrometheusJob* a, const PrometheusJob* b) { return a->first_ms < b->first_ms; });
  for (size_t i = 1; i < in_order.size(); ++i) {
    const bool follows = in_order[i]->first_ms > in_order[i - 1]->last_ms - kJobOverlapMs;
    if (in_order[i]->name == in_order[i - 1]->name && follows) continue;
    return NotAllowed("job", wanted.value_or("not given"), absl::StrCat("one of ", JobList(jobs)));
  }
  return chosen;
}

// Leaves out what is not the job's, and what cannot be told apart.
class Filter {
 public:
  Filter(const std::vector<Found>& found, const std::vector<bool>& chosen) : chosen_(chosen) {
    for (const Found& f : found) {
      if (f.job < 0 || chosen[f.job]) See(f);
    }
    several_jobs_ = std::count(chosen.begin(), chosen.end(), false) > 0;
  }

  bool Keeps(const Found& f) const {
    switch (f.meaning.kind) {
      case SubjectKind::kJob:
        return chosen_[f.job];
      case SubjectKind::kTask:
        return chosen_[f.job] &&
               (f.meaning.subtask != TaskSample::kWholeVertex || !with_subtasks_.contains(f.meaning.id));
      case SubjectKind::kTaskManager:
        return (!several_jobs_ && !IsOfContainer(f)) || task_managers_.contains(f.meaning.id);
      case SubjectKind::kJobManager:
        return !IsOfContainer(f) || IsOfDeployment(f.meaning.id);
      case SubjectKind::kSource:
        return !f.meaning.additive || (topics_.size() == 1 && (f.consumergroup.empty() || groups_.size() == 1));
    }
    return false;
  }

  std::vector<std::string> Warnings() const {
    std::vector<std::string> warnings;
    if (topics_.size() > 1) {
      warnings.push_back(absl::StrCat("log offsets left out: of several topics, ", absl::StrJoin(topics_, ", "),
                                      "; query the job's topic alone"));
    }
    if (groups_.size() > 1) {
      warnings.push_back(absl::StrCat("committed offsets left out: of several consumer groups, ",
                                      absl::StrJoin(groups_, ", "), "; query the job's group alone"));
    }
    return warnings;
  }

 private:
  static bool IsOfContainer(const Found& f) { return (f.meaning.metric & kOfContainer) != 0; }
  // A pod of the deployment whose TaskManagers are the job's: DEPLOYMENT-taskmanager-1-1, DEPLOYMENT-7d4f….
  bool IsOfDeployment(const std::string& pod) const {
    return std::any_of(task_managers_.begin(), task_managers_.end(), [&](const std::string& task_manager) {
      const size_t end = task_manager.find("-taskmanager-");
      return end != std::string::npos && pod.compare(0, end + 1, task_manager, 0, end + 1) == 0;
    });
  }
  void See(const Found& f) {
    if (f.meaning.kind == SubjectKind::kTask) {
      if (f.meaning.subtask != TaskSample::kWholeVertex) with_subtasks_.insert(f.meaning.id);
      task_managers_.insert(f.task_manager);
    }
    if (f.meaning.kind == SubjectKind::kSource && f.meaning.additive) {
      topics_.insert(f.topic);
      if (!f.consumergroup.empty()) groups_.insert(f.consumergroup);
    }
  }

  const std::vector<bool>& chosen_;
  bool several_jobs_ = false;
  std::set<std::string> with_subtasks_, task_managers_, topics_, groups_;
};

// Sorts the series and cuts them into subjects.
void Arrange(std::vector<Found> found, PrometheusIndex& index) {
  std::unordered_map<std::string, int> place;
  for (const Found& f : found) {
    if (f.meaning.kind != SubjectKind::kTask) continue;
    if (place.try_emplace(f.meaning.id, static_cast<int>(place.size())).second) index.vertices.push_back(f.meaning.id);
    if (!f.task_name.empty()) index.vertex_names[f.meaning.id] = f.task_name;
  }
  const auto vertex = [&](const Found& f) { return f.meaning.kind == SubjectKind::kTask ? place.at(f.meaning.id) : 0; };
  const auto subject = [&](const Found& f) {
    return std::tuple(f.meaning.kind, vertex(f), std::string_view(f.meaning.id), f.meaning.subtask);
  };
  const auto rank = [](const Found& f) {
    return std::tuple(-f.series.first_ms, -f.series.attempt, f.series.pairs.data());
  };
  std::sort(found.begin(), found.end(), [&](const Found& a, const Found& b) {
    if (subject(a) != subject(b)) return subject(a) < subject(b);
    if (a.meaning.slot != b.meaning.slot) return a.meaning.slot < b.meaning.slot;
    return rank(a) < rank(b);
  });
  index.series.reserve(found.size());
  for (size_t i = 0; i < found.size(); ++i) {
    const bool new_subject = i == 0 || subject(found[i]) != subject(found[i - 1]);
    if (new_subject) {
      const SeriesMeaning& meaning = found[i].meaning;
      index.subjects.push_back({meaning.kind, meaning.id, meaning.subtask, i, i});
    }
    PrometheusSeries series = found[i].series;
    series.subject = static_cast<uint32_t>(index.subjects.size() - 1);
    if (!new_subject) {
      const bool new_slot = found[i].meaning.slot != found[i - 1].meaning.slot;
      series.slot = index.series.back().slot + (new_slot ? 1 : 0);
    }
    index.series.push_back(series);
    index.subjects.back().end = i + 1;
    if (found[i].meaning.kind == SubjectKind::kSource && found[i].meaning.additive &&
        found[i].meaning.metric == static_cast<uint8_t>(SourceMetric::kEndOffset)) {
      const bool another = i == 0 || found[i].meaning.slot != found[i - 1].meaning.slot;
      index.log_topics[found[i].topic] += another ? 1 : 0;
    }
  }
}

int64_t Median(std::vector<int64_t>& values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

absl::StatusOr<PrometheusIndex> IndexPrometheusJson(std::string_view text, const std::optional<std::string>& job,
                                                    const std::function<void(std::string_view)>& see_name) {
  Finder finder(text, see_name);
  if (auto status = finder.FindAll(); !status.ok()) return status;
  const absl::StatusOr<std::vector<bool>> chosen = ChooseJobs(finder.jobs(), job);
  if (!chosen.ok()) return chosen.status();

  PrometheusIndex index;
  const Filter filter(finder.found(), *chosen);
  std::erase_if(finder.found(), [&](const Found& f) { return !filter.Keeps(f); });
  index.warnings = filter.Warnings();
  for (size_t i = 0; i < chosen->size(); ++i) {
    if ((*chosen)[i]) index.jobs.push_back(std::move(finder.jobs()[i]));
  }
  index.step_ms = Median(finder.steps());
  Arrange(std::move(finder.found()), index);
  index.parallelism = ParallelismOverTime(index);
  return index;
}

std::string DescribeSeries(const PrometheusSeries& series) {
  std::string shown(series.labels.substr(0, kShownLabels));
  if (series.labels.size() > kShownLabels) shown += "…";
  return shown;
}

}  // namespace tune
