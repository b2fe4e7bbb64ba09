// What the user asked for. The one place that knows the command line.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace tune {

// Exit codes of `tune`, shown by `tune --help`.
constexpr int kExitOk = 0;
constexpr int kExitFailed = 1;    // a file could not be written, or a bug
constexpr int kExitBadInput = 2;  // arguments, history, policy or spec: nothing was written
constexpr int kExitWrong = 3;     // `tune score` found an answer that misses the truth

enum class OutputFormat { kTable, kJson, kYaml };

struct Arguments {
  std::string command;  // recommend, explain, inspect, memory, cost, gc, plot, score, convert, completion
  std::vector<std::string> histories;
  std::string policy = "balanced";        // name or file
  std::vector<std::string> sets;          // FIELD=VALUE
  std::vector<std::string> source_rates;  // SOURCE=RATE
  std::string spec;                       // file; empty: none
  std::vector<std::string> limits;        // files
  std::string graph;                      // file; empty: from the history
  std::vector<std::string> gc_logs;       // [ID=]PATH
  std::vector<std::string> jobs;          // names or ids; empty: the only one; several: of a session cluster
  std::string history_format;             // empty: told from the file
  OutputFormat format = OutputFormat::kTable;
  std::string out;                           // file; empty: none, or standard output
  std::string vertex;                        // explain: only this one
  std::string shell;                         // completion: bash or zsh
  std::string flink_version;                 // memory; empty: the spec's, else 1.20
  bool job_manager = false;                  // memory: of the JobManager
  std::map<std::string, std::string> wants;  // memory: "heap" -> size
  bool verbose = false;
  bool all = false;       // gc: every full collection, not the last ones alone
  int last = 10;          // gc: how many of them, >= 0
  double warm_up_s = 60;  // gc: what happens so soon after a JVM's start is its start-up, >= 0
};

// Fills `arguments`. Returns -1 to go on, else the exit code (help was shown, or the arguments are wrong).
int ParseArguments(int argc, char** argv, Arguments& arguments);

// The completion script of the program for "bash" or "zsh".
std::string CompletionScript(const std::string& shell);

}  // namespace tune
