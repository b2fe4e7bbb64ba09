// Pages of windows made by hand, and what is in their data.
#pragma once

#include <simdjson.h>

#include <string>

#include "tests/support/job_window.h"

namespace tune {

std::string Page(const JobWindow& window, const TuningPolicy& policy = PlainPolicy());

// source (1 subtask) -> map (2 subtasks with 60 % and 40 %), bins of a minute, `rate` records/s of 2 ms.
JobWindowMaker TwoOperators(int bins = 10, const std::string& map = "map", double rate = 300);

// The data of a page, read by another JSON library than the one that wrote it.
class PageData {
 public:
  explicit PageData(const std::string& page);
  const std::string& text() const { return text_; }
  simdjson::dom::element job(const std::string& pointer) const { return root_.at_pointer("/" + pointer).value(); }
  simdjson::dom::element op(int v, const std::string& pointer) const {
    return job("operators/" + std::to_string(v) + "/" + pointer);
  }
  std::string Text(int v, const std::string& pointer) const { return std::string(op(v, pointer).get_string().value()); }
  double Number(int v, const std::string& pointer) const { return op(v, pointer).get_double().value(); }
  bool IsNull(int v, const std::string& pointer) const { return op(v, pointer).is_null(); }
  size_t Size(int v, const std::string& pointer) const { return op(v, pointer).get_array().value().size(); }

 private:
  std::string text_;
  simdjson::dom::parser parser_;
  simdjson::dom::element root_;
};

}  // namespace tune
