#!/usr/bin/env python3
"""What the runs of bench/heap_sweep.py showed: a dataset folder for each, and one table.

  bench/heap_truth.py RUNS DATASETS

RUNS/NAME has gc.log.gz, rest.jsonl.gz and run.json. DATASETS/NAME gets truth.json and gc.log.gz: the log's first lines
and the collections of the measured part, unchanged. DATASETS/runs.csv gets one line for each run.
"""

import csv
import gzip
import json
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/lab/flink"))
from gc_log import keep_collections, read_pauses  # noqa: E402

KEPT_THROUGHPUT = 0.97
MOST_OVERHEAD = 0.07  # of a run with more the last 30 s are kept, and what was measured is told of those
SHORT_S = 30
LEAST_CPU_PER_PAUSE = 1.2  # of two collector threads; below that something else held a processor
MOST_STOLEN = 0.01
PARTIAL = ("Young", "Mixed")


def samples_of(folder):
    with gzip.open(folder / "rest.jsonl.gz", "rt") as file:
        return [json.loads(line) for line in file]


def records_of(sample):
    """Records that enrich has done, by its own count; None before its metrics exist."""
    for vertex in sample["vertices"].values():
        for metric in vertex["agg"] if vertex["name"] == "enrich" else []:
            if metric["id"] == "enrich.gt_records":
                return metric["sum"]
    return None


def rounded(value, digits=4):
    return None if value is None else round(value, digits)


def load(first, last):
    """What kept the processors busy between two samples, in processors."""
    seconds = (last["kernel_t"] - first["kernel_t"]) / 1000
    host = [(int(b) - int(a)) / 100 / seconds for a, b in zip(first["host_cpu"], last["host_cpu"])]
    user, nice, system, _, _, irq, softirq, steal = host  # nice: what runs at a lower priority and gives way
    own = (last["cpu_ticks"]["tm"] - first["cpu_ticks"]["tm"]) / 100 / seconds
    waited = (last["run_delay_ns"]["tm"] - first["run_delay_ns"]["tm"]) / 1e9 / seconds
    return {"taskmanager": rounded(own), "others": rounded(user + system + irq + softirq - own),
            "others_that_give_way": rounded(nice),
            "stolen": rounded(steal), "taskmanager_waited": rounded(waited)}


def group(pauses, seconds):
    """Count, share of the time and cost of some pauses. cpu_per_pause near 1 or above: not stretched."""
    total = sum(p.ms for p in pauses)
    if not pauses:
        return {"count": 0, "time_fraction": 0}
    times = [p.ms for p in pauses]
    return {"count": len(pauses), "time_fraction": rounded(total / 1000 / seconds, 5),
            "mean_ms": rounded(total / len(pauses), 2), "median_ms": rounded(statistics.median(times), 2),
            "max_ms": rounded(max(times), 2), "cpu_per_pause": rounded(sum(p.cpu_ms for p in pauses) / total, 2)}


def overhead(pauses, samples):
    begin, end = samples[0]["t"] / 1000, samples[-1]["t"] / 1000
    return sum(p.ms for p in pauses if begin <= p.at <= end) / 1000 / (end - begin)


def lowest_old(pauses):
    return min((p.old_after for p in pauses if p.old_after is not None), default=None)


def last_old(pauses):
    return next((p.old_after for p in reversed(pauses) if p.old_after is not None), None)


def allocation(pauses, seconds):
    """MB/s allocated and promoted, from what the heap and the old generation grow between and in collections."""
    allocated = sum(max(0, after.heap_before - before.heap_after) for before, after in zip(pauses, pauses[1:]))
    promoted = sum(max(0, p.old_after - p.old_before) for p in pauses if p.kind == "Young" and p.old_after is not None)
    return {"allocated_mb_s": rounded(allocated / seconds, 1), "promoted_mb_s": rounded(promoted / seconds, 2)}


def before_forced(pauses, forced):
    """What the log showed of the live set before it was forced: all that a tuner could know, MB."""
    mixed = [p for p in pauses if p.kind == "Mixed"]
    full = [p for p in pauses if p.kind == "Full"]
    remark = [p for p in pauses if p.kind == "Remark"]
    return {
        "old_after_last_full": last_old(full), "old_after_lowest_full": lowest_old(full),
        "old_after_last_mixed": last_old(mixed), "old_after_lowest_mixed": lowest_old(mixed),
        "heap_after_last_remark": remark[-1].heap_after if remark else None,
        "heap_after_lowest_remark": min((p.heap_after for p in remark), default=None),
        "old_after_any_lowest": lowest_old(pauses),
        "heap_after_any_lowest": min((p.heap_after for p in pauses), default=None),
        "old_before_forced": forced.old_before if forced else None,
    }


def truth_of(folder):
    run = json.loads((folder / "run.json").read_text())
    pauses = read_pauses(folder / "gc.log.gz")
    truth = {name: run[name] for name in ("job", "gc", "heap_mb", "arguments", "survives")}
    if not run["survives"]:
        truth["end"] = run.get("error", "the TaskManager died")
        truth["full_collections"] = sum(p.kind == "Full" for p in pauses)
        return truth
    samples = [s for s in samples_of(folder) if s["t"] / 1000 >= run["running_at"] + run["warm_up_s"]]
    if overhead(pauses, samples) > MOST_OVERHEAD:
        samples = [s for s in samples if s["t"] >= samples[-1]["t"] - SHORT_S * 1000 - 500]
    first, last = samples[0], samples[-1]
    begin, end = first["t"] / 1000, last["t"] / 1000
    seconds = end - begin
    forced = next((p for p in pauses if p.kind == "Full" and "Diagnostic" in p.cause and p.at > end), None)
    steady = [p for p in pauses if begin <= p.at <= end]
    rate = float(run["arguments"][run["arguments"].index("--rate") + 1])
    done = (records_of(last) - records_of(first)) / seconds / rate
    truth.update(steady_from_ms=first["t"], steady_to_ms=last["t"], steady_s=rounded(seconds, 1),
                 overhead_fraction=rounded(overhead(pauses, samples), 5),
                 throughput_fraction=rounded(done), keeps_up=done >= KEPT_THROUGHPUT,
                 young=group([p for p in steady if p.kind in PARTIAL], seconds),
                 full=group([p for p in steady if p.kind == "Full"], seconds),
                 marking=group([p for p in steady if p.kind in ("Remark", "Cleanup")], seconds),
                 mixed_count=sum(p.kind == "Mixed" for p in steady),
                 **allocation(steady, seconds))
    if forced:
        truth.update(live_old_mb=rounded(forced.old_after, 1), live_heap_mb=forced.heap_after,
                     forced_ms=forced.ms, forced_cpu_ms=forced.cpu_ms)
    truth["before_forced_mb"] = {k: rounded(v, 1) for k, v in before_forced(steady, forced).items()}
    survivors = [p.survivors for p in steady if p.kind in PARTIAL and p.survivors is not None]
    truth["survivors_mean_mb"] = rounded(statistics.mean(survivors), 2) if survivors else None
    truth["rss_mb"] = rounded(max(s["rss_kb"]["tm"] for s in samples) / 1024, 1)
    truth["processors"] = load(first, last)
    pause_ms, cpu_ms = sum(p.ms for p in steady), sum(p.cpu_ms for p in steady)
    truth["disturbed"] = cpu_ms < LEAST_CPU_PER_PAUSE * pause_ms or truth["processors"]["stolen"] > MOST_STOLEN
    return truth


def flat(truth):
    """One line of the table."""
    parts = {}
    for name, value in truth.items():
        if isinstance(value, dict):
            parts.update({f"{name}.{inner}": v for inner, v in value.items()})
        elif name != "arguments":
            parts[name] = value
    return parts


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    runs, out = map(Path, sys.argv[1:])
    lines = []
    for folder in sorted(path.parent for path in runs.glob("*/run.json")):
        truth = truth_of(folder)
        kept = out / folder.name
        kept.mkdir(parents=True, exist_ok=True)
        keep_collections(folder / "gc.log.gz", kept / "gc.log.gz", truth.get("steady_from_ms", 0) / 1000)
        (kept / "truth.json").write_text(json.dumps(truth, indent=1) + "\n")
        lines.append(flat(truth))
    lines.sort(key=lambda line: (line["job"], line["gc"], line["heap_mb"]))
    columns = list(dict.fromkeys(name for line in sorted(lines, key=len, reverse=True) for name in line))
    with open(out / "runs.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)


if __name__ == "__main__":
    main()
