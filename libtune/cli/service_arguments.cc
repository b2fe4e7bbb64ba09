#include "libtune/cli/service_arguments.h"

#include <string>

#include "libtune/cli/make_app.h"
#include "libtune/cli/service_options.h"

namespace tune {
namespace {

void AddFilter(CLI::App& app, ServiceArguments& s) {
  AddNamespace(app, s);
  app.add_flag("-A,--all-namespaces", s.all_namespaces, "Of all namespaces that tuned follows")->excludes("-n");
  AddList(app, "--phase", s.phases, "Only jobs in this phase; several: in any of them", "PHASE")
      ->check(CLI::IsMember({"created", "starting", "running", "upgrading", "rolling-back", "restarting",
                             "job-manager-missing", "suspended", "failed", "canceled", "finished", "deleting"}));
  AddList(app, "--action", s.actions, "Only jobs of which this was decided last", "ACTION")
      ->check(CLI::IsMember({"hold", "raise", "lower", "person"}));
  app.add_option("--name", s.name_part, "Only jobs whose name has this in it")->type_name("PART");
}

void AddLists(CLI::App& app, Arguments& a) {
  CLI::App* jobs = AddCommand(app, a, "jobs", "The jobs that a running tuned knows, and what it decided of them",
                              "  tune jobs\n"
                              "  tune jobs -A --action raise --action person\n"
                              "  tune jobs --kubeconfig ~/.kube/config --context test --phase failed --json\n"
                              "  tune jobs --server tuned.flink:7070 --ca ca.crt --token-file token");
  AddFilter(*jobs, a.service);
  AddFormat(*jobs, a, {"table", "json", "name"});
  AddConnection(*jobs, a.service);

  CLI::App* watch = AddCommand(app, a, "watch", "The same, and then each job that changes; until Ctrl-C",
                               "  tune watch -n team-a\n"
                               "  tune watch -A --json | jq -c 'select(.kind == \"JOB_EVENT_KIND_JOB\") | .job'");
  AddFilter(*watch, a.service);
  AddFormat(*watch, a, {"table", "json"});
  AddConnection(*watch, a.service);
}

void AddOneJob(CLI::App& app, Arguments& a) {
  ServiceArguments& s = a.service;
  CLI::App* get = AddCommand(app, a, "get", "A job as tuned knows it: its status, and what it needs and why",
                             "  tune get orders -n team-a\n"
                             "  tune get team-a/orders --explain --vertex enrich\n"
                             "  tune get team-a/orders --policy thrifty --set target_busy_fraction=0.9");
  AddJob(*get, s);
  AddPolicy(*get, s, "What would be, by another policy; nothing is stored");
  CLI::Option* explain = get->add_flag("--explain,--evidence", s.explain,
                                       "The evidence behind every number, as a tree; with --json every step");
  get->add_option("--vertex", a.vertex, "Only this operator's evidence: its id or name")->needs(explain);
  AddFormat(*get, a, {"table", "json"});
  AddConnection(*get, s);

  CLI::App* plan = AddCommand(app, a, "plan", "The change of a job's spec that tuned recommends; nothing is applied",
                              "  tune plan team-a/orders\n"
                              "  tune plan team-a/orders -o yaml > patch.yaml\n"
                              "  kubectl patch flinkdeployment orders -n team-a --type merge --patch-file patch.yaml\n"
                              "  tune plan team-a/orders --spec deployment.yaml --set max_parallelism=8");
  AddJob(*plan, s);
  AddPolicy(*plan, s, "By another policy than the one in force");
  plan->add_option("--spec", a.spec, "The FlinkDeployment's YAML to change, instead of the spec in the cluster")
      ->type_name("FILE");
  AddFormat(*plan, a, {"table", "yaml", "json"});
  AddConnection(*plan, s);
}

CLI::App* AddVerb(CLI::App& policy, Arguments& a, const std::string& verb, const std::string& about) {
  CLI::App* command = policy.add_subcommand(verb, about);
  command->callback([&a, verb] { a.service.verb = verb; });
  AddScope(*command, a.service);
  return command;
}

void AddRevision(CLI::App& app, ServiceArguments& s) {
  app.add_option("--if-revision", s.if_revision, "Only if this is the revision now; 0: only if there is none")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber);
}

void AddPolicyCommand(CLI::App& app, Arguments& a) {
  const std::string examples =
      "Examples:\n"
      "  tune policy get --job team-a/orders          which is in force for it, and whose\n"
      "  tune policy put -n team-a --policy careful --set max_parallelism=32\n"
      "  tune policy put --everyone --policy our.textproto --if-revision 3\n"
      "  tune policy remove --job team-a/orders";
  CLI::App* policy =
      AddCommand(app, a, "policy", "The policies that tuned decides by: a job's, a namespace's, everyone's",
                 examples.substr(sizeof("Examples:\n") - 1));
  policy->require_subcommand(1);
  CLI::App* get = AddVerb(*policy, a, "get", "The policy in force, and where it comes from");
  CLI::App* put = AddVerb(*policy, a, "put", "Put a policy; it is in force at once");
  AddPolicy(*put, a.service, "Whole: what it does not say is as in balanced");
  AddRevision(*put, a.service);
  CLI::App* remove = AddVerb(*policy, a, "remove", "Take away what was put; the wider scope's is in force again");
  AddRevision(*remove, a.service);
  for (CLI::App* command : {get, put, remove}) {
    command->footer(examples);
    AddFormat(*command, a, {"table", "json"});
    AddConnection(*command, a.service);
  }
}

void AddQuota(CLI::App& app, Arguments& a) {
  CLI::App* quota = AddCommand(app, a, "quota", "What a namespace allows, and what its jobs take and will take of it",
                               "  tune quota team-a\n  tune quota team-a --json");
  quota->add_option("NAMESPACE", a.service.ns, "Else that of the kubeconfig's context, else default");
  AddFormat(*quota, a, {"table", "json"});
  AddConnection(*quota, a.service);
}

void AddPush(CLI::App& app, Arguments& a) {
  CLI::App* push = AddCommand(app, a, "push", "A recorded history's samples to a running tuned, as a scheduler would",
                              "  tune push orders datasets/kafka900-p2 -n team-a\n"
                              "  tune push team-a/orders rest.jsonl.gz --until-now\n"
                              "What was pushed before is not counted again, so that one which broke off is repeated.");
  AddJob(*push, a.service);
  AddHistory(*push, a);
  AddSourceRates(*push, a);
  push->add_option("--spec", a.spec, "The FlinkDeployment's YAML, where tuned follows no cluster")->type_name("FILE");
  push->add_flag("--until-now", a.service.until_now, "All times moved, so that the last sample is of this moment");
  AddFormat(*push, a, {"table", "json"});
  AddConnection(*push, a.service);
}

}  // namespace

void AddServiceCommands(CLI::App& app, Arguments& arguments) {
  AddLists(app, arguments);
  AddOneJob(app, arguments);
  AddChangeCommands(app, arguments);
  AddPolicyCommand(app, arguments);
  AddQuota(app, arguments);
  AddPush(app, arguments);
  for (const char* name :
       {"jobs", "watch", "get", "plan", "apply", "rollback", "audit", "pause", "resume", "policy", "quota", "push"}) {
    app.get_subcommand(name)->group("Subcommands that ask a running tuned");
  }
}

}  // namespace tune
