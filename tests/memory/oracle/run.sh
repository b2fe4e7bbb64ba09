#!/bin/sh
# Has Flink itself compute memory: run.sh VERSION QUESTIONS ANSWERS, the files as in Oracle.java. VERSION is one of Flink,
# as 1.20.5, or "operator" for its Kubernetes operator. Exits 3 when Maven or JDK 17 is missing or it cannot be built.
set -eu

version=$1
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
cache=$root/.cache/flink-memory/$version
what="Flink $version cannot be had"
. "$root/tests/support/java_program.sh"
case $version in
  operator) build_once classpath "-Doracle.directory=$cache" -Poperator -Dflink.version=1.17.1 ;;
  1.20.* | 2.*) build_once classpath "-Doracle.directory=$cache" -Pcore-api "-Dflink.version=$version" ;;
  *) build_once classpath "-Doracle.directory=$cache" "-Dflink.version=$version" ;;
esac
exec "${bin}java" -Xmx512m -XX:TieredStopAtLevel=1 -Dfile.encoding=UTF-8 \
  -cp "$cache/classes:$(cat "$cache/classpath")" tune.memory.Oracle "$2" "$3"
