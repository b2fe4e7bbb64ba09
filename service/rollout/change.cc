#include "service/rollout/change.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libtune/codec/door.h"
#include "libtune/codec/wire.h"
#include "libtune/internal/path.h"
#include "libtune/plan/field_text.h"
#include "service/cluster/json_field.h"
#include "service/digest.h"
#include "service/patch/planned_fields.h"

namespace tune {
namespace {

using nlohmann::json;

constexpr int kMostEvents = 50, kFirstEvents = 10;
constexpr size_t kMostTextBytes = 500;

using Value = std::optional<json>;

absl::StatusOr<Value> ReadValue(const FieldPath& path, bool present, const std::string& text) {
  if (!present) return Value();
  json value = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) return NotAllowed(FieldText(path), Quoted(text), "JSON");
  return Value(std::move(value));
}

absl::StatusOr<std::vector<WantedField>> FieldsOf(const v1::Change& change, bool after) {
  std::vector<WantedField> fields;
  for (const v1::FieldChange& field : change.fields()) {
    FieldPath path(field.path().begin(), field.path().end());
    absl::StatusOr<Value> value =
        ReadValue(path, after ? field.has_after() : field.has_before(), after ? field.after() : field.before());
    if (!value.ok()) return value.status();
    fields.push_back({std::move(path), *std::move(value)});
  }
  return fields;
}

std::string TextOf(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

}  // namespace

bool IsOver(v1::ChangeState state) { return state >= v1::CHANGE_STATE_STABLE; }

JobKey JobOf(const v1::Change& change) {
  const v1::JobRef& job = change.job();
  return {job.namespace_(), job.name(),
          job.kind() == v1::JOB_KIND_SESSION_JOB ? JobKind::kSessionJob : JobKind::kDeployment};
}

void AddEvent(const std::string& text, absl::Time now, v1::Change& change) {
  auto& events = *change.mutable_events();
  if (events.size() == kMostEvents) events.DeleteSubrange(kFirstEvents, 1);
  v1::ChangeEvent& event = *events.Add();
  *event.mutable_time() = ToProto(now);
  event.set_text(OneLine(Utf8(text), kMostTextBytes));
}

void End(v1::ChangeState state, const std::string& why, absl::Time now, v1::Change& change) {
  change.set_state(state);
  *change.mutable_ended() = ToProto(now);
  if (!why.empty()) AddEvent(why, now, change);
  if (change.outcome().empty()) change.set_outcome(OneLine(Utf8(why), kMostTextBytes));
}

void BeginGoingBack(const std::string& why, absl::Time now, v1::Change& change) {
  change.set_state(v1::CHANGE_STATE_GOING_BACK);
  *change.mutable_went_back() = ToProto(now);
  AddEvent(absl::StrCat("going back: ", why), now, change);
  change.set_outcome(OneLine(Utf8(why), kMostTextBytes));
}

absl::StatusOr<std::vector<WantedField>> FieldsAfter(const v1::Change& change) { return FieldsOf(change, true); }
absl::StatusOr<std::vector<WantedField>> FieldsBefore(const v1::Change& change) { return FieldsOf(change, false); }

absl::Status WriteFields(const SpecPatch& plan, v1::Change& change) {
  const absl::StatusOr<std::vector<WantedField>> fields = FieldsOf(plan);
  if (!fields.ok()) return fields.status();
  for (size_t i = 0; i < fields->size(); ++i) {
    v1::FieldChange& field = *change.add_fields();
    for (const std::string& part : (*fields)[i].path) field.add_path(Utf8(part));
    if ((*fields)[i].value) field.set_after(TextOf(*(*fields)[i].value));
    if (!plan.changes[i].before.empty()) field.set_before(TextOf(json(plan.changes[i].before)));
    field.set_reason(OneLine(Utf8(plan.changes[i].reason), kMostTextBytes));
  }
  return absl::OkStatus();
}

void WriteBefore(const PatchResult& result, v1::Change& change) {
  for (int i = 0; i < change.fields_size(); ++i) {
    const FieldBefore& was = result.before[static_cast<size_t>(i)];
    v1::FieldChange& field = *change.mutable_fields(i);
    field.clear_before();
    if (was.value) field.set_before(TextOf(*was.value));
    field.clear_owners();
    for (const FieldOwner& owner : was.owners) field.add_owners(OneLine(Utf8(owner.manager), kMostTextBytes));
  }
}

std::string DigestOfPlan(const v1::Change& change) {
  if (change.fields().empty()) return "";
  v1::Change planned;
  for (const v1::FieldChange& field : change.fields()) {
    v1::FieldChange& wanted = *planned.add_fields();
    *wanted.mutable_path() = field.path();
    if (field.has_after()) wanted.set_after(field.after());
  }
  return DigestOf(SerializeDeterministic(planned));
}

std::string FieldsText(const v1::Change& change) {
  std::string text;
  for (const v1::FieldChange& field : change.fields()) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", FieldText({field.path().begin(), field.path().end()}), " ",
                    field.has_before() ? field.before() : "absent", " -> ",
                    field.has_after() ? field.after() : "absent");
  }
  return text;
}

}  // namespace tune
