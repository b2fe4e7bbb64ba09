// libtune's memory model beside Flink's own code of every version: every component, every verdict, to the byte.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <ostream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/memory/any_configuration.h"
#include "tests/memory/flink.h"
#include "tune/sizes.h"

namespace tune {
namespace {

constexpr int kQuestions = 20'000;
constexpr char kNoFlink[] = "no Maven, JDK 17 or registry here: Flink's own code cannot be asked";

struct FlinkRelease {
  const char *name, *version;
};
void PrintTo(const FlinkRelease& release, std::ostream* out) { *out << release.version; }

class FlinkMemory : public testing::TestWithParam<FlinkRelease> {
 protected:
  FlinkVersion Version() const { return *ParseFlinkVersion("version", GetParam().version); }
};

struct Verdicts {
  size_t task_managers = 0, job_managers = 0, invalid = 0;
};

TEST_P(FlinkMemory, ComputesTheSameBytesAndRefusesTheSame) {
  std::mt19937_64 random(20251);
  std::vector<Question> questions(kQuestions);
  std::vector<std::string> lines;
  for (Question& question : questions) {
    question = AnyQuestion(random);
    lines.push_back(LineOf(question));
  }
  const auto answers = AskFlink(GetParam().version, lines);
  if (!answers) GTEST_SKIP() << kNoFlink;
  Verdicts verdicts;
  size_t wrong = 0;
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::string ours = AnswerOf(Version(), questions[i]);
    if (absl::StartsWith(ours, "invalid "))
      ++verdicts.invalid;
    else
      ++(questions[i].task_manager ? verdicts.task_managers : verdicts.job_managers);
    if (!SameAnswer(ours, (*answers)[i]) && ++wrong <= 10) {
      ADD_FAILURE() << lines[i] << "\n  libtune: " << ours << "\n  Flink:   " << (*answers)[i];
    }
  }
  EXPECT_EQ(wrong, 0u);
  // The comparison is worth what it covers.
  EXPECT_GT(verdicts.task_managers, 2000u);
  EXPECT_GT(verdicts.job_managers, 1500u);
  EXPECT_GT(verdicts.invalid, 4000u);
  RecordProperty("valid_task_managers", static_cast<int>(verdicts.task_managers));
  RecordProperty("valid_job_managers", static_cast<int>(verdicts.job_managers));
  RecordProperty("invalid", static_cast<int>(verdicts.invalid));
}

// The configuration that a plan makes of another.
template <typename Plan>
Question Planned(Question question, const Plan& plan) {
  const std::string prefix = question.task_manager ? "taskmanager.memory." : "jobmanager.memory.";
  for (const auto& [key, value] : plan.set) question.configuration[key] = value;
  question.configuration[prefix + "process.size"] = FormatFlinkSize(plan.process_size);
  return question;
}

TEST_P(FlinkMemory, GivesWhatAPlanSaysItGives) {
  std::mt19937_64 random(777);
  std::vector<std::string> asked, expected;
  while (asked.size() < kQuestions / 4) {
    const Question question = AnyQuestion(random);
    const auto add = [&](const auto& options, const auto& wish) {
      if (!options.ok()) return;
      const auto plan = PlanMemory(*options, wish);
      if (!plan.ok()) return;
      asked.push_back(LineOf(Planned(question, *plan)));
      expected.push_back(LineOf(plan->memory));
    };
    if (question.task_manager) {
      add(ReadTaskManagerMemory(Version(), question.configuration, "", question.legacy), AnyTaskManagerWish(random));
    } else {
      add(ReadJobManagerMemory(Version(), question.configuration, "", question.legacy), AnyJobManagerWish(random));
    }
  }
  const auto answers = AskFlink(GetParam().version, asked);
  if (!answers) GTEST_SKIP() << kNoFlink;
  size_t wrong = 0;
  for (size_t i = 0; i < asked.size(); ++i) {
    if (expected[i] != (*answers)[i] && ++wrong <= 10) {
      ADD_FAILURE() << asked[i] << "\n  planned: " << expected[i] << "\n  Flink:   " << (*answers)[i];
    }
  }
  EXPECT_EQ(wrong, 0u);
}

INSTANTIATE_TEST_SUITE_P(Flink, FlinkMemory,
                         testing::Values(FlinkRelease{"V1_17", "1.17.2"}, FlinkRelease{"V1_18", "1.18.1"},
                                         FlinkRelease{"V1_19", "1.19.1"}, FlinkRelease{"V1_20", "1.20.5"},
                                         FlinkRelease{"V2_0", "2.0.0"}, FlinkRelease{"V2_1", "2.1.0"},
                                         FlinkRelease{"V2_2", "2.2.0"}, FlinkRelease{"V2_3", "2.3.0"}),
                         [](const auto& release) { return std::string(release.param.name); });

std::string AnyResourceMemory(std::mt19937_64& random) {
  static const std::vector<std::string> numbers = {
      "1", "2048", "2.5", "2.", ".5", "1.0", "+3", "-3", "", "0", "12345678901234567890", "007"};
  static const std::vector<std::string> units = {
      "",    "b",     "k",  "K",   "Ki", "ki", "m",  "M",  "Mi", "mi",   "MI",  "MiB", "g",   "G",
      "Gi",  "gi",    "GB", "t",   "Ti", "P",  "Pi", "E",  "Ei", "e3",   "E9",  "e15", "E16", "e-3",
      "E+6", "e1000", "K3", "M3i", "n",  "u",  "I",  "iB", "x",  "E3.5", "Mi2", "e",   "i"};
  std::uniform_int_distribution<size_t> number(0, numbers.size() - 1), unit(0, units.size() - 1), space(0, 9);
  static const std::vector<std::string> spaces = {" ", "\t", "\n "};
  const auto gap = [&] {
    const size_t s = space(random);
    return s < spaces.size() ? spaces[s] : std::string();
  };
  std::string text = gap() + numbers[number(random)];
  text += gap() + units[unit(random)];
  return text + gap();
}

TEST(FlinkOperator, ReadsTheSameSizeOfResourceMemory) {
  std::mt19937_64 random(5);
  std::vector<std::string> texts, lines;
  for (int i = 0; i < 5000; ++i) {
    texts.push_back(AnyResourceMemory(random));
    lines.push_back(LineOf({"operator", texts.back()}));
  }
  const auto answers = AskFlink("operator", lines);
  if (!answers) GTEST_SKIP() << kNoFlink;
  for (size_t i = 0; i < texts.size(); ++i) {
    const auto size = ParseDeploymentMemory("memory", texts[i]);
    const std::string ours =
        size.ok() ? absl::StrCat(size->value()) : absl::StrCat("invalid ", std::string(size.status().message()));
    EXPECT_TRUE(SameAnswer(ours, (*answers)[i]))
        << lines[i] << "\n  libtune: " << ours << "\n  operator: " << (*answers)[i];
  }
}

TEST(FlinkKubernetes, AsksForTheSameContainer) {
  std::mt19937_64 random(6);
  std::uniform_int_distribution<int64_t> bytes(1, int64_t{64} << 30), milli(1, 32'000);
  std::uniform_real_distribution<double> factor(1, 3);
  std::vector<std::string> lines, expected;
  for (int i = 0; i < 3000; ++i) {
    const Bytes size(bytes(random));
    const MilliCores cpu(milli(random));
    const double memory_factor = std::round(factor(random) * 100) / 100,
                 cpu_factor = std::round(factor(random) * 100) / 100;
    const auto made = ContainerOf(size, cpu, memory_factor, cpu_factor);
    ASSERT_TRUE(made.ok()) << made.status();
    lines.push_back(LineOf({"container", absl::StrCat(size.value()), absl::StrCat(memory_factor),
                            FormatDeploymentCpu(cpu), absl::StrCat(cpu_factor)}));
    expected.push_back(absl::StrCat(made->memory_request.value() >> 20, "\t", made->memory_limit.value() >> 20, "\t",
                                    made->cpu_request.value(), "\t", made->cpu_limit.value()));
  }
  const auto answers = AskFlink("operator", lines);
  if (!answers) GTEST_SKIP() << kNoFlink;
  for (size_t i = 0; i < lines.size(); ++i) EXPECT_EQ(expected[i], (*answers)[i]) << lines[i];
}

}  // namespace
}  // namespace tune
