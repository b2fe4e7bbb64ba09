// A request's idempotency key, with what tells it from another request under the same one.
#pragma once

#include "libtune/codec/wire.h"
#include "service/digest.h"
#include "service/store/records.h"

namespace tune {

template <typename Request>
IdempotencyKey KeyOf(const Request& request) {
  return {request.idempotency_key(), DigestOf(SerializeDeterministic(request))};
}

}  // namespace tune
