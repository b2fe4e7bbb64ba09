#include "service/client/address.h"

#include <gtest/gtest.h>

namespace tune {
namespace {

struct Good {
  const char* text;
  const char* target;
  bool is_local;
};
struct GoodAddress : testing::TestWithParam<Good> {};
TEST_P(GoodAddress, IsTakenAsItIs) {
  const absl::StatusOr<ServerAddress> address = ParseServerAddress(GetParam().text);
  ASSERT_TRUE(address.ok()) << address.status();
  EXPECT_EQ(address->target, GetParam().target);
  EXPECT_EQ(address->is_local, GetParam().is_local);
}
INSTANTIATE_TEST_SUITE_P(Address, GoodAddress,
                         testing::Values(Good{"127.0.0.1:7070", "dns:///127.0.0.1:7070", true},
                                         Good{"127.255.0.9:1", "dns:///127.255.0.9:1", true},
                                         Good{"localhost:65535", "dns:///localhost:65535", true},
                                         Good{"[::1]:7070", "dns:///[::1]:7070", true},
                                         Good{"[0:0:0:0:0:0:0:1]:7070", "dns:///[0:0:0:0:0:0:0:1]:7070", true},
                                         Good{"unix:/run/tuned.sock", "unix:/run/tuned.sock", true},
                                         Good{"tuned.flink.svc:7070", "dns:///tuned.flink.svc:7070", false},
                                         Good{"10.0.0.1:7070", "dns:///10.0.0.1:7070", false},
                                         Good{"[fe80::1]:7070", "dns:///[fe80::1]:7070", false},
                                         Good{"127.0.0.1.example.com:7070", "dns:///127.0.0.1.example.com:7070", false},
                                         Good{"localhost.example.com:7070", "dns:///localhost.example.com:7070",
                                              false}));

struct BadAddress : testing::TestWithParam<const char*> {};
TEST_P(BadAddress, IsRefused) {
  const absl::StatusOr<ServerAddress> address = ParseServerAddress(GetParam());
  EXPECT_EQ(address.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(std::string(address.status().message()).find("--server = "), std::string::npos);
}
INSTANTIATE_TEST_SUITE_P(Address, BadAddress,
                         testing::Values("", ":", "tuned", "tuned:", ":7070", "tuned:0", "tuned:65536", "tuned:70a",
                                         "unix:", "https://tuned:7070", "xds:///tuned:7070", "dns:///tuned:7070",
                                         "::1:7070", "[::1]", "[tuned]:7070", "tuned/x:7070", "a b:7070",
                                         "user@tuned:7070", "127.0.0.1:7070\n"));

}  // namespace
}  // namespace tune
