#include "libtune/codec/patch_text.h"

#include "gmock/gmock.h"
#include "libtune/codec/yaml_tree.h"
#include "tests/codec/builders.h"

namespace tune {
namespace {

SpecPatch Patch(std::vector<SpecChange> changes) {
  SpecPatch patch;
  patch.api_version = "flink.apache.org/v1beta1";
  patch.kind = "FlinkDeployment";
  patch.name = "orders";
  patch.ns = "prod";
  patch.changes = std::move(changes);
  return patch;
}

const SpecChange kOverrides = {
    {"spec", "flinkConfiguration", "pipeline.jobvertex-parallelism-overrides"}, "", "a:2,b:4", false, "busy"};
const SpecChange kParallelism = {{"spec", "job", "parallelism"}, "2", "4", true, "busy"};

std::string ErrorOf(const SpecPatch& patch) { return std::string(PatchToYaml(patch).status().message()); }

TEST(PatchTextTest, YamlHoldsOnlyWhatChanges) {
  EXPECT_EQ(*PatchToYaml(Patch({kOverrides, kParallelism})),
            "apiVersion: \"flink.apache.org/v1beta1\"\n"
            "kind: \"FlinkDeployment\"\n"
            "metadata:\n"
            "  name: \"orders\"\n"
            "  namespace: \"prod\"\n"
            "spec:\n"
            "  flinkConfiguration:\n"
            "    \"pipeline.jobvertex-parallelism-overrides\": \"a:2,b:4\"\n"
            "  job:\n"
            "    parallelism: 4\n");
}

TEST(PatchTextTest, JsonHoldsTheSame) {
  EXPECT_EQ(*PatchToJson(Patch({kOverrides, kParallelism}), JsonStyle::kCompact),
            R"({"apiVersion":"flink.apache.org/v1beta1","kind":"FlinkDeployment",)"
            R"("metadata":{"name":"orders","namespace":"prod"},)"
            R"("spec":{"flinkConfiguration":{"pipeline.jobvertex-parallelism-overrides":"a:2,b:4"},)"
            R"("job":{"parallelism":4}}})");
}

TEST(PatchTextTest, AValueThatGoesIsNull) {
  EXPECT_THAT(*PatchToYaml(Patch({{{"spec", "x"}, "1", "", false, ""}})), testing::EndsWith("spec:\n  \"x\": ~\n"));
  EXPECT_THAT(*PatchToJson(Patch({{{"spec", "x"}, "1", "", false, ""}}), JsonStyle::kCompact),
              testing::EndsWith(R"("spec":{"x":null}})"));
}

TEST(PatchTextTest, NumbersAreWrittenAsTheyAre) {
  EXPECT_THAT(*PatchToYaml(Patch({{{"spec", "cpu"}, "", "0.1", true, ""}})), testing::EndsWith("cpu: 0.1\n"));
  EXPECT_THAT(*PatchToYaml(Patch({{{"spec", "cpu"}, "", "32768", true, ""}})), testing::EndsWith("cpu: 32768\n"));
}

TEST(PatchTextTest, APatchWithoutNamespaceHasNone) {
  SpecPatch patch = Patch({});
  patch.ns = "";
  EXPECT_EQ(*PatchToYaml(patch),
            "apiVersion: \"flink.apache.org/v1beta1\"\nkind: \"FlinkDeployment\"\nmetadata:\n  name: \"orders\"\n");
}

TEST(PatchTextTest, RefusesWhatIsNoObject) {
  EXPECT_EQ(ErrorOf(SpecPatch()),
            "api_version = \"\"; allowed: a text that is not empty\nkind = \"\"; allowed: a text that is not empty\n"
            "name = \"\"; allowed: a text that is not empty");
  EXPECT_EQ(ErrorOf(Patch({{{}, "", "1", false, ""}})), "changes[0].path = []; allowed: at least one part");
  EXPECT_EQ(ErrorOf(Patch({{{"spec", ""}, "", "1", false, ""}})),
            "changes[0].path = an empty part; allowed: texts that are not empty");
  EXPECT_EQ(ErrorOf(Patch({kParallelism, kParallelism})),
            "changes[1].path = given twice, or a part of another change; allowed: each field once");
  EXPECT_EQ(ErrorOf(Patch({kParallelism, {{"spec", "job"}, "", "1", false, ""}})),
            "changes[1].path = given twice, or a part of another change; allowed: each field once");
  EXPECT_EQ(ErrorOf(Patch({{{"metadata", "name"}, "", "1", false, ""}})),
            "changes[0].path = given twice, or a part of another change; allowed: each field once");
  EXPECT_EQ(ErrorOf(Patch({{{"spec", "cpu"}, "", "two", true, ""}})), "changes[0].after = \"two\"; allowed: a number");
  EXPECT_EQ(ErrorOf(Patch({{{"spec", "cpu"}, "", "inf", true, ""}})), "changes[0].after = \"inf\"; allowed: a number");
}

RC_GTEST_PROP(PatchTextProperty, AnyTextComesBackFromYamlAsItWas, ()) {
  const auto text = rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::oneOf(
      rc::gen::element<char>('\n', '"', '\'', '\\', ':', '#', '-', ' ', '\t', '%', '@', '!', '&', '*', '{', ']', '~'),
      rc::gen::inRange<char>(' ', 127))));
  const std::string key = *text, value = *text;
  const auto yaml = PatchToYaml(Patch({{{"spec", key}, "", value, false, ""}}));
  RC_ASSERT(yaml.ok());
  const auto tree = ParseYaml(*yaml, "patch");
  // The reader refuses merge keys, also in quotes.
  RC_PRE(key != "<<");
  if (!tree.ok()) RC_FAIL(std::string(tree.status().message()));
  const YamlNode* spec = tree->Find(tree->nodes[static_cast<size_t>(tree->root)], "spec");
  RC_ASSERT(spec != nullptr);
  const YamlNode* field = tree->Find(*spec, key);
  RC_ASSERT(field != nullptr);
  RC_ASSERT(field->scalar == value);
  RC_ASSERT(field->quoted);
}

}  // namespace
}  // namespace tune
