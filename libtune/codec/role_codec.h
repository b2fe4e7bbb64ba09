// What a window holds of TaskManagers and JobManagers, both ways, for window_codec.cc and window_read.cc.
#pragma once

#include "libtune/internal/path.h"
#include "tune/process_window.h"
#include "tune/v1/window.pb.h"

namespace tune {

void Write(const RoleWindow& role, v1::RoleWindow& proto);
RoleWindow Read(const v1::RoleWindow& proto, const Path& path, Violations& violations);

}  // namespace tune
