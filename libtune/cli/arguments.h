// What the user asked for. The one place that knows the command line.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "libtune/cli/service_arguments.h"

namespace tune {

// Exit codes of `tune`, shown by `tune --help`.
constexpr int kExitOk = 0;
constexpr int kExitFailed = 1;    // a file could not be written, tuned did not answer, or a bug
constexpr int kExitBadInput = 2;  // arguments, history, policy or spec: nothing was written
constexpr int kExitWrong = 3;     // `tune score` found an answer that misses the truth
constexpr int kExitRefused = 4;   // apply, rollback: nothing was done, as tuned or the person who was asked said no
constexpr int kExitNotKept = 5;   // apply, rollback: it was done, and is over without being in force

// What the completion scripts call; in no help.
constexpr char kCompleteCommand[] = "__complete";

enum class OutputFormat { kTable, kJson, kYaml, kName };

struct Arguments {
  std::string command;  // recommend, explain, inspect, memory, cost, gc, plot, score, convert, completion; and of
                        // those that ask tuned: jobs, watch, get, plan, apply, rollback, audit, pause, resume,
                        // policy, quota, push
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
  std::string shell;                         // completion: bash, zsh or fish
  std::string flink_version;                 // memory; empty: the spec's, else 1.20
  bool job_manager = false;                  // memory: of the JobManager
  std::map<std::string, std::string> wants;  // memory: "heap" -> size
  bool verbose = false;
  bool all = false;       // gc: every full collection, not the last ones alone
  int last = 10;          // gc: how many of them, >= 0
  double warm_up_s = 60;  // gc: what happens so soon after a JVM's start is its start-up, >= 0
  ServiceArguments service;
  std::vector<std::string> words;  // kCompleteCommand: what stands behind `tune` up to the cursor
};

// Fills `arguments`. Returns -1 to go on, else the exit code (help was shown, or the arguments are wrong).
int ParseArguments(int argc, char** argv, Arguments& arguments);

}  // namespace tune
