#!/bin/sh
# Times one decision of flink-autoscaler 1.10.0. Prints one JSON line for each case, see README.md.
#   run.sh              the cases 20 x 90 and 20 x 360
#   run.sh ARGUMENT...  one run of PeerBench with these arguments
# Exits 3 when Maven or JDK 17 is missing or the peer cannot be built.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=$(cd "$here/../.." && pwd)/.cache/peer
bin=${JAVA_HOME:+$JAVA_HOME/bin/}

missing() {
  echo "run.sh: $1; needs Maven and JDK 17 or later (Debian: apt-get install maven openjdk-17-jdk-headless)" >&2
  exit 3
}
command -v mvn >/dev/null || missing "no mvn on the PATH"
command -v "${bin}java" >/dev/null || missing "no ${bin}java"
command -v "${bin}javac" >/dev/null || missing "no ${bin}javac (a JRE alone does not do)"
major=$("${bin}javac" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p')
[ "${major:-0}" -ge 17 ] || missing "javac is version ${major:-unknown}"

# Asks the registry only for what the local repository lacks.
build() {
  mkdir -p "$cache"
  for offline in -o ""; do
    # shellcheck disable=SC2086  # an empty word must vanish
    if mvn -q -B $offline -f "$here/pom.xml" "-Dpeer.directory=$cache" compile >"$cache/build.log" 2>&1; then
      touch "$cache/built"
      return
    fi
  done
  cat "$cache/build.log" >&2
  echo "run.sh: the peer cannot be built" >&2
  exit 3
}

# Whether the last build still serves: nothing edited since, no jar of its class path gone.
built() {
  [ -e "$cache/built" ] && [ -z "$(find "$here/pom.xml" "$here/src" -newer "$cache/built")" ] || return 1
  tr : '\n' <"$cache/classpath" | while read -r jar; do [ -e "$jar" ] || exit 1; done
}
built || build

# A heap of one size, so that its growth is not timed.
peer() {
  "${bin}java" -Xms1g -Xmx1g -cp "$cache/classes:$(cat "$cache/classpath")" tune.bench.peer.PeerBench "$@"
}
if [ $# -gt 0 ]; then
  peer "$@"
else
  peer 20 90
  peer 20 360
fi
