# The scenarios, and what they have to come to. Part of ./dev e2e.

scenarios() {
  local status=0
  say "the scenarios; what they show is compared with tests/e2e/golden/summary.txt"
  python3 tests/e2e/scenarios.py "$RUN" "$OUT" "$RUN/bin/tune" "$RATE" || status=1
  diff -u tests/e2e/golden/summary.txt "$OUT/summary.txt" || { say "out/e2e/summary.txt is not as tests/e2e/golden/summary.txt"; status=1; }
  say "times and figures: out/e2e/timeline.txt; the cluster's side: out/e2e/log/watch.log; tuned's: out/e2e/log/tuned.log"
  return "$status"
}
