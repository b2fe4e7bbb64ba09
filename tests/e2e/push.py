"""push.py HOSTS OUT TUNE KUBECONFIG RATE: what a scheduler does. Samples the job through Flink's REST API and pushes them.

Every sample is also kept in OUT/samples.jsonl. SIGTERM ends it.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

from flink import Flink
from kube import JOB, NAMESPACE

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lab" / "flink"))
from record import Recorder, hsperf, rss_kb  # noqa: E402

EVERY_S, PUSH_S = 5, 20
RUNNER = b"KubernetesTaskExecutorRunner"


def task_managers():
    """Pod -> process id on this machine, and within its pod."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if RUNNER not in (process / "cmdline").read_bytes():
                continue
            pod = next(v[9:].decode() for v in (process / "environ").read_bytes().split(b"\0") if v.startswith(b"HOSTNAME="))
            ids = next(line for line in (process / "status").read_text().splitlines() if line.startswith("NSpid")).split()
            found[pod] = int(process.name), int(ids[-1])
        except (OSError, StopIteration):
            pass  # it ended meanwhile
    return found


class PodRecorder(Recorder):
    """One attempt of the job. Beside Flink's answers, what HotSpot and the kernel say of each TaskManager."""

    def __init__(self, flink, job):
        super().__init__(flink, job, "", EVERY_S)

    def machine(self, sample):
        pods = {pod: ids for pod, ids in task_managers().items() if pod in sample["taskmanagers"]}
        return {"hsperfdata": {pod: hsperf(inner, f"/proc/{pid}/root/tmp") for pod, (pid, inner) in pods.items()},
                "rss_kb": {pod: rss_kb(pid) for pod, (pid, _) in pods.items()}}


class Scheduler:
    def __init__(self, hosts, out, tune, kubeconfig, rate):
        self.flink, self.out = Flink(hosts), Path(out)
        self.command = [tune, "push", f"{NAMESPACE}/{JOB}", "--kubeconfig", kubeconfig, "--source-rate", f"datagen={rate}"]
        self.recorder, self.unpushed, self.pushed_at = None, [], time.time()

    def sample(self):
        job = self.flink.job()
        if not job:
            self.recorder = None
            return
        if not self.recorder or self.recorder.job != job:
            self.push()  # a file holds samples of one job
            self.recorder = PodRecorder(self.flink, job)
        missed = self.flink.missed
        sample = self.recorder.sample(first=not self.unpushed)
        if sample["vertices"] and self.flink.missed == missed:  # whole, not cut by the JobManager's end
            self.unpushed.append(sample)
            with open(self.out / "samples.jsonl", "a") as file:
                file.write(json.dumps(sample, separators=(",", ":")) + "\n")

    def push(self):
        self.pushed_at = time.time()
        if not self.unpushed:
            return
        path = self.out / "push.jsonl"
        path.write_text("".join(json.dumps(sample) + "\n" for sample in self.unpushed))
        done = subprocess.run([*self.command, str(path)], capture_output=True, text=True, check=False)
        print(time.strftime("%H:%M:%S"), len(self.unpushed), "samples:", (done.stdout + done.stderr).strip(), flush=True)
        if done.returncode == 0:
            self.unpushed = []

    def run(self):
        while True:
            begin = time.time()
            self.sample()
            if time.time() - self.pushed_at >= PUSH_S:
                self.push()
            time.sleep(max(0.0, begin + EVERY_S - time.time()))


if __name__ == "__main__":
    Scheduler(*sys.argv[1:]).run()
