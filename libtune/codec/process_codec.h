// Samples of processes and of their collections, for samples_codec.cc.
#pragma once

#include <cstdint>

#include "libtune/internal/path.h"
#include "tune/sample.h"
#include "tune/v1/samples.pb.h"

namespace tune {

// All but the time, which samples_codec.cc writes and reads.
void Write(const ProcessSample& sample, v1::ProcessSample& proto);
void Write(const CollectionSample& sample, v1::CollectionSample& proto);
void Read(const v1::ProcessSample& proto, const Path& path, Violations& violations, ProcessSample& sample);
void Read(const v1::CollectionSample& proto, const Path& path, Violations& violations, CollectionSample& sample);

}  // namespace tune
