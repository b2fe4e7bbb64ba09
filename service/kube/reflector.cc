#include "service/kube/reflector.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libtune/internal/not_allowed.h"
#include "service/kube/api_status.h"
#include "service/kube/own_status.h"
#include "service/kube/watch_stream.h"

namespace tune {
namespace {

using Clock = std::chrono::steady_clock;

// A watch that ends sooner, and empty, is a failure too: the next one waits.
constexpr std::chrono::seconds kShortWatch{1};
// How much longer than it was asked to a server may take to end a watch.
constexpr absl::Duration kWatchGrace = absl::Seconds(30);

absl::Status CheckOptions(const ReflectorOptions& o) {
  Violations violations;
  if (o.page_size < 1) violations.Add("page_size", o.page_size, ">= 1");
  if (o.most_page_bytes < 1) violations.Add("most_page_bytes", absl::StrCat(o.most_page_bytes), ">= 1");
  for (const auto& [name, duration] : {std::pair("page_timeout", o.page_timeout),
                                       {"watch_length", o.watch_length},
                                       {"least_wait", o.least_wait},
                                       {"most_wait", o.most_wait}}) {
    if (duration <= absl::ZeroDuration()) violations.Add(name, absl::FormatDuration(duration), "> 0");
  }
  return violations.ToStatus();
}

absl::StatusOr<ObjectMeta> MetaOf(simdjson::dom::element object) {
  const auto text = [&object](const char* pointer) {
    std::string_view value;
    return object.at_pointer(pointer).get(value) == simdjson::SUCCESS ? std::string(value) : "";
  };
  ObjectMeta meta = {text("/metadata/namespace"), text("/metadata/name"), text("/metadata/resourceVersion")};
  if (meta.resource_version.empty()) {
    return absl::DataLossError("object.metadata.resourceVersion = absent; allowed: a text");
  }
  return meta;
}

// Whether what is known up to now may be kept, and followed from there.
bool MayGoOn(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) || absl::IsResourceExhausted(status) ||
         absl::IsCancelled(status) || absl::IsUnauthenticated(status) || absl::IsPermissionDenied(status);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Reflector>> Reflector::Start(KubeClient& client, ReflectorOptions options,
                                                            ObjectSink& sink) {
  if (absl::Status status = CheckOptions(options); !status.ok()) return status;
  absl::StatusOr<std::string> path = PathOf(options.resource, options.ns, "");
  if (!path.ok()) return path.status();
  std::unique_ptr<Reflector> reflector(new Reflector(client, std::move(options), sink, *std::move(path)));
  reflector->thread_ = std::thread([self = reflector.get()] { self->Run(); });
  return reflector;
}

Reflector::Reflector(KubeClient& client, ReflectorOptions options, ObjectSink& sink, std::string path)
    : client_(client),
      options_(std::move(options)),
      sink_(sink),
      path_(std::move(path)),
      backoff_(options_.least_wait, options_.most_wait) {}

Reflector::~Reflector() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    if (stream_ != nullptr) stream_->Cancel();
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

ReflectorState Reflector::state() const {
  const std::lock_guard lock(mutex_);
  ReflectorState state;
  state.synced = state_.synced;
  state.age = heard_once_ ? absl::FromChrono(Clock::now() - heard_) : absl::InfiniteDuration();
  state.error = OwnStatus(state_.error);
  state.lists = state_.lists;
  state.watches = state_.watches;
  return state;
}

bool Reflector::WaitSynced(absl::Duration timeout) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, absl::ToChronoNanoseconds(timeout), [this] { return state_.synced; });
}

void Reflector::HearServer() {
  const std::lock_guard lock(mutex_);
  heard_ = Clock::now();
  heard_once_ = true;
}

void Reflector::SetError(const absl::Status& status) {
  const std::lock_guard lock(mutex_);
  state_.error = status;
}

void Reflector::Sleep(absl::Duration wait) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, absl::ToChronoNanoseconds(wait), [this] { return ending_; });
}

void Reflector::Run() {
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      if (ending_) return;
    }
    const auto began = Clock::now();
    progress_ = false;
    const bool lists = resource_version_.empty();
    const absl::Status status = lists ? List() : Watch();
    const bool lasted = Clock::now() - began >= kShortWatch;
    if (!lists && (progress_ || (status.ok() && lasted))) backoff_.Reset();
    if (status.ok() && (lists || progress_ || lasted)) continue;
    if (!status.ok()) SetError(status);
    if (!status.ok() && !MayGoOn(status)) resource_version_.clear();
    Sleep(std::max(backoff_.Next(), RetryAfter(status).value_or(absl::ZeroDuration())));
  }
}

bool Reflector::Open(const std::string& query, absl::Duration timeout, absl::Status& status) {
  absl::StatusOr<std::unique_ptr<KubeStream>> stream = client_.Open(absl::StrCat(path_, "?", query), timeout);
  status = stream.status();
  if (!status.ok()) return false;
  const std::lock_guard lock(mutex_);
  stream_ = *std::move(stream);
  if (ending_) stream_->Cancel();
  return true;
}

// Behind a query: which objects.
std::string Reflector::Selection() const {
  std::string query;
  if (!options_.name.empty()) absl::StrAppend(&query, "&fieldSelector=", Escaped("metadata.name=" + options_.name));
  if (!options_.label_selector.empty()) absl::StrAppend(&query, "&labelSelector=", Escaped(options_.label_selector));
  return query;
}

absl::StatusOr<std::string> Reflector::ReadSome() {
  // Only this thread replaces stream_; another one may cancel it meanwhile.
  absl::StatusOr<std::string> some = stream_->Read();
  if (some.ok()) HearServer();
  return some;
}

absl::StatusOr<std::string> Reflector::ReadPage(const std::string& continue_token) {
  std::string query = absl::StrCat("limit=", options_.page_size);
  if (!continue_token.empty()) absl::StrAppend(&query, "&continue=", Escaped(continue_token));
  absl::Status status;
  if (!Open(query + Selection(), options_.page_timeout, status)) return status;
  std::string page;
  while (true) {
    const absl::StatusOr<std::string> some = ReadSome();
    if (!some.ok()) return some.status();
    if (some->empty()) return page;
    if (page.size() + some->size() > static_cast<size_t>(options_.most_page_bytes)) {
      return absl::ResourceExhaustedError(
          absl::StrCat(path_, ": a page of more than ", options_.most_page_bytes, " bytes; allowed: at most that"));
    }
    page += *some;
  }
}

absl::Status Reflector::PutPage(const std::string& page, simdjson::dom::parser& parser, std::string& continue_token) {
  const auto garbage = [this](const char* what) {
    return absl::DataLossError(absl::StrCat("GET ", path_, ": the list's ", what));
  };
  simdjson::dom::element list;
  if (parser.parse(page).get(list) != simdjson::SUCCESS) return garbage("text is not JSON");
  std::string_view version, more;
  simdjson::dom::array items;
  if (list.at_pointer("/metadata/resourceVersion").get(version) != simdjson::SUCCESS || version.empty()) {
    return garbage("metadata.resourceVersion = absent; allowed: a text");
  }
  if (list.at_pointer("/metadata/continue").get(more) != simdjson::SUCCESS) more = "";
  // Go writes null for a list that is empty.
  if (list["items"].get(items) == simdjson::SUCCESS) {
    for (const simdjson::dom::element object : items) {
      const absl::StatusOr<ObjectMeta> meta = MetaOf(object);
      if (!meta.ok()) return garbage(std::string(meta.status().message()).c_str());
      sink_.Put(*meta, object);
    }
  } else if (!list["items"].is_null()) {
    return garbage("items are no list");
  }
  continue_token = std::string(more);
  if (continue_token.empty()) resource_version_ = std::string(version);
  return absl::OkStatus();
}

absl::Status Reflector::List() {
  {
    const std::lock_guard lock(mutex_);
    ++state_.lists;
  }
  sink_.BeginList();
  simdjson::dom::parser parser;  // as large as pages make it, and of no use from then on
  std::string continue_token;
  do {
    const absl::StatusOr<std::string> page = ReadPage(continue_token);
    if (!page.ok()) return page.status();
    if (absl::Status status = PutPage(*page, parser, continue_token); !status.ok()) return status;
  } while (!continue_token.empty());
  sink_.EndList();
  {
    const std::lock_guard lock(mutex_);
    state_.synced = true;
    state_.error = absl::OkStatus();
  }
  changed_.notify_all();
  return absl::OkStatus();
}

absl::Status Reflector::Watch() {
  const absl::Duration length = options_.watch_length * absl::Uniform(random_, 1.0, 2.0);
  const int64_t seconds = std::max<int64_t>(absl::ToInt64Seconds(length), 1);
  const std::string query = absl::StrCat("watch=1&allowWatchBookmarks=true&timeoutSeconds=", seconds,
                                         "&resourceVersion=", Escaped(resource_version_), Selection());
  {
    const std::lock_guard lock(mutex_);
    ++state_.watches;
  }
  absl::Status status;
  if (!Open(query, absl::Seconds(seconds) + kWatchGrace, status)) return status;
  if (stream_->WaitOpen()) {
    HearServer();
    SetError(absl::OkStatus());
  }
  WatchStream events(absl::StrCat("GET ", path_));
  while (true) {
    const absl::StatusOr<std::string> some = ReadSome();
    if (!some.ok()) return some.status();
    if (some->empty()) return events.End();
    status = events.Feed(*some, [this](WatchEvent event, simdjson::dom::element object) {
      const absl::StatusOr<ObjectMeta> meta = MetaOf(object);
      if (!meta.ok()) return meta.status();
      if (event == WatchEvent::kAdded || event == WatchEvent::kModified) sink_.Put(*meta, object);
      if (event == WatchEvent::kDeleted) sink_.Remove(*meta);
      resource_version_ = meta->resource_version;
      progress_ = true;
      return absl::OkStatus();
    });
    if (!status.ok()) return status;
  }
}

}  // namespace tune
