#include "libtune/codec/kube_amount.h"

#include "tune/sizes.h"

namespace tune {

std::optional<int64_t> ParseAmount(const std::string& text, const AmountKind& kind) {
  const auto in_range = [&kind](const auto& parsed) {
    const bool good = parsed.ok() && parsed->value() >= kind.least && parsed->value() <= kind.most;
    return good ? std::optional<int64_t>(parsed->value()) : std::nullopt;
  };
  return kind.thousandths ? in_range(ParseKubernetesCpu("", text)) : in_range(ParseKubernetesBytes("", text));
}

}  // namespace tune
