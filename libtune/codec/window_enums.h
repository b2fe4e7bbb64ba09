// The enums of a window, both ways.
#pragma once

#include "libtune/codec/enum_codec.h"
#include "tune/v1/window.pb.h"
#include "tune/window.h"

namespace tune {

inline constexpr EnumPair<DemandKind, v1::DemandKind> kDemands[] = {
    {DemandKind::kConsumed, v1::DEMAND_KIND_CONSUMED},
    {DemandKind::kLag, v1::DEMAND_KIND_LAG},
    {DemandKind::kOffsets, v1::DEMAND_KIND_OFFSETS},
    {DemandKind::kGiven, v1::DEMAND_KIND_GIVEN},
};

// How a statistic was found; the struct tells it by its relative error.
enum class StatisticMethod { kExact, kSketch };
inline constexpr EnumPair<StatisticMethod, v1::StatisticMethod> kMethods[] = {
    {StatisticMethod::kExact, v1::STATISTIC_METHOD_EXACT},
    {StatisticMethod::kSketch, v1::STATISTIC_METHOD_SKETCH},
};

}  // namespace tune
