#include "service/server/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <exception>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libtune/internal/path.h"

namespace tune {
namespace {

const prometheus::Histogram::BucketBoundaries kSeconds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                                          0.025,  0.05,    0.1,    0.25,  0.5,    1,     5};

}  // namespace

struct Metrics::State {
  std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
  prometheus::Family<prometheus::Counter>& requests =
      prometheus::BuildCounter().Name("tuned_requests_total").Help("Calls that came to their end.").Register(*registry);
  prometheus::Family<prometheus::Histogram>& seconds = prometheus::BuildHistogram()
                                                           .Name("tuned_request_seconds")
                                                           .Help("From a call's coming to its answer.")
                                                           .Register(*registry);
  prometheus::Family<prometheus::Counter>& decisions =
      prometheus::BuildCounter().Name("tuned_decisions_total").Help("Answers given for one job.").Register(*registry);
  std::unique_ptr<prometheus::Exposer> exposer;
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

void Metrics::CountCall(const char* method, absl::StatusCode code, absl::Duration took) {
  state_->requests.Add({{"method", method}, {"code", absl::StatusCodeToString(code)}}).Increment();
  state_->seconds.Add({{"method", method}}, kSeconds).Observe(absl::ToDoubleSeconds(took));
}

void Metrics::CountDecision(v1::Action action) {
  const std::string name = v1::Action_Name(action);  // ACTION_RAISE
  const size_t prefix = name.find('_');
  state_->decisions.Add({{"action", absl::AsciiStrToLower(name.substr(prefix + 1))}}).Increment();
}

std::string Metrics::Text() const { return prometheus::TextSerializer().Serialize(state_->registry->Collect()); }

absl::StatusOr<int> Metrics::Serve(const std::string& address) {
  try {
    state_->exposer = std::make_unique<prometheus::Exposer>(address, 1);
  } catch (const std::exception& error) {
    return absl::UnavailableError(absl::StrCat("--metrics = ", Quoted(address), ": ", error.what()));
  }
  state_->exposer->RegisterCollectable(state_->registry);
  const std::vector<int> ports = state_->exposer->GetListeningPorts();
  return ports.empty() ? 0 : ports.front();
}

}  // namespace tune
