#include "tune/evidence.h"

namespace tune {

void EvidenceLog::Reserve(size_t steps, size_t terms) {
  steps_.reserve(steps);
  terms_.reserve(terms);
}

int EvidenceLog::Add(const char* rule, int vertex, std::initializer_list<Term> inputs, Term result,
                     std::initializer_list<Term> caps) {
  return Add(rule, vertex, std::span<const Term>(inputs.begin(), inputs.size()), result,
             std::span<const Term>(caps.begin(), caps.size()));
}

int EvidenceLog::Add(const char* rule, int vertex, std::span<const Term> inputs, Term result,
                     std::span<const Term> caps) {
  const auto first = static_cast<uint32_t>(terms_.size());
  terms_.insert(terms_.end(), inputs.begin(), inputs.end());
  terms_.insert(terms_.end(), caps.begin(), caps.end());
  steps_.push_back(
      {rule, vertex, first, static_cast<uint16_t>(inputs.size()), static_cast<uint16_t>(caps.size()), result});
  return static_cast<int>(steps_.size()) - 1;
}

Evidence EvidenceLog::operator[](size_t i) const {
  const Step& step = steps_[i];
  const std::span<const Term> terms = std::span<const Term>(terms_).subspan(step.first);
  return {step.rule, step.vertex, terms.first(step.inputs), terms.subspan(step.inputs, step.caps), step.result};
}

}  // namespace tune
