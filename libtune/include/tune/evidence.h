// Evidence: what an answer was computed from, enough to redo it by hand. All of a recommendation's evidence lives
// in one log, so that explaining a job costs two growing arrays and not an allocation for each number.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tune {

// One number. The texts are string literals: they outlive every log.
struct Term {
  const char* name = "";
  double value = 0;
  const char* unit = "";    // "1" for a bare ratio
  const char* source = "";  // "window", "policy", "graph", "spec", "given", or the rule that found it
};

// One step: `rule` turned `inputs` into `result`; `caps` are the limits that were applied on the way.
struct Evidence {
  const char* rule = "";
  int vertex = -1;  // index into the graph's vertices; -1: the job
  std::span<const Term> inputs;
  std::span<const Term> caps;
  Term result;
};

class EvidenceLog {
 public:
  void Reserve(size_t steps, size_t terms);
  // Appends one step. Returns its index.
  int Add(const char* rule, int vertex, std::initializer_list<Term> inputs, Term result,
          std::initializer_list<Term> caps = {});
  // As above, inputs or caps of a length that is known only now.
  int Add(const char* rule, int vertex, std::span<const Term> inputs, Term result, std::span<const Term> caps);

  size_t size() const { return steps_.size(); }
  bool empty() const { return steps_.empty(); }
  // Valid until the next Add().
  Evidence operator[](size_t i) const;

 private:
  struct Step {
    const char* rule;
    int vertex;
    uint32_t first;
    uint16_t inputs;
    uint16_t caps;
    Term result;
  };
  std::vector<Step> steps_;
  std::vector<Term> terms_;
};

}  // namespace tune
