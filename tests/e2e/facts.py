"""What a job is like, asked of Flink and of its pods, whatever libtune or the operator say.

facts.py BOX HOSTS: succeeds when the operator has made the job what its spec says.
"""

import json
import sys
import time

from flink import Flink
from kube import JOB, JOBS, PODS, Kube

# Of an object these change by themselves.
VOLATILE = ("resourceVersion", "generation", "managedFields")


class Facts:
    def __init__(self, kube, flink):
        self.kube, self.flink = kube, flink

    def object(self):
        return self.kube.get(f"{JOBS}/{JOB}")

    def settled(self):
        """The operator has made the job what its spec says now."""
        job = self.object()
        status = job.get("status", {})
        last = json.loads(status.get("reconciliationStatus", {}).get("lastReconciledSpec") or "{}")
        reconciled = last.get("resource_metadata", {}).get("metadata", {}).get("generation")
        return (status.get("lifecycleState") == "STABLE" and status.get("jobStatus", {}).get("state") == "RUNNING"
                and reconciled == job["metadata"]["generation"])

    def running(self):
        """Flink's job whose tasks all run; None when there is none."""
        job = self.flink.job()
        answer = self.flink.get(f"/jobs/{job}") if job else {}
        vertices = answer.get("vertices", [])
        return answer if vertices and all(v["status"] == "RUNNING" for v in vertices) else None

    def parallelism(self):
        return {vertex["name"].replace("Source: ", "").split(" ")[0]: vertex["parallelism"] for vertex in self.running()["vertices"]}

    def task_managers(self):
        """(TaskManagers, slots of all, MiB of each by its pod's limit)."""
        listed = self.flink.get("/taskmanagers").get("taskmanagers", [])
        pods = [pod for pod in self.kube.get(PODS)["items"]
                if pod["metadata"]["labels"].get("component") == "taskmanager" and not pod["metadata"].get("deletionTimestamp")]
        limits = {pod["spec"]["containers"][0]["resources"]["limits"]["memory"] for pod in pods}
        return len(listed), sum(tm["slotsNumber"] for tm in listed), sorted(mib(limit) for limit in limits)

    def checkpoints(self):
        """(the last completed one, the one that the job was restored from); None for none."""
        latest = self.flink.get(f"/jobs/{self.flink.job()}/checkpoints").get("latest") or {}
        return (latest.get("completed") or {}).get("id"), (latest.get("restored") or {}).get("id")

    def flow(self, seconds):
        """(records a second into enrich, share of the time that the source is held back), over that time from now on."""
        first, begin = self.counters(), time.time()
        time.sleep(seconds)
        last, passed = self.counters(), time.time() - begin
        return (last[0] - first[0]) / passed, (last[1] - first[1]) / 1000 / passed

    def counters(self):
        job = self.running()
        records = self.sum(job, "enrich", "numRecordsIn")
        return records, self.sum(job, "Source: datagen", "accumulateBackPressuredTimeMs")

    def sum(self, job, name, metric):
        vertex = next(v for v in job["vertices"] if v["name"] == name)
        path = f"/jobs/{job['jid']}/vertices/{vertex['id']}/subtasks/metrics?get={metric}&agg=sum"
        self.flink.get(path)
        time.sleep(2.5)  # Flink answers from a cache and only then renews it
        answer = self.flink.get(path)
        return answer[0]["sum"]


def mib(quantity):
    """1Gi, 877Mi or bytes, in MiB."""
    for unit, factor in (("Gi", 1024), ("Mi", 1), ("Ki", 1 / 1024)):
        if quantity.endswith(unit):
            return round(float(quantity[:-2]) * factor)
    return round(float(quantity) / (1 << 20))


def leaves(value, path=()):
    """Path -> value of every leaf; lists are leaves."""
    if not isinstance(value, dict) or not value:
        return {path: value}
    return {p: v for key, entry in value.items() for p, v in leaves(entry, (*path, key)).items()}


def changed_fields(before, after):
    """Paths of what differs between two states of an object, but for what changes by itself."""
    def told(o):
        meta = {key: value for key, value in o["metadata"].items() if key not in VOLATILE}
        return leaves({"metadata": meta, "spec": o["spec"]})
    old, new = told(before), told(after)
    return {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}


def owned_fields(job, manager):
    """Paths of the fields that a manager owns."""
    owned = set()
    for entry in job["metadata"]["managedFields"]:
        if entry["manager"] == manager and entry.get("subresource", "") == "":
            owned |= {tuple(name.removeprefix("f:") for name in path) for path in leaves(entry["fieldsV1"])}
    return {path for path in owned if path[-1] != "."}


if __name__ == "__main__":
    sys.exit(not Facts(Kube(sys.argv[1]), Flink(sys.argv[2])).settled())
