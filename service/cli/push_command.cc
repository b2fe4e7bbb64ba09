#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libtune/cli/commands.h"
#include "libtune/cli/terminal.h"
#include "service/cli/connect.h"
#include "service/cli/print.h"
#include "service/cli/recorded_pushes.h"
#include "service/cli/words.h"

namespace tune {
namespace {

// What became of all of them, as if they were one.
absl::StatusOr<v1::PushSamplesResponse> PushAll(Client& client, const std::vector<v1::PushSamplesRequest>& pushes) {
  const Progress progress = TerminalProgress("pushing");
  v1::PushSamplesResponse all;
  all.set_repeated(true);
  for (size_t i = 0; i < pushes.size(); ++i) {
    v1::PushSamplesResponse one;
    if (auto status = client.Call(&Client::Stub::PushSamples, pushes[i], one); !status.ok()) return status;
    all.set_repeated(all.repeated() && one.repeated());
    if (!one.repeated()) all.set_taken(all.taken() + one.taken());
    all.set_left_out_count(all.left_out_count() + one.left_out_count());
    for (auto& violation : *one.mutable_left_out()) *all.add_left_out() = std::move(violation);
    all.set_new_window(all.new_window() || one.new_window());
    *all.mutable_samples() = std::move(*one.mutable_samples());
    progress(static_cast<int64_t>(i + 1), static_cast<int64_t>(pushes.size()));
  }
  return all;
}

void Print(const v1::JobRef& job, const v1::PushSamplesResponse& response) {
  if (response.repeated()) {
    std::printf("%s: all of it was pushed before; nothing was added\n", NameOf(job).c_str());
    return;
  }
  std::printf("%s: %s samples taken%s\n", NameOf(job).c_str(), absl::StrCat(response.taken()).c_str(),
              response.new_window() ? ", a new window" : "");
  if (response.left_out_count() == 0) return;
  std::printf("%s left out, as they do not go with those before them:\n",
              absl::StrCat(response.left_out_count()).c_str());
  constexpr int kMostShown = 3;
  for (int i = 0; i < response.left_out_size() && i < kMostShown; ++i) {
    const v1::FieldViolation& violation = response.left_out(i);
    std::printf("  %s\n", Plain(absl::StrCat(violation.field(), ": ", violation.description())).c_str());
  }
}

}  // namespace

int RunPush(const Arguments& a) {
  const absl::StatusOr<ConnectedClient> connected = Connect(a.service);
  if (!connected.ok()) return Fail(connected.status());
  const absl::StatusOr<v1::JobRef> job = JobOf(a.service, connected->ns);
  if (!job.ok()) return Fail(job.status());
  const std::optional<absl::Time> last = a.service.until_now ? std::optional(absl::Now()) : std::nullopt;
  const absl::StatusOr<std::vector<v1::PushSamplesRequest>> pushes = PushesOf(a, *job, last);
  if (!pushes.ok()) return Fail(pushes.status());
  const absl::StatusOr<v1::PushSamplesResponse> response = PushAll(*connected->client, *pushes);
  EndProgress();
  if (!response.ok()) return Fail(response.status());
  if (a.format == OutputFormat::kJson) return PrintJson(*response);
  Print(*job, *response);
  return kExitOk;
}

}  // namespace tune
