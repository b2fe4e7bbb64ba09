#!/usr/bin/env python3
"""Garbage collection against heap size, measured on a real TaskManager.

  bench/heap_sweep.py --out FOLDER [--lanes N] [--only JOB-GC-HEAPMB]...

Every run has a cluster of its own: 60 s to warm up, 125 s measured, then a forced full collection that shows the live
set. Two clusters run side by side, a small heap beside a large one. A run leaves gc.log.gz, rest.jsonl.gz and run.json
in FOLDER/JOB-GC-HEAPMB for bench/heap_truth.py. One that is there is not done again; remove its folder to repeat it.
"""

import argparse
import gzip
import json
import os
import queue
import shutil
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/lab/flink"))
from cluster import CACHE, Cluster, LabError  # noqa: E402
from record import Recorder  # noqa: E402

WARM_UP_S, MEASURED_S = 60, 125
COMMON = "--parallelism 2 --sourceParallelism 1 --rate 1000 --serviceMs 0.5 "
# Arguments and heap sizes, from barely surviving to ample.
JOBS = {
    # 200 MB in large arrays, 200 MB/s that die at once, 8 MB/s that get old
    "blocks": (COMMON + "--fillSeconds 40 --liveMb 200 --objectBytes 4096 --replaceKb 8 --garbageKb 200",
               (272, 288, 320, 352, 384, 448, 512, 640, 896)),
    # 120 MB in small objects, 100 MB/s that die at once, 4 MB/s that get old
    "objects": (COMMON + "--fillSeconds 40 --liveMb 120 --objectBytes 64 --replaceKb 4 --garbageKb 100",
                (168, 184, 200, 224, 256, 304, 368, 480, 640)),
    # 80 MB in middling objects, 300 MB/s that die at once, 20 MB/s that get old
    "churn": (COMMON + "--fillSeconds 40 --liveMb 80 --objectBytes 256 --replaceKb 20 --garbageKb 300",
              (144, 168, 192, 224, 272, 352, 512)),
    # blocks again, all of it there before the first record, as after a restart from a checkpoint
    "restored": (COMMON + "--liveMb 200 --objectBytes 4096 --replaceKb 8 --garbageKb 200", (384, 448)),
}


def run(job, gc, heap_mb, folder):
    """One run; what came of it is in run.json, a TaskManager that dies too."""
    arguments = JOBS[job][0].split()
    facts = {"job": job, "gc": gc, "heap_mb": heap_mb, "arguments": arguments, "warm_up_s": WARM_UP_S}
    folder.mkdir(parents=True, exist_ok=True)
    # Other work of the machine must not make pauses longer; nice -20 lets it, by up to a half. Of the two clusters the
    # one with more heap goes first: it collects so little that the other hardly notices.
    priority = 1 + JOBS[job][1].index(heap_mb)
    root = os.geteuid() == 0
    cluster = Cluster(CACHE / folder.name, gc, heap_mb, slots=2,
                      tm_wrapper=["chrt", "--rr", str(priority)] if root else [],
                      jm_wrapper=["nice", "-n", "-10"] if root else [])
    try:
        with cluster:
            job_id, facts["submit_to_running_s"] = cluster.submit(arguments)
            facts["running_at"] = time.time()
            recorder = Recorder(cluster, job_id, folder / "rest.jsonl.gz")
            recorder.record(WARM_UP_S + MEASURED_S)
            facts["last_sample_at"] = recorder.samples[-1]["t"] / 1000
            facts["survives"] = cluster.tm_alive()
            if facts["survives"]:
                cluster.force_full_gc()
    except LabError as error:
        facts["survives"] = False
        facts["error"] = str(error).replace(str(ROOT), "")
    with open(cluster.gc_log, "rb") as log, gzip.GzipFile(folder / "gc.log.gz", "wb", mtime=0) as kept:
        shutil.copyfileobj(log, kept)
    (folder / "run.json").write_text(json.dumps(facts, indent=1) + "\n")
    if facts["survives"]:
        shutil.rmtree(cluster.folder)


def cases():
    """Small heaps of one collector beside large heaps of the other."""
    for job, (_, heaps) in JOBS.items():
        for small, large in zip(heaps, heaps[::-1]):
            yield job, "parallel", small
            yield job, "g1", large


def lane(waiting, out):
    while True:
        try:
            job, gc, heap_mb = waiting.get_nowait()
        except queue.Empty:
            return
        name = f"{job}-{gc}-{heap_mb}"
        try:
            run(job, gc, heap_mb, out / name)
            print(f"{time.strftime('%H:%M:%S')} {name} done", flush=True)
        except Exception as error:  # the next case may go well
            print(f"{time.strftime('%H:%M:%S')} {name}: {error!r}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--lanes", type=int, default=2, help="clusters side by side")
    parser.add_argument("--only", action="append", metavar="JOB-GC-HEAPMB")
    options = parser.parse_args()
    waiting = queue.Queue()
    for job, gc, heap_mb in cases():
        name = f"{job}-{gc}-{heap_mb}"
        if (not options.only or name in options.only) and not (options.out / name).exists():
            waiting.put((job, gc, heap_mb))
    lanes = [threading.Thread(target=lane, args=(waiting, options.out)) for _ in range(options.lanes)]
    for thread in lanes:
        thread.start()
    for thread in lanes:
        thread.join()


if __name__ == "__main__":
    main()
