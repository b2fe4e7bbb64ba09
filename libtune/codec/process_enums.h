// The enums of processes and their collections, both ways.
#pragma once

#include "libtune/codec/enum_codec.h"
#include "tune/collection.h"
#include "tune/sample.h"
#include "tune/v1/collection.pb.h"
#include "tune/v1/samples.pb.h"

namespace tune {

inline constexpr EnumPair<ProcessRole, v1::ProcessRole> kRoles[] = {
    {ProcessRole::kTaskManager, v1::PROCESS_ROLE_TASK_MANAGER},
    {ProcessRole::kJobManager, v1::PROCESS_ROLE_JOB_MANAGER},
};

inline constexpr EnumPair<Collector, v1::Collector> kCollectors[] = {
    {Collector::kUnknown, v1::COLLECTOR_UNKNOWN},
    {Collector::kSerial, v1::COLLECTOR_SERIAL},
    {Collector::kParallel, v1::COLLECTOR_PARALLEL},
    {Collector::kCms, v1::COLLECTOR_CMS},
    {Collector::kG1, v1::COLLECTOR_G1},
    {Collector::kShenandoah, v1::COLLECTOR_SHENANDOAH},
    {Collector::kZ, v1::COLLECTOR_Z},
    {Collector::kEpsilon, v1::COLLECTOR_EPSILON},
};

inline constexpr EnumPair<CollectionKind, v1::CollectionKind> kKinds[] = {
    {CollectionKind::kYoung, v1::COLLECTION_KIND_YOUNG},
    {CollectionKind::kMixed, v1::COLLECTION_KIND_MIXED},
    {CollectionKind::kFull, v1::COLLECTION_KIND_FULL},
    {CollectionKind::kRemark, v1::COLLECTION_KIND_REMARK},
    {CollectionKind::kCleanup, v1::COLLECTION_KIND_CLEANUP},
    {CollectionKind::kConcurrent, v1::COLLECTION_KIND_CONCURRENT},
    {CollectionKind::kOther, v1::COLLECTION_KIND_OTHER},
};

}  // namespace tune
