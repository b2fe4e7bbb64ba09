// Where a job's web UI is. Both are data that somebody wrote into the cluster: an address is given only where it is
// http or https, a host of letters, digits, dots and hyphens, a port, and a path of letters, digits and "._~/-".
#pragma once

#include <string>

namespace tune {

// Of `spec.ingress.template`, with {{name}} and {{namespace}} filled in, in any case, as the operator does:
// "{{name}}.example.com", "flink.example.com/{{namespace}}/{{name}}(/|$)(.*)". What a pattern of paths begins with is
// the address. Empty: none, or one without a host, which the ingress' own is not known of.
std::string IngressUrl(const std::string& url_template, bool tls, const std::string& ns, const std::string& name);

// Of the REST service, within the cluster: "http://NAME-rest.NS:8081". `port` is rest.port as written; empty: 8081.
// Empty: names or port that cannot be.
std::string RestUrl(const std::string& ns, const std::string& name, const std::string& port, bool tls);

}  // namespace tune
