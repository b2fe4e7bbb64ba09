#include "bench/streambed/runs.h"

#include <zlib.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <tuple>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace streambed {
namespace {

constexpr double kTakenFraction = 0.97;  // of the offered rate: measured less, and the job was saturated

absl::StatusOr<std::string> ReadGzip(const std::string& path) {
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) return absl::NotFoundError(absl::StrCat(path, ": cannot be opened"));
  std::string text;
  char block[1 << 16];
  int got = 0;
  while ((got = gzread(file, block, sizeof block)) > 0) text.append(block, got);
  const bool whole = got == 0 && gzclose(file) == Z_OK;
  if (!whole) return absl::DataLossError(absl::StrCat(path, ": broken gzip data"));
  return text;
}

// The file holds some whole numbers as the double that has their 64 bits: 8192 as 4.0474e-320.
int WholeNumber(double value) {
  const bool bits_of_an_integer = value > 0 && value < 1e-300;
  return static_cast<int>(bits_of_an_integer ? static_cast<double>(std::bit_cast<int64_t>(value)) : value);
}

Run ToRun(const nlohmann::json& json) {
  Run run{.query = json.at("query"), .number = json.at("run")};
  run.memory_mib = WholeNumber(json.at("tm_memory_mib"));
  run.slots_per_tm = WholeNumber(json.at("slots_per_tm"));
  run.measured_rate = json.at("measured_sustainable_source_rate_rps");
  std::map<std::string, double> out_ratio;
  for (const auto& op : json.at("operators")) out_ratio[op.at("id")] = op.at("cumulative_output_ratio");
  for (const auto& op : json.at("operators")) {
    const double rate = op.at("true_processing_rate_per_instance");
    if (op.at("inputs").empty()) {
      run.source_rate_shown = rate * op.at("parallelism").get<int>();
      continue;
    }
    Operator to{
        .id = op.at("id"), .name = op.at("name"), .parallelism = op.at("parallelism"), .rate_per_subtask = rate};
    for (const auto& input : op.at("inputs")) {
      to.input_ratio += out_ratio.at(input.at("id"));
      to.hashed = to.hashed || input.at("ship") == "HASH";
    }
    run.operators.push_back(to);
  }
  return run;
}

// The next line without its end, "\n" or "\r\n". False: no more.
bool ReadLine(std::istream& in, std::string& line) {
  if (!std::getline(in, line)) return false;
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return true;
}

struct Row {
  std::string query;
  int memory_mib = 0, slots_per_tm = 0;
  std::string parallelism;
  double offered = 0, measured = 0;
};

absl::StatusOr<Row> ToRow(const std::vector<std::string>& names, const std::string& line, const std::string& where) {
  const std::vector<std::string> cells = absl::StrSplit(line, ',');
  std::map<std::string, std::string> by_name;
  for (size_t i = 0; i < std::min(names.size(), cells.size()); ++i) by_name[names[i]] = cells[i];
  Row row{.query = by_name["query"], .parallelism = by_name["operator_parallelism"]};
  const bool numbers = absl::SimpleAtoi(by_name["tm_memory_mib"], &row.memory_mib) &&
                       absl::SimpleAtoi(by_name["slots_per_tm"], &row.slots_per_tm) && row.slots_per_tm > 0 &&
                       absl::SimpleAtod(by_name["offered_rate_rps"], &row.offered) &&
                       absl::SimpleAtod(by_name["measured_rate_mean_rps"], &row.measured);
  if (!numbers || row.query.empty() || row.parallelism.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(where, " = \"", line,
                                                   "\"; allowed: query, tm_memory_mib, slots_per_tm, "
                                                   "offered_rate_rps, measured_rate_mean_rps, operator_parallelism"));
  }
  return row;
}

}  // namespace

int Run::Subtasks() const {
  return std::accumulate(operators.begin(), operators.end(), 0,
                         [](int n, const Operator& o) { return n + o.parallelism; });
}

int Verification::Subtasks() const { return std::accumulate(parallelism.begin(), parallelism.end(), 0); }

absl::StatusOr<std::vector<Run>> ReadRuns(const std::string& folder) {
  const std::string path = folder + "/streambed-operators.json.gz";
  absl::StatusOr<std::string> text = ReadGzip(path);
  if (!text.ok()) return text.status();
  std::vector<Run> runs;
  try {
    for (const auto& json : nlohmann::json::parse(*text)) runs.push_back(ToRun(json));
  } catch (const std::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat(path, " run ", runs.size(), ": ", error.what()));
  }
  return runs;
}

absl::StatusOr<std::vector<Verification>> ReadVerifications(const std::string& folder) {
  const std::string path = folder + "/streambed-verification.csv";
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": cannot be opened"));
  std::string line;
  ReadLine(file, line);
  const std::vector<std::string> names = absl::StrSplit(line, ',');
  std::map<std::tuple<std::string, int, std::string>, Verification> merged;
  for (int number = 2; ReadLine(file, line); ++number) {
    absl::StatusOr<Row> row = ToRow(names, line, absl::StrCat(path, " line ", number));
    if (!row.ok()) return row.status();
    Verification& to = merged[{row->query, row->memory_mib, row->parallelism}];
    to.large = row->query.find("-large") != std::string::npos;
    to.query = row->query.substr(0, row->query.find('-'));
    to.memory_mib = row->memory_mib;
    to.slots_per_tm = row->slots_per_tm;
    to.measured_rate = std::max(to.measured_rate, row->measured);
    to.saturated = to.saturated || row->measured < kTakenFraction * row->offered;
    to.parallelism.clear();
    for (const auto part : absl::StrSplit(row->parallelism, '|')) {
      if (!absl::SimpleAtoi(part, &to.parallelism.emplace_back())) {
        return absl::InvalidArgumentError(absl::StrCat(path, " line ", number, ": operator_parallelism = \"",
                                                       row->parallelism, "\"; allowed: whole numbers between |"));
      }
    }
  }
  std::vector<Verification> all;
  for (const auto& entry : merged) all.push_back(entry.second);
  return all;
}

}  // namespace streambed
