#!/usr/bin/env python3
"""Scores what `tune` says of recordings of which a part is missing: less time, fewer polls, a hole, another format.

  bench/cut_histories.py [--tune build/release/libtune/cli/tune] [--recordings ../shared/recordings]

A table: for each cut, how many of `tune score`'s checks are right. Every wrong one is named first. A cut that leaves less
than the minute policies ask for is answered with "thin data", which counts as wrong.
Exit code: 0 scored, 2 the recordings or the program are not there.
"""

import argparse
import gzip
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHANGES = ("rescale", "catchup", "rival")  # the start of these jobs is another job than the one that has a truth


def cuts(times):
    """Name -> which of the snapshots stay; `times` in milliseconds."""
    first, last = times[0], times[-1]
    for step in (2, 3, 6, 12):
        yield f"every {5 * step} s", [i % step == 0 for i in range(len(times))]
    for seconds in (60, 90, 120, 150):
        yield f"last {seconds} s", [t >= last - seconds * 1000 for t in times]
    for seconds in (90, 120, 150):
        yield f"first {seconds} s", [t <= first + seconds * 1000 for t in times]
    yield "hole of 40 s", [not first + 80_000 < t < first + 120_000 for t in times]


def score(tune, folder, name, cut):
    """(right, all) of the case in `folder`; names what is wrong."""
    done = subprocess.run([tune, "score", folder, "--format", "json"], capture_output=True, text=True)
    if done.returncode not in (0, 3):
        print(f"{name}, {cut}: {done.stderr.strip()}")
        return 0, 1
    lines = json.loads(done.stdout)
    for line in lines:
        if not line["right"]:
            print(f"{name}, {cut}: {line['operator']} {line['check']}: want {line['want']}, got {line['got']}")
    return sum(line["right"] for line in lines), len(lines)


def score_rest(tune, recording, add):
    with gzip.open(recording / "rest.jsonl.gz", "rt") as file:
        snapshots = file.readlines()
    for cut, kept in cuts([json.loads(line)["t"] for line in snapshots]):
        if cut.startswith("first") and any(word in str(recording) for word in CHANGES):
            continue
        with tempfile.TemporaryDirectory() as folder:
            for file in ("meta.json", "producer.csv"):
                if (recording / file).exists():
                    shutil.copy(recording / file, folder)
            with gzip.open(Path(folder) / "rest.jsonl.gz", "wt", compresslevel=1) as file:
                file.writelines(line for line, keep in zip(snapshots, kept) if keep)
            add(cut, score(tune, folder, recording.name, cut))


def score_scrapes(tune, recording, truth, add):
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(truth, folder)
        for file in ("prometheus.txt.gz", "producer.csv"):
            if (recording / file).exists():
                shutil.copy(recording / file, folder)
        add("Prometheus alone", score(tune, folder, recording.name, "Prometheus alone"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tune", default=str(ROOT / "build/release/libtune/cli/tune"))
    parser.add_argument("--recordings", type=Path, default=ROOT.parent / "shared" / "recordings")
    options = parser.parse_args()
    recordings = sorted(path.parent for path in options.recordings.glob("**/meta.json"))
    if not recordings or shutil.which(options.tune) is None:
        print(f"cut_histories.py: no recordings in {options.recordings}, or no program {options.tune}", file=sys.stderr)
        sys.exit(2)
    totals = {}

    def add(cut, found):
        right, checks = totals.get(cut, (0, 0))
        totals[cut] = (right + found[0], checks + found[1])

    for recording in recordings:
        score_rest(options.tune, recording, add)
        rival = "rival-" if recording.parent.name == "rival" else ""
        truth = ROOT / "datasets" / f"{rival}{recording.name}" / "truth.json"
        if truth.exists():
            score_scrapes(options.tune, recording, truth, add)
    for cut, (right, checks) in totals.items():
        print(f"{cut:<18} {right:>3} of {checks:>3} right")


if __name__ == "__main__":
    main()
