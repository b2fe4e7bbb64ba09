#!/bin/sh
# Times one decision of flink-autoscaler 1.10.0. Prints one JSON line for each case, see README.md.
#   run.sh              the cases 20 x 90 and 20 x 360
#   run.sh ARGUMENT...  one run of PeerBench with these arguments
# Exits 3 when Maven or JDK 17 is missing or the peer cannot be built.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
cache=$root/.cache/peer
what="the peer cannot be built"
. "$root/tests/support/java_program.sh"
build_once classpath "-Dpeer.directory=$cache"

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
