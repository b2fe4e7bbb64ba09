// One JSON document -> simdjson's DOM, with errors that name the field.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tune {

class JsonParser {
 public:
  // Valid until the next Parse(). Bare NaN, Infinity and -Infinity, as Python writes them, are read as null.
  // kInvalidArgument: no JSON, nested too deeply, a number that no double or 64-bit integer holds.
  absl::StatusOr<simdjson::dom::element> Parse(std::string_view text);

 private:
  simdjson::dom::parser parser_;
};

// `path` = VALUE; allowed: `allowed`. VALUE is cut short when it is long.
absl::Status WrongField(const std::string& path, simdjson::dom::element value, const std::string& allowed);

// The value of a key; nullopt: no such key, or null.
std::optional<simdjson::dom::element> Field(simdjson::dom::object object, std::string_view key);

// The text of a key's value; nullopt: no such key, null, or no text.
std::optional<std::string> TextField(simdjson::dom::object object, std::string_view key);

// A number, or a text that is one; NaN and infinities too. nullopt: neither.
std::optional<double> NumberOf(simdjson::dom::element value);

// The number of a key's value where it is finite and >= 0; nullopt: anything else, or no such key.
std::optional<double> AmountField(simdjson::dom::object object, std::string_view key);

// True: null, or Flink's or a recorder's way to say that there is no answer, {"error": …} or {"errors": …}.
bool IsMissing(simdjson::dom::element value);

// A whole number in [low, high] under `key`; nullopt: no such key or null. kInvalidArgument: something else.
absl::StatusOr<std::optional<int64_t>> IntegerField(simdjson::dom::object object, const std::string& path,
                                                    std::string_view key, int64_t low, int64_t high);

}  // namespace tune
