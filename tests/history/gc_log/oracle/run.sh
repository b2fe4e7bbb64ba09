#!/bin/sh
# Prints what gctoolkit reads in GC logs: run.sh LOG...; see src/tune/oracle/Oracle.java.
# Exits 3 when Maven or JDK 17 is missing or the program cannot be built.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=$(cd "$here/../../../.." && pwd)/.cache/gc_log_oracle
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
    if mvn -q -B $offline -f "$here/pom.xml" "-Doracle.directory=$cache" compile >"$cache/build.log" 2>&1; then
      touch "$cache/built"
      return
    fi
  done
  cat "$cache/build.log" >&2
  echo "run.sh: the oracle cannot be built" >&2
  exit 3
}

# Whether the last build still serves: nothing edited since, no jar of its module path gone.
built() {
  [ -e "$cache/built" ] && [ -z "$(find "$here/pom.xml" "$here/src" -newer "$cache/built")" ] || return 1
  tr : '\n' <"$cache/modulepath" | while read -r jar; do [ -e "$jar" ] || exit 1; done
}
built || build

# Its parsers are services of modules. What they say of lines they cannot read goes nowhere.
exec "${bin}java" -Xmx512m --module-path "$(cat "$cache/modulepath")" --add-modules ALL-MODULE-PATH \
  -cp "$cache/classes" tune.oracle.Oracle "$@" 2>/dev/null
