#include "libtune/cli/service_options.h"

namespace tune {
namespace {

constexpr char kExitCodes[] =
    "\nExit codes: 0 done, with --wait: over and in force; 4 refused or not confirmed, nothing was done; 5 done, but "
    "it "
    "did\nnot last (went back, was overtaken, failed); 1 and 2 as of every command. Where nobody answered, tune audit "
    "tells.";

void AddYesAndWait(CLI::App& app, ServiceArguments& s) {
  app.add_flag("--wait", s.wait,
               "Until the change is over, each thing that happens a line; Ctrl-C ends the waiting alone");
  app.add_flag("-y,--yes", s.yes, "Without asking; needed where no terminal is");
}

CLI::Option* AddChange(CLI::App& app, ServiceArguments& s, const std::string& about) {
  return app.add_option("--change", s.change, about)->type_name("N")->check(CLI::PositiveNumber);
}

void AddApply(CLI::App& app, Arguments& a) {
  ServiceArguments& s = a.service;
  CLI::App* apply = AddCommand(app, a, "apply", "Put the plan of a job into force, after showing it",
                               std::string("  tune apply team-a/orders\n"
                                           "  tune apply team-a/orders --wait --yes\n"
                                           "  tune apply team-a/orders --policy careful --dry-run\n"
                                           "  tune apply team-a/orders --waive thin --force") +
                                   kExitCodes);
  AddJob(*apply, s);
  AddPolicy(*apply, s, "By another policy than the one in force");
  apply->add_option("--generation", s.generation, "Only if the spec is still of this metadata.generation")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  CLI::Option* dry_run =
      apply->add_flag("--dry-run", s.dry_run, "Ask the API server whether it would take it; nothing is stored");
  apply->add_flag("--force", s.force, "Take fields that somebody else owns");
  AddList(*apply, "--waive", s.waive, "A kind of refusal that does not matter to you, as tune plan names it", "KIND");
  AddYesAndWait(*apply, s);
  apply->get_option("--wait")->excludes(dry_run);
  AddFormat(*apply, a, {"table", "json"});
  AddConnection(*apply, s);
}

void AddRollback(CLI::App& app, Arguments& a) {
  CLI::App* rollback = AddCommand(app, a, "rollback", "Put the values back that a change replaced, after showing them",
                                  std::string("  tune rollback team-a/orders\n"
                                              "  tune rollback team-a/orders --change 17 --wait --yes") +
                                      kExitCodes);
  AddJob(*rollback, a.service);
  AddChange(*rollback, a.service, "Which change is taken back; else the job's last one that is in force");
  AddYesAndWait(*rollback, a.service);
  AddFormat(*rollback, a, {"table", "json"});
  AddConnection(*rollback, a.service);
}

void AddAudit(CLI::App& app, Arguments& a) {
  ServiceArguments& s = a.service;
  CLI::App* audit =
      AddCommand(app, a, "audit", "What was done to jobs' specs, the latest first: who, why, what became of it",
                 "  tune audit team-a/orders\n"
                 "  tune audit -A --open\n"
                 "  tune audit team-a/orders --change 17        all that is known of it\n"
                 "  tune audit -n team-a --limit 1000 --json");
  CLI::Option* job = audit->add_option("JOB", s.job, "The FlinkDeployment's name, or NAMESPACE/NAME; else all jobs");
  audit->add_flag("--session-job", s.session_job, "It is a FlinkSessionJob")->needs(job);
  AddNamespace(*audit, s);
  audit->add_flag("-A,--all-namespaces", s.all_namespaces, "Of all namespaces that tuned follows")
      ->excludes("-n")
      ->excludes(job);
  audit->add_flag("--open", s.only_open, "Only what is not over");
  AddChange(*audit, s, "This one alone, with all that is known of it");
  audit->add_flag("--details", s.details, "All that is known of each");
  audit->add_option("--limit", s.most_changes, "So many at most")
      ->type_name("N")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000));
  AddFormat(*audit, a, {"table", "json"});
  AddConnection(*audit, s);
}

void AddPauses(CLI::App& app, Arguments& a) {
  CLI::App* pause =
      AddCommand(app, a, "pause", "Stop all writing to jobs' specs at once, going back too; held over restarts",
                 "  tune pause --everyone --reason 'network maintenance until 18:00'\n"
                 "  tune pause -n team-a\n"
                 "  tune pause --job team-a/orders");
  AddScope(*pause, a.service);
  pause->add_option("--reason", a.service.reason, "Why, one line; for those who wonder")->type_name("TEXT");
  CLI::App* resume = AddCommand(app, a, "resume", "End such a pause; what a wider one pauses stays so",
                                "  tune resume --everyone\n"
                                "  tune resume --job team-a/orders");
  AddScope(*resume, a.service);
  for (CLI::App* command : {pause, resume}) {
    AddFormat(*command, a, {"table", "json"});
    AddConnection(*command, a.service);
  }
}

}  // namespace

void AddChangeCommands(CLI::App& app, Arguments& arguments) {
  AddApply(app, arguments);
  AddRollback(app, arguments);
  AddAudit(app, arguments);
  AddPauses(app, arguments);
}

}  // namespace tune
