// A change, until it is over.
#pragma once

#include <functional>

#include "absl/status/statusor.h"
#include "libtune/cli/arguments.h"
#include "service/client/client.h"
#include "tune/v1/changes.pb.h"

namespace tune {

// Asks for it about every second and calls `tell` with each event, those of `change` among them. The change as it is
// when it is over. Where tuned does not answer it is asked again, for as long as that takes, and a warning is printed.
// Errors: Client::Call()'s others; kNotFound: tuned has it no more; kInternal: what it sends is no change.
absl::StatusOr<v1::Change> FollowChange(Client& client, const v1::JobRef& job, const v1::Change& change,
                                        const std::function<void(const v1::ChangeEvent&)>& tell);

// What --wait does, if it is given: prints each event, at the end what became of it, and fills `change` with that. Of
// JSON, which the caller prints then, only where to look meanwhile, to standard error. Errors: FollowChange()'s.
absl::Status WaitIfAsked(const Arguments& arguments, Client& client, const v1::JobRef& job, v1::Change& change);

}  // namespace tune
