#include "service/kube/watch_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "absl/strings/str_cat.h"

namespace tune {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Seen {
  std::vector<std::string> events;
  WatchStream::Sink Sink() {
    return [this](WatchEvent event, simdjson::dom::element object) {
      std::string_view name;
      EXPECT_EQ(object["n"].get(name), simdjson::SUCCESS);
      events.push_back(absl::StrCat(static_cast<int>(event), " ", std::string(name)));
      return absl::OkStatus();
    };
  }
};

std::string Line(const char* type, const char* name) {
  return absl::StrCat(R"({"type":")", type, R"(","object":{"n":")", name, "\"}}\n");
}

std::string MessageOf(const absl::Status& status) { return std::string(status.message()); }

TEST(WatchStream, ReadsTheSameEventsHoweverTheBytesAreCut) {
  const std::string text = Line("ADDED", "a") + Line("MODIFIED", "ü") + Line("DELETED", "a") + Line("BOOKMARK", "b");
  for (size_t step = 1; step <= text.size(); ++step) {
    WatchStream stream("GET /x");
    Seen seen;
    for (size_t i = 0; i < text.size(); i += step) {
      ASSERT_TRUE(stream.Feed(text.substr(i, step), seen.Sink()).ok());
    }
    EXPECT_TRUE(stream.End().ok());
    EXPECT_THAT(seen.events, ElementsAre("0 a", "1 ü", "2 a", "3 b")) << step;
  }
}

TEST(WatchStream, AnErrorEventIsTheErrorThatItHolds) {
  WatchStream stream("GET /x");
  Seen seen;
  const absl::Status status = stream.Feed(
      R"json({"type":"ERROR","object":{"kind":"Status","message":"too old: 1 (2)","reason":"Expired","code":410}})json"
      "\n",
      seen.Sink());
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(status.message(), "GET /x: 410 Expired: too old: 1 (2)");
}

TEST(WatchStream, NamesTheLineThatIsNoEvent) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"<html>\n", "<html>"},
      {"\n", "line 2"},
      {"[]\n", "type = absent"},
      {"{\"type\":1,\"object\":{}}\n", "type = absent"},
      {"{\"type\":\"ADDED\"}\n", "object = absent"},
      {"{\"type\":\"ADDED\",\"object\":[]}\n", "object = absent"},
      {"{\"type\":\"GONE\",\"object\":{}}\n", "type = \"GONE\"; allowed: ADDED, MODIFIED, DELETED, BOOKMARK and ERROR"},
      {std::string("{\"type\":\"ADDED\",\"object\":{\"n\":\"\xff\"}}\n"), "line 2"},
      {std::string(5000, '[') + "\n", "line 2"},
  };
  for (const auto& [line, message] : cases) {
    WatchStream stream("GET /x");
    Seen seen;
    const absl::Status status = stream.Feed(Line("ADDED", "a") + line + Line("ADDED", "b"), seen.Sink());
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << line;
    EXPECT_THAT(MessageOf(status), HasSubstr("line 2 of the watch"));
    EXPECT_THAT(MessageOf(status), HasSubstr(message));
    EXPECT_LT(status.message().size(), 400) << "what others wrote is cut";
    EXPECT_THAT(seen.events, ElementsAre("0 a"));
    EXPECT_EQ(stream.Feed(Line("ADDED", "c"), seen.Sink()), status) << "the first error stays";
  }
}

TEST(WatchStream, HalfALineAtTheEndIsAnError) {
  WatchStream stream("GET /x");
  Seen seen;
  const std::string line = Line("ADDED", "a");
  ASSERT_TRUE(stream.Feed(line + line.substr(0, 10), seen.Sink()).ok());
  EXPECT_EQ(stream.End().message(), "GET /x: line 2 of the watch: broken off");
}

TEST(WatchStream, ALineMayBeAsLongAsTheLimitAndNoLonger) {
  const std::string line = Line("ADDED", "a");
  for (const size_t step : {size_t{1}, size_t{7}, line.size()}) {
    for (const bool fits : {true, false}) {
      WatchStream stream("GET /x", line.size() - (fits ? 1 : 2));  // the newline does not count
      Seen seen;
      absl::Status status;
      for (size_t i = 0; i < line.size(); i += step) status.Update(stream.Feed(line.substr(i, step), seen.Sink()));
      EXPECT_EQ(status.ok(), fits) << status;
    }
  }
}

TEST(WatchStream, TheSinksErrorEndsTheStream) {
  WatchStream stream("GET /x");
  int calls = 0;
  const absl::Status status =
      stream.Feed(Line("ADDED", "a") + Line("ADDED", "b"), [&calls](WatchEvent, simdjson::dom::element) {
        ++calls;
        return absl::InternalError("no");
      });
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace tune
