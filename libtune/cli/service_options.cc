#include "libtune/cli/service_options.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libtune/codec/policy_text.h"

namespace tune {

void AddConnection(CLI::App& app, ServiceArguments& s) {
  const auto add = [&app](const std::string& name, auto& value, const std::string& about, const std::string& type) {
    return app.add_option(name, value, about)->type_name(type)->group(kConnectionGroup);
  };
  add("--server", s.server, "Where tuned listens: host:port, [host]:port or unix:path", "ADDRESS")
      ->envname("TUNE_SERVER")
      ->capture_default_str();
  app.add_flag("--tls", s.tls,
               "TLS, with the authorities that the system trusts; --ca, --cert and\n--tls-server-name imply it")
      ->group(kConnectionGroup);
  add("--ca", s.ca, "Who signed the server's certificate, PEM", "FILE");
  CLI::Option* certificate = add("--cert", s.certificate, "The caller's certificate, PEM", "FILE");
  CLI::Option* key = add("--key", s.key, "Its key, PEM", "FILE");
  certificate->needs(key);
  key->needs(certificate);
  add("--tls-server-name", s.tls_server_name, "The name in the server's certificate, where --server has another",
      "NAME");
  CLI::Option* file =
      add("--token-file", s.token_file, "The caller's bearer token; instead: the environment's TUNE_TOKEN", "FILE");
  add("--token", s.token, "The same on the command line, where others on this machine may see it", "TOKEN")
      ->excludes(file);
  add("--kubeconfig", s.kubeconfig,
      "Whose user's token or client certificate is shown, and whose context's namespace is\nthe usual one", "FILE");
  add("--context", s.context, "Of the kubeconfig; its current one without it", "NAME");
  add("--timeout", s.timeout_s, "Seconds that an answer may take", "S")
      ->capture_default_str()
      ->check(CLI::Range(0.001, 86400.0));
}

void AddNamespace(CLI::App& app, ServiceArguments& s) {
  app.add_option("-n,--namespace", s.ns, "Else that of the kubeconfig's context, else default")->type_name("NAMESPACE");
}

void AddJob(CLI::App& app, ServiceArguments& s) {
  app.add_option("JOB", s.job, "The FlinkDeployment's name, or NAMESPACE/NAME")->required();
  app.add_flag("--session-job", s.session_job, "It is a FlinkSessionJob");
  AddNamespace(app, s);
}

void AddFormat(CLI::App& app, Arguments& a, const std::vector<std::string>& names) {
  static const std::map<std::string, OutputFormat> formats = {{"table", OutputFormat::kTable},
                                                              {"json", OutputFormat::kJson},
                                                              {"yaml", OutputFormat::kYaml},
                                                              {"name", OutputFormat::kName}};
  CLI::Option* format =
      app.add_option_function<std::string>(
             "-o,--format", [&a](const std::string& name) { a.format = formats.at(name); }, "How to print")
          ->check(CLI::IsMember(names))
          ->default_str("table");
  app.add_flag_callback(
         "--json", [&a] { a.format = OutputFormat::kJson; }, "The same as --format json")
      ->excludes(format);
}

void AddPolicy(CLI::App& app, ServiceArguments& s, const std::string& about) {
  app.add_option("--policy", s.policy,
                 absl::StrCat(about, ": one of ", absl::StrJoin(PolicyNames(), ", "), ", or a text proto file"))
      ->type_name("NAME|FILE");
  AddList(app, "--set", s.sets, "FIELD=VALUE over it, or over balanced, as target_busy_fraction=0.7", "FIELD=VALUE");
}

void AddScope(CLI::App& app, ServiceArguments& s) {
  CLI::Option* job = app.add_option("--job", s.job, "For this job: its name, or NAMESPACE/NAME")->type_name("JOB");
  app.add_flag("--session-job", s.session_job, "It is a FlinkSessionJob")->needs(job);
  app.add_option("-n,--namespace", s.ns, "For all jobs of it; with --job, where that is")->type_name("NAMESPACE");
  app.add_flag("--everyone", s.everyone, "For all jobs")->excludes(job)->excludes("-n");
}

}  // namespace tune
