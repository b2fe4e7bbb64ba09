// One kind of objects, as the API server has them now: a cache that follows it.
#pragma once

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "service/kube/object_cache.h"
#include "service/kube/reflector.h"

namespace tune {

template <typename Value>
class Informer {
 public:
  using Cache = ObjectCache<Value>;

  // Starts at once. `client` outlives it. `reduce` and `listener` are called from the informer's own thread.
  // kInvalidArgument: options.
  static absl::StatusOr<std::unique_ptr<Informer>> Start(KubeClient& client, ReflectorOptions options,
                                                         typename Cache::Reduce reduce,
                                                         typename Cache::Listener listener = nullptr) {
    std::unique_ptr<Informer> informer(new Informer(std::move(reduce), std::move(listener)));
    auto reflector = Reflector::Start(client, std::move(options), informer->cache_);
    if (!reflector.ok()) return reflector.status();
    informer->reflector_ = *std::move(reflector);
    return informer;
  }

  // Thread-safe, both. Where the server cannot be reached the cache keeps what it knew; state() tells how old that is.
  const Cache& cache() const { return cache_; }
  ReflectorState state() const { return reflector_->state(); }
  bool WaitSynced(absl::Duration timeout) const { return reflector_->WaitSynced(timeout); }

 private:
  Informer(typename Cache::Reduce reduce, typename Cache::Listener listener)
      : cache_(std::move(reduce), std::move(listener)) {}

  Cache cache_;
  std::unique_ptr<Reflector> reflector_;  // goes first
};

}  // namespace tune
