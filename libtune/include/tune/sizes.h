// Sizes as text. Flink and Kubernetes write them alike and mean different things: `2048m` is 2048 MiB to Flink and two
// and a bit bytes to Kubernetes, where `m` is a thousandth; `2g` is 2 GiB to Flink, `2G` is 2 * 10^9 to Kubernetes.
//
// Every parser takes the field's name first and names it in its error, kInvalidArgument: `field = "2 gallons"; allowed:
// …`. No text crashes one.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "tune/units.h"

namespace tune {

// Flink's sizes: a whole number, white space around and behind it, and a unit in any case: none, b, bytes; k, kb,
// kibibytes; m, mb, mebibytes; g, gb, gibibytes; t, tb, tebibytes, each 1024 of the one before. Below 2^63 bytes.
absl::StatusOr<Bytes> ParseFlinkSize(const std::string& field, const std::string& text);

// With the largest unit that leaves a whole number: "1536m", "3g", "1000b". `size` >= 0.
std::string FormatFlinkSize(Bytes size);

// Kubernetes quantities as bytes, parts of a byte rounded up as Kubernetes does: [+-]digits[.digits] and Ki, Mi, Gi,
// Ti, Pi, Ei (1024s), k, M, G, T, P, E (1000s), m, u, n (thousandths …) or e3, E3 (a power of ten). In [0, 2^63).
absl::StatusOr<Bytes> ParseKubernetesBytes(const std::string& field, const std::string& text);

// With the largest of Ki, Mi, Gi, Ti that leaves a whole number: "1536Mi", "1000". `size` >= 0.
std::string FormatKubernetesBytes(Bytes size);

// The same grammar as cores, parts of a millicore rounded up: "500m", "1.5", "2". In [0, 2^63) millicores.
absl::StatusOr<MilliCores> ParseKubernetesCpu(const std::string& field, const std::string& text);

// "1500m", "2". `cpu` >= 0.
std::string FormatKubernetesCpu(MilliCores cpu);

// `resource.cpu` of a FlinkDeployment is a number of cores, not a quantity: "0.5", "2", "1e-1". In (0, 10^9]; parts of
// a millicore are rounded up.
absl::StatusOr<MilliCores> ParseDeploymentCpu(const std::string& field, const std::string& text);

// "0.5", "2", "1.25".
std::string FormatDeploymentCpu(MilliCores cpu);

// `resource.memory` of a FlinkDeployment, as the operator makes `*.memory.process.size` of it: a size of Flink's
// ("2048m", "2g", "2 GB" are powers of 1024) where it is one; else, white space and a B at its end left out, case
// ignored, a whole number of Kubernetes' Ki, Mi, Gi, Ti, Pi, P or of a power of ten ("2Gi", "2e9"). Of "1.5Gi" the
// operator makes the text 1610612736.0, which Flink does not read: refused here too. (From 10^16 on it is the other way
// round, "1.0e16" is taken and "1e16" is not.) Source: FlinkConfigBuilder of flink-kubernetes-operator 1.7.0.
absl::StatusOr<Bytes> ParseDeploymentMemory(const std::string& field, const std::string& text);

// "1536m", "3g": what all of Flink, operator and ParseDeploymentMemory() take for the same size. `size` >= 0.
std::string FormatDeploymentMemory(Bytes size);

}  // namespace tune
