#include "service/rollout/history.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libtune/codec/times.h"
#include "service/rollout/change.h"

namespace tune {
namespace {

using nlohmann::json;

constexpr double kSame = 0.05;

// "1200m", "2g", 0.5, "4": a number and its unit. nullopt: something else.
struct TextAmount {
  double number = 0;
  std::string unit;
};
std::optional<TextAmount> AmountOf(const json& value) {
  if (value.is_number()) return TextAmount{value.get<double>(), ""};
  if (!value.is_string()) return std::nullopt;
  const std::string text = value.get<std::string>();
  const size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  TextAmount amount{0, text.substr(digits)};
  const bool is_unit = std::all_of(amount.unit.begin(), amount.unit.end(),
                                   [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ' '; });
  if (digits == 0 || !is_unit || !absl::SimpleAtod(text.substr(0, digits), &amount.number)) return std::nullopt;
  return amount;
}

const v1::FieldChange* FindField(const v1::Change& change, const v1::FieldChange& like) {
  for (const v1::FieldChange& field : change.fields()) {
    if (std::equal(field.path().begin(), field.path().end(), like.path().begin(), like.path().end())) return &field;
  }
  return nullptr;
}

bool Same(bool has_a, const std::string& a, bool has_b, const std::string& b) {
  return has_a == has_b && (!has_a || IsAsGood(a, b));
}

// `wanted` would bring about what `done` did, as far as that went.
bool Repeats(const v1::Change& done, const v1::Change& wanted) {
  return done.fields_size() > 0 && std::all_of(done.fields().begin(), done.fields().end(), [&](const auto& field) {
           const v1::FieldChange* again = FindField(wanted, field);
           return again != nullptr && Same(field.has_after(), field.after(), again->has_after(), again->after());
         });
}

// A field that `done` wrote has the value from before it again, whatever is wanted of it by now.
bool WasPutBack(const v1::Change& done, const v1::Change& wanted) {
  return std::any_of(done.fields().begin(), done.fields().end(), [&](const auto& field) {
    const v1::FieldChange* now = FindField(wanted, field);
    return now != nullptr && Same(field.has_before(), field.before(), now->has_before(), now->before()) &&
           !Same(field.has_after(), field.after(), now->has_before(), now->before());
  });
}

bool ShareAField(const v1::Change& done, const v1::Change& wanted) {
  return std::any_of(done.fields().begin(), done.fields().end(),
                     [&](const auto& field) { return FindField(wanted, field) != nullptr; });
}

bool FailedByItself(const v1::Change& change) {
  return change.takes_back() == 0 &&
         (change.state() == v1::CHANGE_STATE_ROLLED_BACK || change.state() == v1::CHANGE_STATE_FAILED);
}

// What a person took back by `change`; nullptr: nothing, or it is not among the past ones.
const v1::Change* TakenBack(const std::vector<v1::Change>& past, const v1::Change& change) {
  if (change.takes_back() == 0 || change.state() != v1::CHANGE_STATE_STABLE) return nullptr;
  const auto it = std::find_if(past.begin(), past.end(),
                               [&](const v1::Change& earlier) { return earlier.id() == change.takes_back(); });
  return it == past.end() ? nullptr : &*it;
}

int RestartsOf(const v1::Change& change) {
  if (!change.restarts_job() || change.state() == v1::CHANGE_STATE_NOT_APPLIED) return 0;
  return change.generation_back() > 0 ? 2 : 1;
}

bool IsLater(const google::protobuf::Timestamp& time, absl::Time now, absl::Duration keep) {
  return TimeOf(time) + keep > now;
}

}  // namespace

bool IsAsGood(const std::string& text, const std::string& other_text) {
  if (text == other_text) return true;
  const std::optional<TextAmount> a = AmountOf(json::parse(text, nullptr, false));
  const std::optional<TextAmount> b = AmountOf(json::parse(other_text, nullptr, false));
  if (!a || !b || a->unit != b->unit) return false;
  return std::abs(a->number - b->number) <= kSame * std::max(std::abs(a->number), std::abs(b->number));
}

PutBacks PutBacksOf(const std::vector<v1::Change>& past, const v1::Change& wanted, const HistoryLimits& limits,
                    absl::Time now) {
  for (const v1::Change& change : past) {
    if (!IsLater(change.begun(), now, limits.keep_put_backs)) break;
    if (change.takes_back() != 0) break;  // a person wanted it back
    if (change.state() == v1::CHANGE_STATE_OVERTAKEN) {
      if (change.put_back() > 0 && ShareAField(change, wanted)) return {change.put_back(), change.put_back_by()};
      continue;
    }
    if (change.state() != v1::CHANGE_STATE_STABLE) continue;
    if (!WasPutBack(change, wanted)) break;
    return {change.put_back() + 1, change.put_back_by()};
  }
  return {};
}

std::vector<Refusal> RefusalsByHistory(const std::vector<v1::Change>& past, const v1::Change& wanted,
                                       const HistoryLimits& limits, absl::Time now) {
  std::vector<Refusal> refusals;
  int restarts = 0;
  for (const v1::Change& change : past) {
    if (!IsOver(change.state())) {
      refusals.push_back({RefusalKind::kOpen, absl::StrCat("change ", change.id(), " of it is not over")});
    }
    const bool failed = FailedByItself(change) && IsLater(change.ended(), now, limits.keep_failed);
    if (failed && Repeats(change, wanted)) {
      refusals.push_back({RefusalKind::kFailedBefore,
                          absl::StrCat("the same was rolled back (change ", change.id(), "): ", change.outcome())});
    }
    const v1::Change* taken_back = TakenBack(past, change);
    if (taken_back != nullptr && IsLater(change.ended(), now, limits.keep_failed) && Repeats(*taken_back, wanted)) {
      refusals.push_back({RefusalKind::kFailedBefore,
                          absl::StrCat(change.author(), " took the same back (change ", change.id(), ")")});
    }
    if (IsLater(change.begun(), now, absl::Hours(24))) restarts += RestartsOf(change);
  }
  const PutBacks put_backs = PutBacksOf(past, wanted, limits, now);
  if (put_backs.count >= limits.most_put_backs) {
    refusals.push_back(
        {RefusalKind::kFlapping, absl::StrCat(put_backs.by.empty() ? "somebody" : put_backs.by, " put the values back ",
                                              put_backs.count, " times: settle who owns them")});
  }
  const int budget = limits.restarts_a_day * (wanted.is_urgent() ? 2 : 1);
  if (wanted.restarts_job() && restarts >= budget) {
    refusals.push_back({RefusalKind::kBudget,
                        absl::StrCat("it was restarted ", restarts, " times within a day; allowed are ", budget)});
  }
  return refusals;
}

}  // namespace tune
