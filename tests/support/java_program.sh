# shellcheck shell=sh
# For scripts that run a small Maven project of their own, which is built once and kept. Sourced, with set -eu, after
#   here    the folder with pom.xml and src
#   cache   where the pom's `compile` puts classes/ and the file $jars, a path of jars
#   what    what cannot be had if it fails, for the message
# Exits 3 when Maven or JDK 17 is missing or the program cannot be built.
bin=${JAVA_HOME:+$JAVA_HOME/bin/}

missing() {
  echo "run.sh: $1; needs Maven and JDK 17 or later (Debian: apt-get install maven openjdk-17-jdk-headless)" >&2
  exit 3
}

need_java() {
  command -v mvn >/dev/null || missing "no mvn on the PATH"
  command -v "${bin}java" >/dev/null || missing "no ${bin}java"
  command -v "${bin}javac" >/dev/null || missing "no ${bin}javac (a JRE alone does not do)"
  major=$("${bin}javac" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p')
  [ "${major:-0}" -ge 17 ] || missing "javac is version ${major:-unknown}"
}

# Whether the last build still serves: nothing edited since, no jar of its path ($1, in the cache) gone.
is_built() {
  [ -e "$cache/built" ] && [ -z "$(find "$here/pom.xml" "$here/src" -newer "$cache/built")" ] || return 1
  tr : '\n' <"$cache/$1" | while read -r jar; do [ -e "$jar" ] || exit 1; done
}

# build_once JARS MAVEN_FLAG...: asks the registry only for what the local repository lacks.
build_once() {
  need_java
  jars=$1
  shift
  ! is_built "$jars" || return 0
  mkdir -p "$cache"
  for offline in -o ""; do
    # shellcheck disable=SC2086  # an empty word must vanish
    if mvn -q -B $offline "$@" -f "$here/pom.xml" compile >"$cache/build.log" 2>&1; then
      touch "$cache/built"
      return
    fi
  done
  cat "$cache/build.log" >&2
  echo "run.sh: $what" >&2
  exit 3
}
