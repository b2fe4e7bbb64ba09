// Answers that a made-up server gives.
#pragma once

#include <string>

#include "tune/v1/service.pb.h"

namespace tune {

// One vertex that keeps its size; `text` is every name and message.
inline v1::JobRecommendation MadeUpRecommendation(const std::string& text) {
  v1::JobRecommendation r;
  v1::ComputedFrom& from = *r.mutable_computed_from();
  from.set_job_name(text);
  from.set_policy_name(text);
  from.mutable_window_start();
  from.mutable_window_length()->set_seconds(60);
  from.mutable_bin()->set_seconds(60);
  v1::VertexRecommendation& vertex = *r.add_vertices();
  vertex.set_id(text);
  vertex.set_name(text);
  for (auto set : {&v1::VertexRecommendation::set_now, &v1::VertexRecommendation::set_needed,
                   &v1::VertexRecommendation::set_wanted, &v1::VertexRecommendation::set_low,
                   &v1::VertexRecommendation::set_high}) {
    (vertex.*set)(1);
  }
  vertex.set_action(v1::ACTION_HOLD);
  vertex.set_verdict(v1::VERDICT_ESTIMATED);
  vertex.set_confidence(v1::CONFIDENCE_LOW);
  for (auto set : {&v1::JobRecommendation::set_parallelism_now, &v1::JobRecommendation::set_parallelism_wanted,
                   &v1::JobRecommendation::set_slots_now, &v1::JobRecommendation::set_slots_wanted}) {
    (r.*set)(1);
  }
  r.set_action(v1::ACTION_HOLD);
  r.set_timeliness(v1::TIMELINESS_UNKNOWN);
  v1::Finding& finding = *r.add_findings();
  finding.set_kind(v1::FINDING_KIND_THIN_DATA);
  finding.set_message(text);
  for (v1::ProcessRecommendation* role : {r.mutable_task_managers(), r.mutable_job_manager()}) {
    role->set_memory_verdict(v1::VERDICT_NOT_MEASURED);
    role->set_cpu_verdict(v1::VERDICT_NOT_MEASURED);
    role->set_action(v1::ACTION_HOLD);
    role->set_confidence(v1::CONFIDENCE_LOW);
    for (v1::ProcessSize* size : {role->mutable_now(), role->mutable_needed(), role->mutable_wanted()}) {
      size->set_cpu_limit_factor(1);
      size->set_memory_limit_factor(1);
    }
  }
  return r;
}

// Parallelism 1 -> 2 of team-a/orders, for a spec of generation 4.
inline v1::PlanResponse MadeUpPlan() {
  v1::PlanResponse plan;
  *plan.mutable_recommendation() = MadeUpRecommendation("orders");
  v1::SpecPatch& patch = *plan.mutable_patch();
  *patch.mutable_computed_from() = plan.recommendation().computed_from();
  patch.set_api_version("flink.apache.org/v1beta1");
  patch.set_kind("FlinkDeployment");
  patch.set_name("orders");
  v1::SpecChange& change = *patch.add_changes();
  for (const char* part : {"spec", "job", "parallelism"}) change.add_path(part);
  change.set_before("1");
  change.set_after("2");
  change.set_is_number(true);
  patch.set_restarts_job(true);
  plan.set_generation(4);
  plan.set_plan_digest("what was shown");
  return plan;
}

// The change that comes of it, with a TaskManager's memory beside the parallelism.
inline v1::Change MadeUpChange(int64_t id, v1::ChangeState state) {
  v1::Change change;
  change.set_id(id);
  change.mutable_job()->set_namespace_("team-a");
  change.mutable_job()->set_name("orders");
  change.set_state(state);
  change.set_author("ann");
  change.mutable_decision()->set_reason("raise from 1 to 2");
  change.set_restarts_job(true);
  v1::FieldChange& parallelism = *change.add_fields();
  for (const char* part : {"spec", "job", "parallelism"}) parallelism.add_path(part);
  parallelism.set_before("1");
  parallelism.set_after("2");
  parallelism.add_owners("kubectl");
  v1::FieldChange& memory = *change.add_fields();
  for (const char* part : {"spec", "taskManager", "resource", "memory"}) memory.add_path(part);
  memory.set_after("\"1600m\"");
  change.set_generation_before(4);
  change.set_generation_after(5);
  change.mutable_begun()->set_seconds(1'795'334'851);  // 2026-11-22 08:07:31 UTC
  return change;
}

inline void AddEvent(int64_t seconds, const std::string& text, v1::Change& change) {
  v1::ChangeEvent& event = *change.add_events();
  event.mutable_time()->set_seconds(seconds);
  event.set_text(text);
}

}  // namespace tune
