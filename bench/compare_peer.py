#!/usr/bin/env python3
"""Runs flink-autoscaler 1.10.0 and libtune on one input, one after the other, three times, and compares them.

  bench/compare_peer.py [--bench build/bench/recommend_bench] [--rounds 3] [--json FILE]

Each figure is the smallest of the rounds' medians, on both sides: what else runs on the machine can only add to it. It
adds more to the peer, whose compiler and collector want a processor of their own, so a busy machine is not judged.
Exit code: 0 all bars met, 1 a bar missed, 2 the inputs or the tools are not as they must be, 3 the peer cannot be built
(see peer/run.sh), 4 measured, but the machine was busy.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
RUN = HERE / "peer" / "run.sh"
CASES = [(20, 90), (20, 360)]
MOST_OTHERS = 0.2  # processors that other programs may keep busy while a round runs
# (libtune's benchmark, the peer's figure, how many times faster libtune is to be)
ROWS = [
    ("Cold", "median_us", 20),
    ("FromSamples", "median_us", 20),
    ("Incremental", "median_us", 50),
    ("Incremental", "tick_median_us", 50),
]
PEER_FIGURE = {"median_us": "evaluate + decide", "tick_median_us": "collect + evaluate + decide"}


def fail(message, code=2):
    print(f"compare_peer.py: {message}", file=sys.stderr)
    sys.exit(code)


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        fail(f"{command[0]} exits with {done.returncode}", 3 if done.returncode == 3 else 2)
    return done.stdout


def check_same_input(bench):
    """Both programs must be fed the same series."""
    for vertices, samples in CASES:
        with tempfile.NamedTemporaryFile() as file:
            run([str(RUN), str(vertices), str(samples), "--dump", file.name])
            peer = Path(file.name).read_text()
        if peer != run([bench, f"--dump={vertices}x{samples}"]):
            fail(f"the inputs differ: vertices = {vertices}, samples = {samples}")


def run_peer():
    lines = [json.loads(line) for line in run([str(RUN)]).splitlines()]
    return {(line["vertices"], line["samples"]): line for line in lines}


def run_libtune(bench):
    """Microseconds, the median over the rounds of each benchmark, and its label."""
    text = run([bench, "--benchmark_format=json", "--benchmark_min_time=2",
                "--benchmark_filter=^(Cold|FromSamples|Incremental|Checked)/"])
    figures = {}
    for entry in json.loads(text)["benchmarks"]:
        if entry.get("error_occurred"):
            fail(f"{entry['name']}: {entry['error_message']}")
        name, vertices, samples = entry["run_name"].split("/")[:3]
        case = (int(vertices.split(":")[1]), int(samples.split(":")[1]))
        figures[name, case] = (entry["median_us"], entry.get("label", ""))
    return figures


def spread(values):
    return f"{min(values):.1f}..{max(values):.1f}"


def compare(peers, ours):
    rows = []
    for benchmark, figure, bar in ROWS:
        for case in CASES:
            theirs = [p[case][figure] for p in peers]
            mine = [o[benchmark, case][0] for o in ours]
            ratio = min(theirs) / min(mine)
            rows.append({"case": f"{benchmark} {case[0]}x{case[1]}", "peer_does": PEER_FIGURE[figure],
                         "peer_us": min(theirs), "peer_range": spread(theirs),
                         "libtune_us": min(mine), "libtune_range": spread(mine),
                         "ratio": ratio, "bar": bar, "met": ratio >= bar})
    return rows


def show(rows, peers, ours, busy):
    form = "{:<20} {:<28} {:>9} {:>16} {:>11} {:>14} {:>8} {:>5}  {}"
    print(form.format("case", "peer does", "peer us", "range", "libtune us", "range", "ratio", "bar", ""))
    for r in rows:
        print(form.format(r["case"], r["peer_does"], f"{r['peer_us']:.1f}", r["peer_range"], f"{r['libtune_us']:.2f}",
                          r["libtune_range"], f"{r['ratio']:.1f}x", f"{r['bar']}x",
                          "not judged" if busy else "met" if r["met"] else "MISSED"))
    for case in CASES:
        mine = min(o["Checked", case][0] for o in ours)
        print(f"a decision on a builder's window, {case[0]}x{case[1]}: {mine:.2f} us")
    for case in CASES:
        decision = " ".join(f"{v}:{p}" for v, p in peers[-1][case]["decision"].items())
        print(f"decision {case[0]}x{case[1]} (vertex:subtasks, 4 now): peer {decision}, "
              f"libtune {ours[-1]['Cold', case][1]}")


class Used:
    """Seconds of processor time used since the machine started: by all programs, and by those that this one ran."""

    def __init__(self, wall, everyone, ours):
        self.wall, self.everyone, self.ours = wall, everyone, ours

    @staticmethod
    def now():
        ticks = [int(word) for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
        user, nice, system, _, _, irq, softirq, steal = ticks[:8]
        everyone = (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")
        ours = sum(usage.ru_utime + usage.ru_stime for usage in
                   (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)))
        return Used(time.monotonic(), everyone, ours)

    def by_others_since(self, before):
        """Processors that other programs kept busy, on average."""
        used = (self.everyone - before.everyone) - (self.ours - before.ours)
        return max(0.0, used) / (self.wall - before.wall)


def processor():
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", default=str(HERE.parent / "build" / "bench" / "recommend_bench"))
    parser.add_argument("--rounds", type=int, default=3, help="peer and libtune in turn, this often; >= 1")
    parser.add_argument("--json", help="write all figures into this file")
    options = parser.parse_args()
    if options.rounds < 1:
        fail(f"--rounds = {options.rounds}; allowed: >= 1")
    if not os.access(options.bench, os.X_OK):
        fail(f"no program {options.bench}: build the target recommend_bench, or name it with --bench")
    check_same_input(options.bench)
    peers, ours = [], []
    processors = os.cpu_count() or 1
    others = []
    for i in range(options.rounds):
        before = Used.now()
        print(f"round {i + 1} of {options.rounds} ...", file=sys.stderr)
        peers.append(run_peer())
        ours.append(run_libtune(options.bench))
        others.append(Used.now().by_others_since(before))
    busy = max(others) > MOST_OTHERS
    rows = compare(peers, ours)
    machine = f"{processor()}, {processors} CPUs, others' work {max(others):.2f} CPUs at most"
    print(f"flink-autoscaler 1.10.0 and libtune, same input, {options.rounds} rounds in turn; {machine}")
    show(rows, peers, ours, busy)
    if options.json:
        figures = {"machine": machine, "busy": busy, "rounds": options.rounds, "rows": rows,
                   "peer": [list(p.values()) for p in peers],
                   "libtune": [[{"name": name, "vertices": case[0], "samples": case[1], "median_us": value}
                                for (name, case), (value, _) in o.items()] for o in ours]}
        Path(options.json).write_text(json.dumps(figures, indent=1) + "\n")
    if busy:
        fail("the machine was busy with other work, nothing was judged", 4)
    sys.exit(0 if all(r["met"] for r in rows) else 1)


if __name__ == "__main__":
    main()
