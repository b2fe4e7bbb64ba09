#include "libtune/cli/arguments.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libtune/cli/make_app.h"
#include "libtune/cli/terminal.h"
#include "libtune/codec/policy_text.h"
#include "libtune/internal/path.h"

namespace tune {
namespace {

constexpr char kAbout[] =
    "tune reads what a Flink job's metrics recorded and says, operator by operator, how many subtasks it needs, what "
    "no\n"
    "resource can help, and why.";

constexpr char kFooter[] =
    "Examples:\n"
    "  tune recommend datasets/skew35-800-p2 --source-rate datagen=800\n"
    "  tune explain   datasets/kafka900-p2 --vertex enrich\n"
    "  tune plot      datasets/kafka-catchup-1to4 --out catchup.html\n"
    "  tune recommend metrics.json --graph plan.json --spec deployment.yaml --out patch.yaml\n"
    "  tune plan      team-a/orders --kubeconfig ~/.kube/config\n"
    "  tune apply     team-a/orders --wait\n"
    "Exit codes: 0 answered; 1 failed (file, tuned, bug); 2 bad input, nothing written; 3 score found a wrong answer;\n"
    "4 apply, rollback: refused or not confirmed, nothing was done; 5 the same: done, but it did not last.";

void AddPolicy(CLI::App& app, Arguments& a) {
  app.add_option("--policy", a.policy,
                 absl::StrCat("One of ", absl::StrJoin(PolicyNames(), ", "), ", or a text proto file"))
      ->capture_default_str();
  AddList(app, "--set", a.sets, "FIELD=VALUE over the policy, as target_busy_fraction=0.7 or catch_up_time=10m",
          "FIELD=VALUE");
  AddSourceRates(app, a);
  app.add_option("--spec", a.spec, "The job's FlinkDeployment YAML: facts are read from it, the patch is made for it");
}

void AddLimits(CLI::App& app, Arguments& a) {
  AddList(app, "--limits", a.limits,
          "What the cluster allows, as `kubectl get resourcequota,limitrange,nodes -o yaml` prints it. A quota\n"
          "gets back what the spec's own pods take of it",
          "FILE");
}

void AddFormat(CLI::App& app, Arguments& a) {
  static const std::map<std::string, OutputFormat> formats = {
      {"table", OutputFormat::kTable}, {"json", OutputFormat::kJson}, {"yaml", OutputFormat::kYaml}};
  app.add_option_function<std::string>(
         "--format", [&a](const std::string& name) { a.format = formats.at(name); }, "How to print")
      ->check(CLI::IsMember({"table", "json", "yaml"}))
      ->default_str("table");
}

void AddMemory(CLI::App& app, Arguments& a) {
  app.add_option("--spec", a.spec, "A FlinkDeployment's YAML, whose options and resources are read");
  AddList(app, "--set", a.sets, "A Flink option KEY=VALUE, over the spec's", "KEY=VALUE");
  app.add_option("--flink-version", a.flink_version, "As 1.20; the spec's, else 1.20")->type_name("VERSION");
  app.add_flag("--jobmanager", a.job_manager, "Of the JobManager; else of a TaskManager");
  static const std::vector<std::pair<std::string, std::string>> wants = {
      {"heap", "At least this -Xmx; the process size and options that give it are the answer"},
      {"task-heap", "Instead: at least this for tasks, the framework's heap beside it"},
      {"managed", "Exactly this managed memory"},
      {"network", "At least this network memory"},
      {"off-heap", "Exactly this off-heap memory of tasks, or of the JobManager"},
      {"metaspace", "Exactly this metaspace"},
      {"overhead", "At least this JVM overhead"}};
  for (const auto& [name, about] : wants) {
    app.add_option_function<std::string>(
           absl::StrCat("--want-", name), [&a, name = name](const std::string& size) { a.wants[name] = size; }, about)
        ->type_name("SIZE");
  }
  AddFormat(app, a);
}

void AddGc(CLI::App& app, Arguments& a) {
  CLI::App* gc =
      AddCommand(app, a, "gc", "What a JVM's garbage collection log tells: pauses, rates, the old generation",
                 "  tune gc gc.log\n"
                 "  tune gc logs/            a folder with the parts of a rotated log; .gz and .zip too\n"
                 "  tune gc gc.log.gz --warm-up 120 --all\n"
                 "  kubectl exec POD -- cat gc.log | tune gc - --json");
  gc->add_option("LOG", a.histories, "Files of one log, in any order; a folder of them; - for standard input")
      ->required();
  gc->add_option("--warm-up", a.warm_up_s, "Seconds after a JVM's start that count as start-up")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1e9));
  gc->add_option("--last", a.last, "How many of the full collections to list, from the end")
      ->capture_default_str()
      ->check(CLI::Range(0, 1000000));
  gc->add_flag("--all", a.all, "List every full collection");
  gc->add_flag_callback("--json", [&a] { a.format = OutputFormat::kJson; }, "One JSON document");
}

void AddCommands(CLI::App& app, Arguments& a) {
  CLI::App* recommend =
      AddCommand(app, a, "recommend", "How many subtasks each operator needs, and why",
                 "  tune recommend datasets/uniform900-p2 --source-rate datagen=900\n"
                 "  tune recommend rest.jsonl.gz --policy careful --set target_busy_fraction=0.7 --format json\n"
                 "  tune recommend rest.jsonl.gz --spec deployment.yaml --out patch.yaml\n"
                 "  kubectl get resourcequota,limitrange,nodes -o yaml > limits.yaml\n"
                 "  tune recommend rest.jsonl.gz --spec deployment.yaml --limits limits.yaml");
  AddHistory(*recommend, a);
  AddPolicy(*recommend, a);
  AddLimits(*recommend, a);
  AddFormat(*recommend, a);
  recommend->add_option("--out", a.out, "Write the spec's patch to this file (needs --spec)");

  CLI::App* explain = AddCommand(app, a, "explain", "The evidence behind every number, as a tree",
                                 "  tune explain datasets/skew35-800-p2 --source-rate datagen=800 --vertex enrich");
  AddHistory(*explain, a);
  AddPolicy(*explain, a);
  AddLimits(*explain, a);
  explain->add_option("--vertex", a.vertex, "Only this operator: its id or name");

  CLI::App* inspect = AddCommand(app, a, "inspect", "What a history holds, what is missing, and what that costs",
                                 "  tune inspect metrics.json --graph plan.json");
  AddHistory(*inspect, a);

  CLI::App* memory = AddCommand(app, a, "memory", "Flink's memory of a process: from options, or to what is wanted",
                                "  tune memory --set taskmanager.memory.process.size=4g\n"
                                "  tune memory --spec deployment.yaml --jobmanager --format json\n"
                                "  tune memory --spec deployment.yaml --want-heap 3g --want-managed 1g");
  AddMemory(*memory, a);

  CLI::App* cost =
      AddCommand(app, a, "cost", "What a spec's pods cost, and what the recommended ones would",
                 "  tune cost --spec deployment.yaml\n"
                 "  tune cost --spec deployment.yaml --set price_per_core=30 --set price_per_gib=4\n"
                 "  tune cost --spec deployment.yaml rest.jsonl.gz --format json\n"
                 "In CU, 1/4 core and 2 GiB of request each, of which a pod takes as many as the larger of "
                 "both asks for.\n"
                 "Without a history the job's slots are its job.parallelism.");
  AddHistory(*cost, a, /*required=*/false);
  AddPolicy(*cost, a);
  AddLimits(*cost, a);
  cost->get_option("--spec")->required();
  AddFormat(*cost, a);

  CLI::App* plot = AddCommand(app, a, "plot", "Rate, need and capacity of each operator as a page to look at",
                              "  tune plot datasets/kafka-catchup-1to4 --out catchup.html");
  AddHistory(*plot, a);
  AddPolicy(*plot, a);
  plot->add_option("--out", a.out, "The HTML file to write")->required();

  CLI::App* score =
      AddCommand(app, a, "score", "Recommendations against the truth that experiments found",
                 "  tune score datasets\n  tune score recordings/uniform900-p2 --set target_busy_fraction=1");
  score->add_option("DATASET", a.histories, "Dataset or recording folders with their truth, or a folder of such")
      ->required();
  score->add_option("--policy", a.policy, "As for recommend")->capture_default_str();
  AddList(*score, "--set", a.sets, "FIELD=VALUE over the policy", "FIELD=VALUE");
  AddFormat(*score, a);
  score->add_flag("--verbose", a.verbose, "Each case's findings too");

  CLI::App* convert = AddCommand(app, a, "convert", "Any history as a dataset in libtune's compact CSV format",
                                 "  tune convert recordings/uniform900-p2 --out datasets/uniform900-p2");
  AddHistory(*convert, a);
  convert->add_option("--out", a.out, "The folder to make")->required();

  AddGc(app, a);

  CLI::App* completion = AddCommand(app, a, "completion", "The completion script of a shell",
                                    "  source <(tune completion bash)\n"
                                    "  tune completion zsh > ~/.zfunc/_tune\n"
                                    "  tune completion fish > ~/.config/fish/completions/tune.fish");
  completion->add_option("SHELL", a.shell, "Whose")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
}

}  // namespace

CLI::App* AddCommand(CLI::App& app, Arguments& a, const std::string& name, const std::string& about,
                     const std::string& examples) {
  CLI::App* command = app.add_subcommand(name, about);
  command->footer(absl::StrCat("Examples:\n", examples));
  command->callback([&a, name] { a.command = name; });
  return command;
}

CLI::Option* AddList(CLI::App& app, const std::string& name, std::vector<std::string>& values, const std::string& about,
                     const std::string& type) {
  return app.add_option(name, values, about)->type_name(type)->expected(1)->take_all();
}

void AddHistory(CLI::App& app, Arguments& a, bool required) {
  app.add_option(
         "HISTORY", a.histories,
         "Recorded metrics: a recording or dataset folder, rest.jsonl, Prometheus text or query_range JSON, CSV,\n"
         "Parquet; .gz too. Several are read one after the other, oldest first")
      ->required(required);
  app.add_option("--graph", a.graph, "Flink's plan JSON (GET /jobs/ID/plan) where the history holds no plan");
  AddList(app, "--job", a.jobs,
          "Name or id of the job where the history holds several; given again and again, those of a session\n"
          "cluster, whose TaskManagers are then sized for all of them",
          "JOB");
  AddList(app, "--gc-log", a.gc_logs,
          "GC log of a TaskManager (its id before the =; jobmanager for that one); those of a folder are found",
          "[ID=]PATH");
  app.add_option("--history-format", a.history_format, "Instead of telling it from the file")
      ->check(CLI::IsMember({"flink-rest", "prometheus-text", "prometheus-json", "csv", "parquet"}));
}

void AddSourceRates(CLI::App& app, Arguments& a) {
  AddList(app, "--source-rate", a.source_rates, "Records/s a source is meant to run at, where its metrics can't tell",
          "SOURCE=RATE");
}

std::unique_ptr<CLI::App> MakeApp(Arguments& a) {
  auto app = std::make_unique<CLI::App>(kAbout, "tune");
  app->footer(kFooter);
  app->require_subcommand(1);
  app->set_version_flag("--version", LIBTUNE_VERSION);
  AddCommands(*app, a);
  AddServiceCommands(*app, a);
  return app;
}

namespace {

// Who lists this machine's processes shall not see it for longer than it takes to come here.
void HideToken(int argc, char** argv) {
  constexpr char kToken[] = "--token", kWithValue[] = "--token=";
  for (int i = 1; i < argc; ++i) {
    char* value = nullptr;
    if (std::strcmp(argv[i], kToken) == 0) value = argv[i + 1];  // nullptr behind the last one
    if (std::strncmp(argv[i], kWithValue, sizeof(kWithValue) - 1) == 0) value = argv[i] + sizeof(kWithValue) - 1;
    if (value != nullptr) std::memset(value, '*', std::strlen(value));
  }
}

}  // namespace

int ParseArguments(int argc, char** argv, Arguments& arguments) {
  if (argc > 1 && std::strcmp(argv[1], kCompleteCommand) == 0) {
    arguments.command = kCompleteCommand;
    arguments.words.assign(argv + 2, argv + argc);
    return -1;
  }
  const auto app = MakeApp(arguments);
  std::vector<std::string> names;
  for (const CLI::App* command : app->get_subcommands({})) names.push_back(command->get_name());
  if (argc > 1 && argv[1][0] != '-' && std::find(names.begin(), names.end(), argv[1]) == names.end()) {
    PrintError(absl::StrCat("no command ", Quoted(argv[1]), "; there are: ", absl::StrJoin(names, ", ")));
    return kExitBadInput;
  }
  int exit_code = -1;
  try {
    app->parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    exit_code = app->exit(e) == 0 ? kExitOk : kExitBadInput;
  }
  HideToken(argc, argv);
  return exit_code;
}

}  // namespace tune
