"""Samples of a running job, one JSON object every few seconds.

Flink's REST answers, and what the kernel and HotSpot say about the TaskManager's process. libtune reads the file as a
recording of Flink's REST API.
"""

import gzip
import json
import struct
import tempfile
import time
from pathlib import Path

TASK_METRICS = (
    "numRecordsIn numRecordsOut numRecordsInPerSecond numRecordsOutPerSecond busyTimeMsPerSecond idleTimeMsPerSecond "
    "backPressuredTimeMsPerSecond softBackPressuredTimeMsPerSecond hardBackPressuredTimeMsPerSecond "
    "accumulateBusyTimeMs accumulateIdleTimeMs accumulateBackPressuredTimeMs buffers.inPoolUsage buffers.outPoolUsage "
    "buffers.inputQueueLength buffers.outputQueueLength numBytesInPerSecond numBytesOutPerSecond "
    "mailboxLatencyMs_p99").split()
OPERATOR_METRICS = ("gt_", "numRecordsIn", "numRecordsOut", "sourceIdleTime", "currentEmitEventTimeLag")
HSPERF_NAMES = ("sun.gc.generation", "sun.gc.collector", "sun.gc.metaspace", "sun.os.hrt.ticks")
PRIME_S = 0.4  # Flink answers from a cache and only then renews it: ask, wait, ask again


def hsperf(pid, folder=tempfile.gettempdir()):
    """HotSpot's counters from the file it maps, in the temporary folder; None without one."""
    found = list(Path(folder).glob(f"hsperfdata_*/{pid}"))
    data = found[0].read_bytes() if found else b""
    if len(data) < 32:
        return None
    counters = {}
    offset, entries = struct.unpack_from("<ii", data, 24)
    for _ in range(entries):
        length, name_at, vector, kind, _, _, _, value_at = struct.unpack_from("<iiibbbbi", data, offset)
        name = data[offset + name_at:data.index(0, offset + name_at)].decode()
        if kind == ord("J") and vector == 0 and name.startswith(HSPERF_NAMES):
            counters[name] = struct.unpack_from("<q", data, offset + value_at)[0]
        offset += length
    return counters


def rss_kb(pid):
    """Resident KiB; None when the process is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), None)


def cpu_ticks(pid):
    """User and system time in 1/100 s; None when the process is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None
    return int(fields[11]) + int(fields[12])


def run_delay_ns(pid):
    """Time that threads of the process were ready and waited for a processor; threads that ended are not in it."""
    total = 0
    for file in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        try:
            total += int(file.read_text().split()[1])
        except OSError:
            pass  # the thread ended meanwhile
    return total


def throttling(cgroup):
    """The counters of a cgroup's cpu.stat."""
    return {name: int(value) for name, value in map(str.split, (cgroup / "cpu.stat").read_text().splitlines())}


class Recorder:
    """Appends samples to `path` (.jsonl.gz). `cgroup`, when given, is the folder with the TaskManager's cpu.stat."""

    def __init__(self, cluster, job, path, every_s=5, cgroup=None):
        self.cluster, self.job, self.every_s, self.cgroup = cluster, job, every_s, cgroup
        self.path = Path(path)
        self.listed = {}  # vertex -> (task metrics, operator metrics): one unknown name makes Flink answer nothing
        self.samples = []

    def record(self, seconds):
        """For that long, or until the TaskManager is gone. Returns the samples."""
        begin = time.time()
        with gzip.open(self.path, "wt", 6) as file:
            while time.time() < begin + seconds and self.cluster.tm_alive():
                sample = self.sample(first=not self.samples)
                self.samples.append(sample)
                text = json.dumps(sample, separators=(",", ":"))
                file.write(text.replace(str(self.cluster.folder), "") + "\n")
                time.sleep(max(0, begin + len(self.samples) * self.every_s - time.time()))
        return self.samples

    def sample(self, first):
        get, job = self.cluster.get, self.job
        get(f"/jobs/{job}")
        get("/taskmanagers")
        time.sleep(PRIME_S)
        now = time.time()
        answer = get(f"/jobs/{job}")
        fields = ("state", "start-time", "duration", "timestamps") + (("plan",) if first else ())
        sample = {"t": int(now * 1000), "every_s": self.every_s, "job": {name: answer.get(name) for name in fields}}
        sample["vertices"] = {v["id"]: self.vertex(v) for v in answer.get("vertices", [])}
        sample["job_metrics"] = self.all_metrics(f"/jobs/{job}/metrics")
        checkpoints = get(f"/jobs/{job}/checkpoints")
        sample["checkpoints"] = {name: checkpoints.get(name) for name in ("counts", "summary")}
        sample["taskmanagers"] = {
            tm["id"]: {"slots": tm["slotsNumber"], "free": tm["freeSlots"],
                       "metrics": self.all_metrics(f"/taskmanagers/{tm['id']}/metrics")}
            for tm in get("/taskmanagers").get("taskmanagers", [])}
        sample["overview"] = get("/overview")
        sample.update(self.machine(sample))
        return sample

    def machine(self, _sample):
        """What the machine says of the TaskManager, which Flink does not."""
        pid, sample = self.cluster.tm_pid, {}
        sample["hsperfdata"] = {"tm": hsperf(pid)}
        sample["cpu_ticks"] = {"tm": cpu_ticks(pid)}
        sample["rss_kb"] = {"tm": rss_kb(pid)}
        sample["run_delay_ns"] = {"tm": run_delay_ns(pid)}
        sample["kernel_t"] = int(time.time() * 1000)  # when the kernel was asked
        sample["host_cpu"] = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
        if self.cgroup:
            sample["cpu_stat"] = throttling(self.cgroup)
        return sample

    def all_metrics(self, path):
        listed = self.cluster.get(path)
        if not isinstance(listed, list) or not listed:
            return []
        return self.cluster.get(f"{path}?get=" + ",".join(metric["id"] for metric in listed))

    def vertex(self, v):
        path = f"/jobs/{self.job}/vertices/{v['id']}"
        task, operator = self.listed.get(v["id"], ([], []))
        if len(task) < len(TASK_METRICS):
            metrics = self.cluster.get(f"{path}/subtasks/metrics")
            names = [metric["id"] for metric in metrics] if isinstance(metrics, list) else []
            task = [name for name in TASK_METRICS if name in names]
            operator = [name for name in names if "." in name and any(part in name for part in OPERATOR_METRICS)
                        and not name.startswith(("Shuffle", "buffers"))]
            self.listed[v["id"]] = (task, operator)
        wanted = ",".join(task + operator)
        each = ",".join(f"{i}.{name}" for i in range(v["parallelism"]) for name in task + operator)
        return {"name": v["name"], "parallelism": v["parallelism"], "maxParallelism": v["maxParallelism"],
                "status": v["status"], "io": v["metrics"],
                "agg": self.cluster.get(f"{path}/subtasks/metrics?agg=min,max,sum,avg&get={wanted}") if wanted else [],
                "subtasks": self.cluster.get(f"{path}/metrics?get={each}") if each else []}
