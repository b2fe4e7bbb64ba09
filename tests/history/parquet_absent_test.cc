// A build without Parquet.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "libtune/history/parquet.h"

namespace tune {
namespace {

TEST(ParquetTest, SaysHowToBuildWithIt) {
  const auto reader = MakeParquetReader("runs/history.parquet", {});
  EXPECT_TRUE(absl::IsUnimplemented(reader.status()));
  EXPECT_THAT(std::string(reader.status().message()), testing::AllOf(testing::HasSubstr("runs/history.parquet"),
                                                                     testing::HasSubstr("-DLIBTUNE_WITH_PARQUET=ON")));
}

}  // namespace
}  // namespace tune
