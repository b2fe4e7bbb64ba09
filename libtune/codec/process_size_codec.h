// What is recommended for processes, both ways.
#pragma once

#include "libtune/internal/not_allowed.h"
#include "libtune/internal/path.h"
#include "tune/process_size.h"
#include "tune/v1/recommendation.pb.h"

namespace tune {

v1::ProcessRecommendation ToProto(const ProcessRecommendation& answer);
ProcessRecommendation ReadProcessRecommendation(const v1::ProcessRecommendation& proto, const Path& at,
                                                Violations& violations);

}  // namespace tune
