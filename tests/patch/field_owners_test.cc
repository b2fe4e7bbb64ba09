// Who owns what, by managedFields.
#include "service/patch/field_owners.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tune {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

LiveObject Object(const std::string& managed_fields) {
  const std::string text =
      R"({"metadata":{"uid":"u","resourceVersion":"7","generation":3,"managedFields":)" + managed_fields + "}}";
  const absl::StatusOr<LiveObject> object = ReadLiveObject(text);
  EXPECT_TRUE(object.ok()) << object.status();
  return *object;
}

constexpr char kThree[] = R"([
  {"manager":"kubectl-create","operation":"Update","time":"2026-11-22T08:00:00Z","fieldsV1":
    {"f:spec":{".":{},"f:job":{".":{},"f:parallelism":{},"f:jarURI":{}},"f:podTemplate":{}}}},
  {"manager":"libtune","operation":"Apply","fieldsV1":
    {"f:metadata":{"f:annotations":{"f:tune.dev/last":{}}},
     "f:spec":{"f:flinkConfiguration":{"f:taskmanager.numberOfTaskSlots":{}},"f:job":{"f:parallelism":{}}}}},
  {"manager":"operator","operation":"Update","subresource":"status","fieldsV1":{"f:spec":{"f:job":{}},"f:status":{}}}
])";

std::vector<std::string> Managers(const std::vector<FieldOwner>& owners) {
  std::vector<std::string> names;
  for (const FieldOwner& owner : owners) names.push_back(owner.manager);
  return names;
}

TEST(FieldOwners, AppliedAreLeavesOfApplyAlone) {
  EXPECT_THAT(AppliedBy(Object(kThree), "libtune"),
              ElementsAre(FieldPath{"metadata", "annotations", "tune.dev/last"},
                          FieldPath{"spec", "flinkConfiguration", "taskmanager.numberOfTaskSlots"},
                          FieldPath{"spec", "job", "parallelism"}));
  EXPECT_THAT(AppliedBy(Object(kThree), "kubectl-create"), IsEmpty()) << "it wrote the object, and applied nothing";
}

TEST(FieldOwners, OwnersOfAFieldOwnItOrWhatIsAroundIt) {
  const LiveObject object = Object(kThree);
  EXPECT_THAT(Managers(OwnersOf(object, {"spec", "job", "parallelism"}, "libtune")), ElementsAre("kubectl-create"));
  EXPECT_THAT(Managers(OwnersOf(object, {"spec", "job", "parallelism"}, "kubectl-create")), ElementsAre("libtune"));
  EXPECT_THAT(Managers(OwnersOf(object, {"spec", "podTemplate", "spec"}, "libtune")), ElementsAre("kubectl-create"))
      << "it is atomic";
  EXPECT_THAT(OwnersOf(object, {"spec", "job", "state"}, "libtune"), IsEmpty());
  const std::vector<FieldOwner> owners = OwnersOf(object, {"spec", "job", "jarURI"}, "libtune");
  ASSERT_EQ(owners.size(), 1u);
  EXPECT_FALSE(owners[0].by_apply);
  EXPECT_EQ(owners[0].time, "2026-11-22T08:00:00Z");
}

TEST(FieldOwners, OfDamagedListsAreThoseThatCanBeRead) {
  for (const char* list : {"null", "7", "[]", "[7]", "[{}]", R"([{"fieldsV1":7}])", R"([{"manager":7,"fieldsV1":{}}])",
                           R"([{"manager":"libtune","operation":"Apply","fieldsV1":{"k:{}":{},"v:1":{},".":{}}}])"}) {
    EXPECT_THAT(AppliedBy(Object(list), "libtune"), IsEmpty()) << list;
    EXPECT_THAT(OwnersOf(Object(list), {"spec", "job"}, "libtune"), IsEmpty()) << list;
  }
}

TEST(LiveObject, NeedsItsMetadata) {
  for (const char* text : {"", "[]", "{", "{}", R"({"metadata":7})", R"({"metadata":{"uid":"u","generation":1}})",
                           R"({"metadata":{"uid":"u","resourceVersion":"1","generation":"1"}})"}) {
    EXPECT_EQ(ReadLiveObject(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

}  // namespace
}  // namespace tune
