// Who owns which field of an object, by its metadata.managedFields.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "service/patch/live_object.h"

namespace tune {

struct FieldOwner {
  std::string manager;    // "kubectl-create", "argocd-controller"
  bool by_apply = false;  // server-side apply; else it wrote the object
  std::string time;       // RFC 3339, when it last did; empty: not told
};

// What `manager` has applied, leaf by leaf; items of lists, which libtune never applies, are left out.
std::set<FieldPath> AppliedBy(const LiveObject& object, const std::string& manager);

// All owners of `path` but `manager`: who owns a part of it, or the atomic field around it, does too. Those of the
// status are none.
std::vector<FieldOwner> OwnersOf(const LiveObject& object, const FieldPath& path, const std::string& manager);

}  // namespace tune
