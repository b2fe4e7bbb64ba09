// What of a change stands in the cluster now, by the object itself.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/kube/client.h"
#include "service/kube/resource.h"
#include "tune/v1/changes.pb.h"

namespace tune {

extern const KubeResource kFlinkDeployments;

enum class FieldsAre {
  kAfter,   // all as the change writes them
  kBefore,  // all as they were
  kOther,   // neither
};

struct FieldLook {
  FieldsAre are = FieldsAre::kOther;
  bool same_object = true;  // false: it was deleted and made anew
  int64_t generation = 0;
  // Of fields that are not as the change writes them: one of those who own them, "argocd-controller". Empty: nobody.
  std::string by;
  // Some field has its value from before, or all have.
  bool put_back = false;
  bool by_libtune = false;  // libtune has applied all of the fields
};

// One request. kNotFound: the object is gone. Others are KubeClient's.
absl::StatusOr<FieldLook> LookAtFields(KubeClient& client, const v1::Change& change, absl::Duration timeout);

}  // namespace tune
