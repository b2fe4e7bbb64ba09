#include "service/rollout/applier.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libtune/codec/door.h"
#include "libtune/codec/times.h"
#include "libtune/internal/path.h"

namespace tune {
namespace {

// The API server may have taken what it was sent.
bool MayHaveBeenTaken(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) || absl::IsCancelled(status) ||
         absl::IsInternal(status) || absl::IsUnknown(status);
}

absl::StatusOr<PatchRequest> RequestFor(const v1::Change& change, absl::StatusOr<std::vector<WantedField>> fields,
                                        int64_t generation, bool force) {
  if (!fields.ok()) return fields.status();
  PatchRequest request;
  request.resource = kFlinkDeployments;
  request.ns = change.job().namespace_();
  request.name = change.job().name();
  request.uid = change.uid();
  request.generation = generation;
  request.fields = *std::move(fields);
  request.force = force;
  return request;
}

// Who has the fields now that somebody put back.
void NamePutBack(v1::Change& change) {
  if (change.put_back() == 0 || !change.put_back_by().empty()) return;
  for (const v1::FieldChange& field : change.fields()) {
    if (!field.owners().empty()) return change.set_put_back_by(field.owners(field.owners_size() - 1));
  }
}

bool MayBeInForce(const v1::Change& change) {
  return !IsOver(change.state()) || change.state() == v1::CHANGE_STATE_STABLE ||
         change.state() == v1::CHANGE_STATE_FAILED;
}

// That what would be written is what somebody saw.
absl::Status CheckSeen(const ApplyWish& wish, const v1::Change& change) {
  if (wish.generation && *wish.generation != change.generation_before()) {
    return absl::AbortedError(absl::StrCat(ToText(wish.job), " has changed since: generation ",
                                           change.generation_before(), ", the plan that was seen is for ",
                                           *wish.generation));
  }
  if (wish.plan_digest.empty() || wish.plan_digest == DigestOfPlan(change)) return absl::OkStatus();
  const std::string fields = FieldsText(change);
  return absl::AbortedError(absl::StrCat(ToText(wish.job), " needs something else by now than the plan that was seen: ",
                                         fields.empty() ? "nothing" : fields));
}

absl::Status Refused(const JobKey& job, const std::vector<Refusal>& refusals) {
  const auto line = [](std::string* text, const Refusal& refusal) {
    absl::StrAppend(text, Name(refusal.kind), ": ", refusal.text);
  };
  return absl::FailedPreconditionError(
      absl::StrCat(ToText(job), " is not changed: ", absl::StrJoin(refusals, "\n", line)));
}

}  // namespace

absl::StatusOr<std::optional<ChangeBook::Begun>> Applier::KnownBy(const JobKey& job, const IdempotencyKey& key) const {
  const absl::StatusOr<std::optional<v1::Change>> known = changes_.FindByKey(job, key);
  if (!known.ok()) return known.status();
  if (!*known) return std::nullopt;
  return ChangeBook::Begun{**known, true};
}

absl::StatusOr<ChangeBook::Begun> Applier::Apply(const ApplyWish& wish) {
  const auto known = KnownBy(wish.job, wish.key);
  if (!known.ok()) return known.status();
  if (*known) return **known;
  absl::StatusOr<PlannedChange> planned =
      planner_.Plan(wish.job, wish.policy ? &*wish.policy : nullptr, wish.by_person, clock_());
  if (!planned.ok()) return planned.status();
  if (auto status = CheckSeen(wish, planned->change); !status.ok()) return status;
  std::erase_if(planned->refusals,
                [&](const Refusal& refusal) { return refusal.waivable() && wish.waive.contains(Name(refusal.kind)); });
  if (!planned->refusals.empty()) return Refused(wish.job, planned->refusals);
  v1::Change change = std::move(planned->change);
  change.set_author(Utf8(wish.author));
  change.set_is_forced(wish.force);
  *change.mutable_begun() = ToProto(clock_());
  absl::StatusOr<PatchRequest> request =
      RequestFor(change, FieldsAfter(change), change.generation_before(), wish.force);
  if (!request.ok()) return request.status();
  return wish.dry_run ? DryRun(std::move(change), *std::move(request))
                      : Write(std::move(change), *std::move(request), wish.key);
}

absl::StatusOr<ChangeBook::Begun> Applier::DryRun(v1::Change change, PatchRequest request) {
  request.dry_run = true;
  const absl::StatusOr<PatchResult> result = Patch(client_, request, timeout_);
  if (!result.ok()) return result.status();
  WriteBefore(*result, change);
  change.set_generation_after(result->generation_after);
  return ChangeBook::Begun{std::move(change), false};
}

// Written down as APPLYING between the dry run and the apply; from then on it has an end in the store.
absl::StatusOr<ChangeBook::Begun> Applier::Write(v1::Change change, PatchRequest request, const IdempotencyKey& key) {
  const JobKey job = JobOf(change);
  bool repeated = false;
  request.about_to = [&](const PatchResult& result) -> absl::Status {
    if (auto status = gate_.Check(job); !status.ok()) return status;
    WriteBefore(result, change);
    NamePutBack(change);
    change.set_uid(result.uid);
    if (change.id() != 0) return Save(change);
    absl::StatusOr<ChangeBook::Begun> begun = changes_.Begin(change, key, clock_());
    if (!begun.ok()) return begun.status();
    repeated = begun->repeated;
    change = std::move(begun->change);
    return repeated ? absl::CancelledError() : absl::OkStatus();
  };
  const absl::StatusOr<PatchResult> result = Patch(client_, request, timeout_);
  if (repeated) return ChangeBook::Begun{std::move(change), true};
  if (!result.ok() && change.id() == 0) return result.status();
  if (!result.ok() && MayHaveBeenTaken(result.status())) {
    AddEvent(absl::StrCat("not known whether the API server took it: ", result.status().message()), clock_(), change);
    Save(change).IgnoreError();  // it is APPLYING there already
    return ChangeBook::Begun{std::move(change), false};
  }
  if (!result.ok()) {
    Finish(std::move(change), v1::CHANGE_STATE_NOT_APPLIED, std::string(result.status().message())).IgnoreError();
    return result.status();
  }
  change.set_state(v1::CHANGE_STATE_WATCHED);
  change.set_generation_after(result->generation_after);
  *change.mutable_applied() = ToProto(clock_());
  AddEvent(absl::StrCat("applied: generation ", result->generation_after), clock_(), change);
  Save(change).IgnoreError();  // else it is APPLYING there, and is looked up again
  return ChangeBook::Begun{std::move(change), false};
}

absl::Status Applier::Finish(v1::Change change, v1::ChangeState state, const std::string& why) {
  End(state, why, clock_(), change);
  return Save(change);
}

absl::Status Applier::Overtaken(v1::Change change, const std::string& by, bool put_back) {
  const std::string who = by.empty() ? "somebody" : by;
  if (put_back) {
    change.set_put_back(change.put_back() + 1);
    change.set_put_back_by(Utf8(by));
  }
  return Finish(std::move(change), v1::CHANGE_STATE_OVERTAKEN,
                absl::StrCat(who, put_back ? " put the values before back" : " wrote other values"));
}

absl::StatusOr<std::optional<FieldLook>> Applier::LookOrFinish(const v1::Change& change) {
  absl::StatusOr<FieldLook> look = LookAtFields(client_, change, timeout_);
  const bool deleted = absl::IsNotFound(look.status());
  if (!deleted && !look.ok()) return look.status();
  if (!deleted && look->same_object) return std::optional(*std::move(look));
  const absl::Status finished =
      Finish(change, v1::CHANGE_STATE_OVERTAKEN, deleted ? "the job was deleted" : "the job was deleted and made anew");
  if (!finished.ok()) return finished;
  return std::optional<FieldLook>();
}

absl::Status Applier::Resolve(v1::Change change) {
  const absl::StatusOr<std::optional<FieldLook>> looked = LookOrFinish(change);
  if (!looked.ok() || !*looked) return looked.status();
  const FieldLook& look = **looked;
  const absl::Time now = clock_();
  if (look.are == FieldsAre::kAfter && look.by_libtune) {
    change.set_state(v1::CHANGE_STATE_WATCHED);
    change.set_generation_after(look.generation);
    *change.mutable_applied() = ToProto(now);
    AddEvent(absl::StrCat("found applied: generation ", look.generation), now, change);
    return Save(change);
  }
  if (look.generation != change.generation_before()) {
    return Finish(std::move(change), v1::CHANGE_STATE_NOT_APPLIED,
                  "the spec was changed by others before it was applied");
  }
  if (now - TimeOf(change.begun()) > too_late_) {
    return Finish(std::move(change), v1::CHANGE_STATE_NOT_APPLIED, "it was not applied in time");
  }
  absl::StatusOr<PatchRequest> request =
      RequestFor(change, FieldsAfter(change), change.generation_before(), change.is_forced());
  if (!request.ok()) return request.status();
  return Write(std::move(change), *std::move(request), {}).status();
}

absl::Status Applier::GoBack(v1::Change change, const std::string& why) {
  if (auto status = gate_.Check(JobOf(change)); !status.ok()) return status;
  BeginGoingBack(why, clock_(), change);
  if (auto status = Save(change); !status.ok()) return status;
  return WriteBack(std::move(change));
}

absl::Status Applier::WriteBack(v1::Change change) {
  absl::StatusOr<PatchRequest> request =
      RequestFor(change, FieldsBefore(change), change.generation_after(), /*force=*/true);
  if (!request.ok()) return Finish(std::move(change), v1::CHANGE_STATE_FAILED, std::string(request.status().message()));
  request->about_to = [&](const PatchResult&) { return gate_.Check(JobOf(change)); };
  const absl::StatusOr<PatchResult> result = Patch(client_, *request, timeout_);
  if (absl::IsAborted(result.status()) || absl::IsNotFound(result.status())) return LookAgain(std::move(change));
  if (absl::IsInvalidArgument(result.status())) {
    return Finish(std::move(change), v1::CHANGE_STATE_FAILED,
                  absl::StrCat("the values before are not taken: ", result.status().message()));
  }
  if (!result.ok()) return result.status();
  change.set_generation_back(result->generation_after);
  *change.mutable_went_back() = ToProto(clock_());
  AddEvent(absl::StrCat("the values before are written: generation ", result->generation_after), clock_(), change);
  return Save(change);
}

absl::Status Applier::LookAgain(v1::Change change) {
  const absl::StatusOr<std::optional<FieldLook>> looked = LookOrFinish(change);
  if (!looked.ok() || !*looked) return looked.status();
  const FieldLook& look = **looked;
  const absl::Time now = clock_();
  const bool going_back = change.state() == v1::CHANGE_STATE_GOING_BACK;
  if (going_back && look.are == FieldsAre::kBefore) {
    change.set_generation_back(look.generation);
    *change.mutable_went_back() = ToProto(now);
    AddEvent(absl::StrCat("the values before are there: generation ", look.generation), now, change);
    return Save(change);
  }
  if (look.are != FieldsAre::kAfter || (going_back && change.generation_back() > 0)) {
    return Overtaken(std::move(change), look.by, !going_back && look.put_back);
  }
  // Something else of the spec was changed: the job is upgraded once more, and is looked at anew.
  change.set_generation_after(look.generation);
  *change.mutable_applied() = ToProto(now);
  change.clear_running();
  AddEvent(absl::StrCat("others changed the spec, none of these fields: generation ", look.generation), now, change);
  return Save(change);
}

absl::StatusOr<v1::Change> Applier::InForce(const RollbackWish& wish) const {
  const absl::StatusOr<std::vector<v1::Change>> past = changes_.PastOf(wish.job);
  if (!past.ok()) return past.status();
  std::set<int64_t> taken_back;
  for (const v1::Change& change : *past) {
    if (wish.change && change.id() != *wish.change) continue;
    if (!MayBeInForce(change)) {
      if (!wish.change) continue;
      return absl::FailedPreconditionError(
          absl::StrCat("change ", change.id(), " is not in force: ", change.outcome()));
    }
    const bool is_undone = taken_back.contains(change.id()) || (change.takes_back() != 0 && IsOver(change.state()));
    if (wish.change || !is_undone) return change;
    if (!taken_back.contains(change.id())) taken_back.insert(change.takes_back());
  }
  return absl::NotFoundError(wish.change ? absl::StrCat(ToText(wish.job), " has no change ", *wish.change)
                                         : absl::StrCat("no change of ", ToText(wish.job), " is in force"));
}

absl::StatusOr<ChangeBook::Begun> Applier::Rollback(const RollbackWish& wish) {
  const auto known = KnownBy(wish.job, wish.key);
  if (!known.ok()) return known.status();
  if (*known) return **known;
  const absl::StatusOr<v1::Change> change = InForce(wish);
  if (!change.ok()) return change.status();
  const bool is_going_back = change->takes_back() != 0 && !IsOver(change->state());
  if (is_going_back && !wish.change) return ChangeBook::Begun{*change, true};
  switch (change->state()) {
    case v1::CHANGE_STATE_APPLYING:
      return absl::UnavailableError(absl::StrCat("whether change ", change->id(), " was applied is being found out"));
    case v1::CHANGE_STATE_GOING_BACK:
      return ChangeBook::Begun{*change, true};
    case v1::CHANGE_STATE_WATCHED: {
      if (auto status = GoBack(*change, absl::StrCat(wish.author, " asked for it")); !status.ok()) return status;
      const absl::StatusOr<v1::Change> now = changes_.Find(change->id());
      if (!now.ok()) return now.status();
      return ChangeBook::Begun{*now, false};
    }
    default:
      return TakeBack(*change, wish);
  }
}

absl::StatusOr<ChangeBook::Begun> Applier::TakeBack(const v1::Change& done, const RollbackWish& wish) {
  const absl::StatusOr<FieldLook> look = LookAtFields(client_, done, timeout_);
  if (!look.ok()) return look.status();
  if (!look->same_object || look->are != FieldsAre::kAfter) {
    return absl::FailedPreconditionError(absl::StrCat("the values of change ", done.id(), " are not there any more; ",
                                                      look->by.empty() ? "somebody" : look->by, " wrote others"));
  }
  v1::Change change;
  *change.mutable_job() = done.job();
  change.set_state(v1::CHANGE_STATE_APPLYING);
  change.set_author(Utf8(wish.author));
  change.set_takes_back(done.id());
  change.set_restarts_job(done.restarts_job());
  change.set_is_forced(true);
  change.set_uid(done.uid());
  change.set_generation_before(look->generation);
  *change.mutable_begun() = ToProto(clock_());
  for (const v1::FieldChange& field : done.fields()) {
    v1::FieldChange& back = *change.add_fields();
    *back.mutable_path() = field.path();
    if (field.has_before()) back.set_after(field.before());
    back.set_reason(absl::StrCat("as before change ", done.id()));
  }
  absl::StatusOr<PatchRequest> request = RequestFor(change, FieldsAfter(change), look->generation, /*force=*/true);
  if (!request.ok()) return request.status();
  return Write(std::move(change), *std::move(request), wish.key);
}

}  // namespace tune
