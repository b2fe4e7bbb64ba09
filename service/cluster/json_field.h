// Fields of JSON that nobody vouches for: one of another kind is an absent one.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace tune {

using JsonValue = simdjson::dom::element;

// `pointer` is a JSON pointer, "/status/jobStatus/state". Empty: absent.
std::string_view TextAt(JsonValue value, const char* pointer);
std::optional<int64_t> WholeAt(JsonValue value, const char* pointer);
bool FlagAt(JsonValue value, const char* pointer);  // false: absent
std::optional<JsonValue> At(JsonValue value, const char* pointer);
std::optional<simdjson::dom::array> ListAt(JsonValue value, const char* pointer);
std::optional<simdjson::dom::object> MapAt(JsonValue value, const char* pointer);

// Times as Kubernetes writes them, "2025-11-22T03:58:58Z"; and as the operator does, milliseconds since 1970, as a
// number or a text. nullopt: absent, no time, or not of the years 1970 to 9999.
std::optional<absl::Time> TimeAt(JsonValue value, const char* pointer);
std::optional<absl::Time> MillisecondsAt(JsonValue value, const char* pointer);

// At most `most` bytes of it, cut between characters.
std::string Cut(std::string_view text, size_t most);

// On one line: control characters and runs of white space are one space. At most `most` bytes, "…" included.
std::string OneLine(std::string_view text, size_t most);

}  // namespace tune
