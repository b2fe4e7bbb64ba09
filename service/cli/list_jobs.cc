#include "service/cli/list_jobs.h"

#include "absl/strings/str_cat.h"

namespace tune {
namespace {

constexpr int kPage = 500;
constexpr int kMostJobs = 1'000'000;  // as many as a server keeps

}  // namespace

absl::StatusOr<v1::ListJobsResponse> ListAllJobs(Client& client, const v1::JobFilter& filter) {
  v1::ListJobsRequest request;
  *request.mutable_filter() = filter;
  request.set_page_size(kPage);
  v1::ListJobsResponse all, page;
  do {
    if (absl::Status status = client.Call(&Client::Stub::ListJobs, request, page); !status.ok()) return status;
    if (all.jobs_size() + page.jobs_size() > kMostJobs ||
        (!page.next_page_token().empty() && page.next_page_token() == request.page_token())) {
      return absl::InternalError(absl::StrCat("the server's list of jobs has no end: ", all.jobs_size(), " so far"));
    }
    request.set_page_token(page.next_page_token());
    all.mutable_jobs()->MergeFrom(page.jobs());
    all.clear_cluster();
    if (page.has_cluster()) *all.mutable_cluster() = page.cluster();
  } while (!request.page_token().empty());
  return all;
}

}  // namespace tune
