#include "service/cli/list_decisions.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace tune {
namespace {

constexpr int kPage = 500;
constexpr int kMostPages = 10'000;  // of which some may be empty

}  // namespace

absl::StatusOr<v1::ListDecisionsResponse> ListDecisions(Client& client, v1::ListDecisionsRequest request, int most) {
  v1::ListDecisionsResponse all, page;
  for (int pages = 1;; ++pages) {
    request.set_page_size(std::min(kPage, most - all.changes_size()));
    if (absl::Status status = client.Call(&Client::Stub::ListDecisions, request, page); !status.ok()) return status;
    const bool goes_on = !page.next_page_token().empty();
    if (page.changes_size() > request.page_size() || pages > kMostPages ||
        (goes_on && page.next_page_token() == request.page_token())) {
      return absl::InternalError(
          absl::StrCat("the server's list of changes has no end: ", all.changes_size(), " so far"));
    }
    request.set_page_token(page.next_page_token());
    all.mutable_changes()->MergeFrom(page.changes());
    *all.mutable_pauses() = page.pauses();
    all.set_next_page_token(page.next_page_token());
    if (!goes_on || all.changes_size() >= most) return all;
  }
}

}  // namespace tune
