// A call of the store, as if it waited. Not from the store's own thread.
#pragma once

#include <future>
#include <memory>
#include <utility>

namespace tune {

// `call(done)`, and what done was given.
template <typename Result, typename Call>
Result WaitFor(const Call& call) {
  const auto promise = std::make_shared<std::promise<Result>>();
  call([promise](Result result) { promise->set_value(std::move(result)); });
  return promise->get_future().get();
}

}  // namespace tune
