// JSON of a test.
#pragma once

#include <gtest/gtest.h>
#include <simdjson.h>

#include <string>

namespace tune {

// Parsed; the element lives as long as this.
class JsonObject {
 public:
  explicit JsonObject(const std::string& text) {
    EXPECT_EQ(parser_.parse(text).get(root_), simdjson::SUCCESS) << text.substr(0, 1000);
  }
  simdjson::dom::element get() const { return root_; }

 private:
  simdjson::dom::parser parser_;
  simdjson::dom::element root_;
};

}  // namespace tune
