#include "libtune/cli/completion.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libtune/cli/make_app.h"
#include "libtune/codec/policy_text.h"

namespace tune {
namespace {

constexpr char kBash[] = R"(_tune() {
  local words
  read -ra words <<<"${COMP_LINE:0:COMP_POINT}"
  [[ ${COMP_LINE:COMP_POINT-1:1} == [[:space:]] ]] && words+=("")
  mapfile -t COMPREPLY < <("$1" __complete "${words[@]:1}" 2>/dev/null)
}
complete -o default -F _tune tune
)";

constexpr char kZsh[] = R"(#compdef tune
_tune() {
  local -a found
  found=("${(@f)$("$words[1]" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$found[1]" ]]; then
    compadd -- "${found[@]}"
  else
    _files
  fi
}
if [[ "$funcstack[1]" == _tune ]]; then
  _tune "$@"
else
  compdef _tune tune
fi
)";

constexpr char kFish[] = R"(function __tune_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l found ($words[1] __complete $words[2..-1] 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c tune -f -a '(__tune_complete)'
)";

bool TakesValue(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

// What CLI::IsMember shows of its choices: "TEXT:{json,table}".
std::vector<std::string> ChoicesOf(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const size_t from = type.find('{'), to = type.find('}');
  if (from == std::string::npos || to == std::string::npos || to <= from + 1) return {};
  return absl::StrSplit(type.substr(from + 1, to - from - 1), ',');
}

std::vector<std::string> OptionsOf(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back(absl::StrCat("--", name));
  }
  return names;
}

// A command line up to its last word, as far as it goes.
class Line {
 public:
  explicit Line(const std::vector<std::string>& words) : app_(MakeApp(unused_)), command_(app_.get()) {
    for (size_t i = 0; i + 1 < words.size(); ++i) i += Read(words, i);
    if (!words.empty()) current_ = words.back();
  }

  std::vector<std::string> Candidates(const JobNames& jobs) const {
    if (waiting_ != nullptr) return ValuesOf(*waiting_, jobs);
    if (!current_.empty() && current_.front() == '-') return OptionsOf(*command_);
    std::vector<std::string> found;
    for (const CLI::App* sub : command_->get_subcommands([](const CLI::App*) { return true; })) {
      found.push_back(sub->get_name());
    }
    if (const CLI::Option* option = NextPositional()) {
      for (std::string& value : ValuesOf(*option, jobs)) found.push_back(std::move(value));
    }
    return found;
  }

 private:
  // How many words after this one belong to it.
  size_t Read(const std::vector<std::string>& words, size_t at) {
    const std::string& word = words[at];
    if (word.size() < 2 || word.front() != '-') {
      ++plain_words_;
      for (CLI::App* sub : command_->get_subcommands([](const CLI::App*) { return true; })) {
        if (sub->get_name() != word) continue;
        command_ = sub;
        plain_words_ = 0;
      }
      return 0;
    }
    const CLI::Option* option = command_->get_option_no_throw(word);
    if (option == nullptr) return 0;
    const bool takes_value = TakesValue(*option);
    const bool is_whole = !takes_value || at + 2 < words.size();
    if (!is_whole) {
      waiting_ = option;
    } else if (option->get_group() == kConnectionGroup || word == "--session-job") {
      connection_.push_back(word);
      if (takes_value) connection_.push_back(words[at + 1]);
    }
    if (is_whole && (word == "-n" || word == "--namespace")) ns_ = words[at + 1];
    return takes_value ? 1 : 0;
  }

  // What the current word is for; nullptr: nothing more is expected.
  const CLI::Option* NextPositional() const {
    int before = plain_words_;
    for (const CLI::Option* option : command_->get_options()) {
      if (!option->get_positional()) continue;
      if (before < option->get_items_expected_max()) return option;
      before -= option->get_items_expected_max();
    }
    return nullptr;
  }

  std::vector<std::string> ValuesOf(const CLI::Option& option, const JobNames& jobs) const {
    if (option.get_name() == "--policy") return PolicyNames();
    const bool asks_tuned = command_->get_option_no_throw("--server") != nullptr;  // others name jobs of files
    const bool names_one = command_->get_option_no_throw("JOB") != nullptr;        // whose --job is one of a history's
    const bool is_job = option.get_name(/*positional=*/true) == "JOB" || (option.get_name() == "--job" && !names_one);
    return is_job && asks_tuned ? JobsOf(jobs) : ChoicesOf(option);
  }

  // With the words so far that say how tuned is reached, and not for longer than somebody waits for a key.
  std::vector<std::string> JobsOf(const JobNames& jobs) const {
    Arguments arguments;
    const auto app = MakeApp(arguments);
    std::vector<std::string> words = {"get", "-"};
    words.insert(words.end(), connection_.begin(), connection_.end());
    if (!ns_.empty()) words.insert(words.end(), {"--namespace", ns_});
    words.insert(words.end(), {"--timeout", "1"});
    std::reverse(words.begin(), words.end());  // as CLI11 takes them
    try {
      app->parse(std::move(words));
    } catch (const CLI::ParseError&) {
      return {};
    }
    return jobs(arguments);
  }

  Arguments unused_;
  std::unique_ptr<CLI::App> app_;
  CLI::App* command_;
  const CLI::Option* waiting_ = nullptr;  // for its value, which is the last word
  int plain_words_ = 0;                   // of the command: neither options nor their values
  std::vector<std::string> connection_;   // words
  std::string ns_, current_;
};

}  // namespace

std::string CompletionScript(const std::string& shell) {
  if (shell == "zsh") return kZsh;
  return shell == "fish" ? kFish : kBash;
}

std::vector<std::string> Candidates(const std::vector<std::string>& words, const JobNames& jobs) {
  std::vector<std::string> found = Line(words).Candidates(jobs);
  const std::string& current = words.empty() ? "" : words.back();
  std::erase_if(found, [&](const std::string& word) { return !absl::StartsWith(word, current); });
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace tune
