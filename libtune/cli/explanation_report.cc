#include "libtune/cli/explanation_report.h"

#include <cstdio>
#include <string>
#include <vector>

#include "libtune/cli/terminal.h"

namespace tune {

void PrintExplanation(const Explanation& explanation) {
  std::printf("%s\n", Paint(Colour::kBold, explanation.summary).c_str());
  for (const std::string& finding : explanation.findings) std::printf("   ! %s\n", finding.c_str());
  const std::vector<ExplanationStep>& steps = explanation.steps;
  for (size_t i = 0; i < steps.size(); ++i) {
    const bool last = i + 1 == steps.size() || steps[i + 1].depth < steps[i].depth;
    std::printf("%s%s %s\n", std::string(static_cast<size_t>(steps[i].depth) * 3, ' ').c_str(), last ? "└─" : "├─",
                steps[i].text.c_str());
  }
  std::printf("\n");
}

}  // namespace tune
