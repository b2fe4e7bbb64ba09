#include "service/server/metrics.h"

#include <prometheus/collectable.h>
#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libtune/internal/path.h"

namespace tune {
namespace {

const prometheus::Histogram::BucketBoundaries kSeconds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                                          0.025,  0.05,    0.1,    0.25,  0.5,    1,     5};

const prometheus::Histogram::BucketBoundaries kErrors = {0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2};

prometheus::MetricFamily FamilyOf(const Metrics::Reading& reading) {
  prometheus::MetricFamily family;
  family.name = reading.name;
  family.help = reading.help;
  family.type = reading.only_grows ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
  return family;
}

prometheus::ClientMetric MetricOf(const Metrics::Reading& reading) {
  prometheus::ClientMetric metric;
  if (!reading.kind.empty()) metric.label.push_back({"kind", reading.kind});
  metric.gauge.value = metric.counter.value = reading.value;
  return metric;
}

// Numbers that are read when they are asked for; those of one name stand together.
class Readings final : public prometheus::Collectable {
 public:
  explicit Readings(std::function<std::vector<Metrics::Reading>()> read) : read_(std::move(read)) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    std::vector<prometheus::MetricFamily> families;
    for (const Metrics::Reading& reading : read_()) {
      auto family = std::find_if(families.begin(), families.end(),
                                 [&reading](const auto& known) { return known.name == reading.name; });
      if (family == families.end()) family = families.insert(families.end(), FamilyOf(reading));
      family->metric.push_back(MetricOf(reading));
    }
    return families;
  }

 private:
  const std::function<std::vector<Metrics::Reading>()> read_;
};

std::string LabelOf(v1::Action action) {
  return absl::AsciiStrToLower(absl::StripPrefix(v1::Action_Name(action), "ACTION_"));
}
std::string LabelOf(v1::ChangeState state) {
  return absl::AsciiStrToLower(absl::StripPrefix(v1::ChangeState_Name(state), "CHANGE_STATE_"));
}

}  // namespace

struct Metrics::State {
  std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
  prometheus::Family<prometheus::Counter>& requests =
      prometheus::BuildCounter().Name("tuned_requests_total").Help("Calls that came to their end.").Register(*registry);
  prometheus::Family<prometheus::Histogram>& seconds = prometheus::BuildHistogram()
                                                           .Name("tuned_request_seconds")
                                                           .Help("From a call's coming to its answer.")
                                                           .Register(*registry);
  prometheus::Family<prometheus::Counter>& answers =
      prometheus::BuildCounter().Name("tuned_answers_total").Help("Answers given for one job.").Register(*registry);
  prometheus::Family<prometheus::Counter>& decisions = prometheus::BuildCounter()
                                                           .Name("tuned_decisions_total")
                                                           .Help("Decisions of kept jobs that differ from the last.")
                                                           .Register(*registry);
  prometheus::Family<prometheus::Counter>& changes =
      prometheus::BuildCounter().Name("tuned_changes_total").Help("States that changes came to.").Register(*registry);
  prometheus::Histogram& errors =
      prometheus::BuildHistogram()
          .Name("tuned_prediction_error_ratio")
          .Help("Time per record after a change, over what was predicted, less one; its size.")
          .Register(*registry)
          .Add({}, kErrors);
  std::vector<std::shared_ptr<Readings>> readings;
  std::unique_ptr<prometheus::Exposer> exposer;
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

void Metrics::CountCall(const char* method, absl::StatusCode code, absl::Duration took) {
  state_->requests.Add({{"method", method}, {"code", absl::StatusCodeToString(code)}}).Increment();
  state_->seconds.Add({{"method", method}}, kSeconds).Observe(absl::ToDoubleSeconds(took));
}

void Metrics::CountAnswer(v1::Action action) { state_->answers.Add({{"action", LabelOf(action)}}).Increment(); }
void Metrics::CountDecision(v1::Action action) { state_->decisions.Add({{"action", LabelOf(action)}}).Increment(); }
void Metrics::CountChange(v1::ChangeState state) { state_->changes.Add({{"state", LabelOf(state)}}).Increment(); }
void Metrics::ObservePredictionError(double error) { state_->errors.Observe(std::abs(error)); }

void Metrics::AddReadings(std::function<std::vector<Reading>()> read) {
  state_->readings.push_back(std::make_shared<Readings>(std::move(read)));
}

std::string Metrics::Text() const {
  std::vector<prometheus::MetricFamily> families = state_->registry->Collect();
  for (const auto& readings : state_->readings) {
    for (prometheus::MetricFamily& family : readings->Collect()) families.push_back(std::move(family));
  }
  return prometheus::TextSerializer().Serialize(families);
}

absl::StatusOr<int> Metrics::Serve(const std::string& address) {
  try {
    state_->exposer = std::make_unique<prometheus::Exposer>(address, 1);
  } catch (const std::exception& error) {
    return absl::UnavailableError(absl::StrCat("--metrics = ", Quoted(address), ": ", error.what()));
  }
  state_->exposer->RegisterCollectable(state_->registry);
  for (const auto& readings : state_->readings) state_->exposer->RegisterCollectable(readings);
  const std::vector<int> ports = state_->exposer->GetListeningPorts();
  return ports.empty() ? 0 : ports.front();
}

}  // namespace tune
