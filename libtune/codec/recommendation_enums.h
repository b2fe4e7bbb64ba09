// The enums of a recommendation, both ways.
#pragma once

#include "libtune/codec/enum_codec.h"
#include "tune/recommendation.h"
#include "tune/v1/recommendation.pb.h"

namespace tune {

inline constexpr EnumPair<Action, v1::Action> kActions[] = {
    {Action::kHold, v1::ACTION_HOLD},
    {Action::kRaise, v1::ACTION_RAISE},
    {Action::kLower, v1::ACTION_LOWER},
    {Action::kPerson, v1::ACTION_PERSON},
};

inline constexpr EnumPair<Verdict, v1::Verdict> kVerdicts[] = {
    {Verdict::kEstimated, v1::VERDICT_ESTIMATED},      {Verdict::kLowerBound, v1::VERDICT_LOWER_BOUND},
    {Verdict::kExcluded, v1::VERDICT_EXCLUDED},        {Verdict::kThinData, v1::VERDICT_THIN_DATA},
    {Verdict::kNotMeasured, v1::VERDICT_NOT_MEASURED},
};

inline constexpr EnumPair<Timeliness, v1::Timeliness> kTimelinesses[] = {
    {Timeliness::kUnknown, v1::TIMELINESS_UNKNOWN},
    {Timeliness::kOnTime, v1::TIMELINESS_ON_TIME},
    {Timeliness::kDelayed, v1::TIMELINESS_DELAYED},
};

inline constexpr EnumPair<Confidence, v1::Confidence> kConfidences[] = {
    {Confidence::kLow, v1::CONFIDENCE_LOW},
    {Confidence::kMedium, v1::CONFIDENCE_MEDIUM},
    {Confidence::kHigh, v1::CONFIDENCE_HIGH},
};

inline constexpr EnumPair<FindingKind, v1::FindingKind> kFindings[] = {
    {FindingKind::kHotKey, v1::FINDING_KIND_HOT_KEY},
    {FindingKind::kKeyGroupSkew, v1::FINDING_KIND_KEY_GROUP_SKEW},
    {FindingKind::kPartitionSkew, v1::FINDING_KIND_PARTITION_SKEW},
    {FindingKind::kUnevenLoad, v1::FINDING_KIND_UNEVEN_LOAD},
    {FindingKind::kSlowBlocking, v1::FINDING_KIND_SLOW_BLOCKING},
    {FindingKind::kSlowComputing, v1::FINDING_KIND_SLOW_COMPUTING},
    {FindingKind::kSlowUnknown, v1::FINDING_KIND_SLOW_UNKNOWN},
    {FindingKind::kGcBound, v1::FINDING_KIND_GC_BOUND},
    {FindingKind::kBottleneck, v1::FINDING_KIND_BOTTLENECK},
    {FindingKind::kHidden, v1::FINDING_KIND_HIDDEN},
    {FindingKind::kBackPressured, v1::FINDING_KIND_BACK_PRESSURED},
    {FindingKind::kDemandHidden, v1::FINDING_KIND_DEMAND_HIDDEN},
    {FindingKind::kWarmingUp, v1::FINDING_KIND_WARMING_UP},
    {FindingKind::kCatchingUp, v1::FINDING_KIND_CATCHING_UP},
    {FindingKind::kRestarting, v1::FINDING_KIND_RESTARTING},
    {FindingKind::kCheckpointBound, v1::FINDING_KIND_CHECKPOINT_BOUND},
    {FindingKind::kThinData, v1::FINDING_KIND_THIN_DATA},
    {FindingKind::kStaleMetrics, v1::FINDING_KIND_STALE_METRICS},
    {FindingKind::kNotMeasured, v1::FINDING_KIND_NOT_MEASURED},
    {FindingKind::kGraphInferred, v1::FINDING_KIND_GRAPH_INFERRED},
    {FindingKind::kInfeasible, v1::FINDING_KIND_INFEASIBLE},
    {FindingKind::kLeak, v1::FINDING_KIND_LEAK},
    {FindingKind::kHeapExhausted, v1::FINDING_KIND_HEAP_EXHAUSTED},
    {FindingKind::kOomKilled, v1::FINDING_KIND_OOM_KILLED},
    {FindingKind::kNativeMemory, v1::FINDING_KIND_NATIVE_MEMORY},
    {FindingKind::kDirtyCache, v1::FINDING_KIND_DIRTY_CACHE},
    {FindingKind::kThrottled, v1::FINDING_KIND_THROTTLED},
    {FindingKind::kNoRoom, v1::FINDING_KIND_NO_ROOM},
};

inline constexpr EnumPair<LiveRung, v1::LiveRung> kRungs[] = {
    {LiveRung::kFullCollection, v1::LIVE_RUNG_FULL_COLLECTION},
    {LiveRung::kMarking, v1::LIVE_RUNG_MARKING},
    {LiveRung::kCollection, v1::LIVE_RUNG_COLLECTION},
    {LiveRung::kOldGen, v1::LIVE_RUNG_OLD_GEN},
    {LiveRung::kHeap, v1::LIVE_RUNG_HEAP},
};

}  // namespace tune
