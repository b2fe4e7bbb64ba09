#!/bin/sh
# Has Flink itself compute memory: run.sh VERSION QUESTIONS ANSWERS, the files as in Oracle.java. VERSION is one of Flink,
# as 1.20.5, or "operator" for its Kubernetes operator. Exits 3 when Maven or JDK 17 is missing or it cannot be built.
set -eu

version=$1
here=$(cd "$(dirname "$0")" && pwd)
cache=$(cd "$here/../../.." && pwd)/.cache/flink-memory/$version
bin=${JAVA_HOME:+$JAVA_HOME/bin/}
case $version in
  operator) flags="-Poperator -Dflink.version=1.17.1" ;;
  1.20.* | 2.*) flags="-Pcore-api -Dflink.version=$version" ;;
  *) flags="-Dflink.version=$version" ;;
esac

missing() {
  echo "run.sh: $1; needs Maven and JDK 17 or later (Debian: apt-get install maven openjdk-17-jdk-headless)" >&2
  exit 3
}
command -v mvn >/dev/null || missing "no mvn on the PATH"
command -v "${bin}javac" >/dev/null || missing "no ${bin}javac"
major=$("${bin}javac" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p')
[ "${major:-0}" -ge 17 ] || missing "javac is version ${major:-unknown}"

# Asks the registry only for what the local repository lacks.
build() {
  mkdir -p "$cache"
  for offline in -o ""; do
    # shellcheck disable=SC2086  # an empty word must vanish
    if mvn -q -B $offline $flags -f "$here/pom.xml" "-Doracle.directory=$cache" compile >"$cache/build.log" 2>&1; then
      touch "$cache/built"
      return
    fi
  done
  cat "$cache/build.log" >&2
  echo "run.sh: Flink $version cannot be had" >&2
  exit 3
}

# Whether the last build still serves: nothing edited since, no jar of its class path gone.
built() {
  [ -e "$cache/built" ] && [ -z "$(find "$here/pom.xml" "$here/src" -newer "$cache/built")" ] || return 1
  tr : '\n' <"$cache/classpath" | while read -r jar; do [ -e "$jar" ] || exit 1; done
}
built || build
exec "${bin}java" -Xmx512m -XX:TieredStopAtLevel=1 -Dfile.encoding=UTF-8 \
  -cp "$cache/classes:$(cat "$cache/classpath")" tune.memory.Oracle "$2" "$3"
