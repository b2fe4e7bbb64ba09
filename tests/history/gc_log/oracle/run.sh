#!/bin/sh
# Prints what gctoolkit reads in GC logs: run.sh LOG...; see src/tune/oracle/Oracle.java.
# Exits 3 when Maven or JDK 17 is missing or the program cannot be built.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../../.." && pwd)
cache=$root/.cache/gc_log_oracle
what="the oracle cannot be built"
. "$root/tests/support/java_program.sh"
build_once modulepath "-Doracle.directory=$cache"

# Its parsers are services of modules. What they say of lines they cannot read goes nowhere.
exec "${bin}java" -Xmx512m --module-path "$(cat "$cache/modulepath")" --add-modules ALL-MODULE-PATH \
  -cp "$cache/classes" tune.oracle.Oracle "$@" 2>/dev/null
