// A builder's inside as bytes, and back. Both classes have the same members, so that one walk serves both ways
// (state_fields.h): single records, lists of records, texts, and lists of what holds such.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libtune/window/state_rows.h"
#include "libtune/window/state_words.h"

namespace tune {

// The words of a record that was just made.
template <typename T>
std::vector<uint64_t> FreshWords() {
  std::vector<uint64_t> words;
  WordWriter writer(words);
  const T fresh{};
  Fields(writer, fresh);
  return words;
}

class SaveStream {
 public:
  static constexpr bool kRestores = false;

  explicit SaveStream(std::string& out) : out_(out) {}

  void Count(const char*, size_t count);
  void Text(const char*, const std::string& text);

  template <typename T>
  void Row(const char*, const T& record) {
    RowWriter rows(FreshWords<T>(), out_);
    Add(record, rows);
  }
  template <typename List>
  void Rows(const char* name, const List& list) {
    Count(name, list.size());
    RowWriter rows(FreshWords<typename List::value_type>(), out_);
    for (const auto& record : list) Add(record, rows);
  }
  template <typename List, typename F>
  void Each(const char* name, const List& list, F walk) {
    Count(name, list.size());
    for (const auto& element : list) walk(element);
  }
  template <typename T, typename F>
  void Each(const char* name, const std::map<std::string, T>& map, F walk) {
    Count(name, map.size());
    for (const auto& [key, element] : map) {
      Text(name, key);
      walk(element);
    }
  }
  template <typename F>
  void Times(const char*, size_t count, F walk) {
    for (size_t i = 0; i < count; ++i) walk(i);
  }

 private:
  template <typename T>
  void Add(const T& record, RowWriter& rows) {
    words_.clear();
    WordWriter writer(words_);
    Fields(writer, record);
    rows.Add(words_);
  }

  std::string& out_;
  std::vector<uint64_t> words_;
};

// After the first error nothing more is read: lists end, the rest stays as it was made.
class RestoreStream {
 public:
  static constexpr bool kRestores = true;

  explicit RestoreStream(absl::string_view in) : in_(in) {}

  // A list's length, at most `most`.
  size_t Count(const char* name, size_t most);
  void Text(const char* name, std::string& text);

  template <typename T>
  void Row(const char* name, T& record) {
    RowReader rows(FreshWords<T>(), in_);
    Take(name, -1, rows, record);
    if (!rows.AtEnd()) Refuse(name, "more rows than one", "one");
  }
  template <typename List>
  void Rows(const char* name, List& list) {
    std::vector<uint64_t> fresh = FreshWords<typename List::value_type>();
    const size_t count = Count(name, in_.size() * MostRepeats(fresh.size()));
    RowReader rows(std::move(fresh), in_);
    for (size_t i = 0; i < count && status_.ok(); ++i) Take(name, static_cast<int64_t>(i), rows, list.emplace_back());
    if (!rows.AtEnd()) Refuse(name, "more rows than its length", "as many");
  }
  // Each element takes a byte at least.
  template <typename List, typename F>
  void Each(const char* name, List& list, F walk) {
    const size_t count = Count(name, in_.size());
    for (size_t i = 0; i < count && status_.ok(); ++i) Within(name, i, [&] { walk(list.emplace_back()); });
  }
  template <typename T, typename F>
  void Each(const char* name, std::map<std::string, T>& map, F walk) {
    const size_t count = Count(name, in_.size());
    for (size_t i = 0; i < count && status_.ok(); ++i) {
      std::string key;
      Text(name, key);
      if (!map.empty() && key <= map.rbegin()->first) return Refuse(name, Quoted(key), "keys in rising order");
      T& element = map.emplace_hint(map.end(), std::move(key), T())->second;
      Within(name, i, [&] { walk(element); });
    }
  }

  // walk(index) of a list that is already as long as it has to be.
  template <typename F>
  void Times(const char* name, size_t count, F walk) {
    for (size_t i = 0; i < count && status_.ok(); ++i) Within(name, i, [&] { walk(i); });
  }

  // kInvalidArgument: `name` within what is being read.
  void Refuse(const std::string& name, const std::string& value, const std::string& allowed);
  // Runs `walk` as of element `index` of list `name`.
  template <typename F>
  void Within(const char* name, size_t index, F walk) {
    const size_t before = where_.size();
    absl::StrAppend(&where_, name, "[", index, "].");
    walk();
    where_.resize(before);
  }
  const absl::Status& status() const { return status_; }
  // All that there is was read.
  void ExpectEnd();

 private:
  template <typename T>
  void Take(const char* name, int64_t index, RowReader& rows, T& record) {
    if (!status_.ok()) return;
    const std::vector<uint64_t>* words = rows.Next();
    if (words == nullptr) return Refuse(name, "cut short, or none of a builder's", "what Save() gave");
    WordReader reader(*words);
    Fields(reader, record);
    if (reader.field().empty()) return;
    const std::string at = index < 0 ? std::string(name) : absl::StrCat(name, "[", index, "]");
    Refuse(absl::StrCat(at, ".", reader.field()), reader.value(), reader.allowed());
  }

  absl::string_view in_;
  std::string where_;
  absl::Status status_;
};

}  // namespace tune
