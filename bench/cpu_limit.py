#!/usr/bin/env python3
"""A real TaskManager under CPU limits: does the job keep up, what does it use, how long does it take to start?

  bench/cpu_limit.py --out FOLDER

The job spins 2 ms a record at 400 records/s in two subtasks: 0.8 processors and what Flink itself needs. Every limit
has its own cluster; the JobManager is not limited. FOLDER gets a line for each run in runs.csv and startup.csv, and
CASE/rest.jsonl.gz, CASE/cpu.csv (the quota's counters, every second) and CASE/gc.log.gz for each run.
"""

import argparse
import csv
import gzip
import json
import math
import re
import shutil
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/lab/flink"))
from cluster import CACHE, Cluster, LabError  # noqa: E402
from cpu_quota import CpuQuota  # noqa: E402
from record import Recorder  # noqa: E402

RATE, SERVICE_MS = 400, 2
ARGUMENTS = (f"--parallelism 2 --sourceParallelism 1 --rate {RATE} --service spin --serviceMs {SERVICE_MS} "
             "--garbageKb 20").split()
LIMITS = ((0.5, 2.0), (0.75, 1.5), (0.9,), (1.1,))  # those side by side find room on two processors
STARTUP_LIMITS = (0.1, 0.25, 0.5, 1.0, 2.0)
STARTUP_ROUNDS = 1
WARM_UP_S, MEASURED_S = 60, 125
HEAP_MB = 512
LONGEST_START_S = 900


class Sampler(threading.Thread):
    """Reads the quota's counters every second until it is stopped."""

    def __init__(self, quota):
        super().__init__(daemon=True)
        self.quota, self.readings, self.ended = quota, [], threading.Event()

    def run(self):
        while not self.ended.wait(1 - time.time() % 1):
            self.readings.append(self.quota.read())

    def stop(self):
        self.ended.set()
        self.join()


def quantile(values, q):
    """Nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(q * len(ordered)) - 1)] if ordered else None


def cores_in_bins(readings, length_s):
    """Processors used in consecutive bins of that many seconds; a rest is left out."""
    bins, start = [], readings[0]
    for reading in readings:
        if reading["t"] - start["t"] >= length_s - 0.5:
            bins.append((reading["used_s"] - start["used_s"]) / (reading["t"] - start["t"]))
            start = reading
    return bins


def metric(sample, vertex, name, which):
    for v in sample["vertices"].values():
        for m in v["agg"] if v["name"].startswith(vertex) else []:
            if m["id"] == name:
                return m[which]
    return None


def change(first, last, vertex, name, which="sum"):
    return metric(last, vertex, name, which) - metric(first, vertex, name, which)


def jvm_facts(gc_log):
    """The collector the JVM took and the processors it saw."""
    head = gc_log.read_text(errors="replace")[:4000]
    return {"gc": re.search(r"Using (\w+)", head)[1].lower(),
            "jvm_processors": int(re.search(r"CPUs: \d+ total, (\d+) available", head)[1])}


def facts_of(samples, readings):
    begin = samples[0]["t"] / 1000 + WARM_UP_S
    samples = [s for s in samples if s["t"] / 1000 >= begin]
    readings = [r for r in readings if samples[0]["t"] / 1000 <= r["t"] <= samples[-1]["t"] / 1000 + 1]
    first, last = samples[0], samples[-1]
    seconds = (last["t"] - first["t"]) / 1000
    done = change(first, last, "enrich", "enrich.gt_records") / seconds
    periods = readings[-1]["periods"] - readings[0]["periods"]
    host = [(int(b) - int(a)) / 100 / seconds for a, b in zip(first["host_cpu"], last["host_cpu"])]
    bins10, bins60 = cores_in_bins(readings, 10), cores_in_bins(readings, 60)
    facts = {
        "records_per_s": done, "throughput_fraction": done / RATE, "keeps_up": done >= 0.97 * RATE,
        "behind_s_per_min": 60 * max(0, 1 - done / RATE),
        "cores_p50_10s": quantile(bins10, 0.5), "cores_p90_10s": quantile(bins10, 0.9),
        "cores_max_1s": max(cores_in_bins(readings, 1)),
        "cores_p50_60s": quantile(bins60, 0.5), "cores_p90_60s": quantile(bins60, 0.9),
        "throttled_periods_fraction": (readings[-1]["throttled"] - readings[0]["throttled"]) / max(1, periods),
        "throttled_s_per_s": (readings[-1]["throttled_s"] - readings[0]["throttled_s"]) / seconds,
        "enrich_busy_mean": change(first, last, "enrich", "accumulateBusyTimeMs") / 2 / 1000 / seconds,
        "source_backpressured": change(first, last, "Source", "accumulateBackPressuredTimeMs") / 1000 / seconds,
        "service_ms_by_stopwatch": change(first, last, "enrich", "enrich.gt_serviceNanos") / 1e6 / (done * seconds),
        "mailbox_latency_p99_ms": metric(last, "enrich", "mailboxLatencyMs_p99", "max"),
        "waited_s_per_s": (last["run_delay_ns"]["tm"] - first["run_delay_ns"]["tm"]) / 1e9 / seconds,
        "host_normal": host[0] + host[2], "host_niced": host[1], "host_stolen": host[7],
    }
    return {k: round(v, 4) if isinstance(v, float) else v for k, v in facts.items()}


def limited_cluster(quota):
    return Cluster(CACHE / f"cpu-{quota.cores}", "default", HEAP_MB, tm_wrapper=quota.wrapper,
                   jm_wrapper=["nice", "-n", "-10"], register_within_s=LONGEST_START_S)


def run(cores, folder):
    folder.mkdir(parents=True, exist_ok=True)
    with CpuQuota(cores) as quota, limited_cluster(quota) as cluster:
        job, _ = cluster.submit(ARGUMENTS, LONGEST_START_S)
        sampler = Sampler(quota)
        sampler.start()
        samples = Recorder(cluster, job, folder / "rest.jsonl.gz").record(WARM_UP_S + MEASURED_S)
        sampler.stop()
        facts = {"limit_cores": cores, **jvm_facts(cluster.gc_log), **facts_of(samples, sampler.readings)}
        with open(cluster.gc_log, "rb") as log, gzip.GzipFile(folder / "gc.log.gz", "wb", mtime=0) as kept:
            shutil.copyfileobj(log, kept)
    write_csv(folder / "cpu.csv", [{k: round(v, 3) for k, v in r.items()} for r in sampler.readings])
    (folder / "facts.json").write_text(json.dumps(facts, indent=1) + "\n")
    return facts


def start_up(cores):
    """Both times include what the JobManager needs, which is not limited."""
    facts = dict.fromkeys(("limit_cores", "gc", "jvm_processors", "start_to_registered_s", "cpu_to_registered_s",
                           "submit_to_running_s", "cpu_to_running_s", "error"))
    facts["limit_cores"] = cores
    try:
        with CpuQuota(cores) as quota, limited_cluster(quota) as cluster:
            registered = quota.read()
            facts.update(jvm_facts(cluster.gc_log), start_to_registered_s=round(cluster.register_s, 2),
                         cpu_to_registered_s=round(registered["used_s"], 2))
            _, running_s = cluster.submit(ARGUMENTS, LONGEST_START_S)
            facts.update(submit_to_running_s=round(running_s, 2),
                         cpu_to_running_s=round(quota.read()["used_s"] - registered["used_s"], 2))
    except LabError as error:
        facts["error"] = str(error).replace(str(ROOT), "")
    return facts


def write_csv(path, lines):
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    starts, runs = [], []
    for cores in STARTUP_LIMITS * STARTUP_ROUNDS:
        starts.append(start_up(cores))
        print(json.dumps(starts[-1]), flush=True)
        write_csv(out / "startup.csv", starts)
    for beside in LIMITS:
        with ThreadPoolExecutor(len(beside)) as pool:
            runs += pool.map(lambda cores: run(cores, out / f"spin400-{cores}"), beside)
        print(json.dumps(runs[-len(beside):]), flush=True)
        write_csv(out / "runs.csv", sorted(runs, key=lambda line: line["limit_cores"]))


if __name__ == "__main__":
    main()
