"""watch.py BOX HOSTS: a line for every change of a FlinkDeployment, pod or event, and of the job as Flink's REST tells it.

Keeps the file of host names for the operator's JVM: the JobManager's address changes with each upgrade.
"""

import json
import os
import sys
import threading
import time
import urllib.request

from kube import EVENTS, JOBS, NAMESPACE, PODS, Kube

UNINTERESTING = {"MissingClusterDNS", "Unhealthy", "Pulled", "Created", "Started"}


class Timeline:
    def __init__(self, hosts):
        self.hosts = hosts
        self.lock = threading.Lock()
        self.last = {}  # kind and name -> what was said of it last
        self.addresses = {}  # name of the REST service -> the JobManager's address

    def say(self, kind, name, **fields):
        with self.lock:
            if self.last.get((kind, name)) == fields:
                return
            self.last[kind, name] = fields
            now = time.time()
            stamp = time.strftime("%H:%M:%S", time.localtime(now)) + f".{int(now * 1000) % 1000:03d}"
            print(stamp, kind, name, json.dumps({k: v for k, v in fields.items() if v not in (None, "", [], False)}), flush=True)

    def job(self, kind, o):
        status = o.get("status", {})
        last = json.loads(status.get("reconciliationStatus", {}).get("lastReconciledSpec") or "{}")
        self.say("job", o["metadata"]["name"], change=kind, generation=o["metadata"].get("generation"),
                 reconciled=last.get("resource_metadata", {}).get("metadata", {}).get("generation"),
                 lifecycle=status.get("lifecycleState"), state=status.get("jobStatus", {}).get("state"),
                 job_manager=status.get("jobManagerDeploymentStatus"),
                 parallelism=o["spec"].get("job", {}).get("parallelism"), size=o["spec"].get("taskManager", {}).get("resource"),
                 error=(status.get("error") or "")[:500])

    def pod(self, kind, o):
        meta, status = o["metadata"], o.get("status", {})
        container = (status.get("containerStatuses") or [{}])[0]
        ended = container.get("state", {}).get("terminated") or {}
        self.say("pod", meta["name"], change=kind, phase=status.get("phase"), ip=status.get("podIP"),
                 deleting=bool(meta.get("deletionTimestamp")), restarts=container.get("restartCount"),
                 ended=ended.get("reason"), exit=ended.get("exitCode"), limits=o["spec"]["containers"][0].get("resources", {}).get("limits"),
                 unscheduled=[c.get("message") for c in status.get("conditions", []) if c["type"] == "PodScheduled" and c.get("message")])
        labels = meta.get("labels", {})
        if labels.get("component") == "jobmanager" and status.get("podIP") and not meta.get("deletionTimestamp"):
            self.address(f"{labels['app']}-rest.{NAMESPACE}", status["podIP"])

    def address(self, name, ip):
        if self.addresses.get(name) == ip:
            return
        self.addresses[name] = ip
        with open(self.hosts + ".new", "w") as file:
            file.writelines(f"{ip} {name}\n" for name, ip in self.addresses.items())
        os.rename(self.hosts + ".new", self.hosts)

    def event(self, kind, o):
        if kind != "DELETED" and o.get("reason") not in UNINTERESTING:
            self.say("event", o["involvedObject"].get("name", ""), type=o.get("type"), reason=o.get("reason"), count=o.get("count"),
                     by=o.get("reportingComponent") or o.get("source", {}).get("component"), text=(o.get("message") or "")[:700])

    def flink(self):
        """The job as Flink itself says it, whatever the operator believes."""
        while True:
            time.sleep(0.5)
            for name, ip in list(self.addresses.items()):
                try:
                    with urllib.request.urlopen(f"http://{ip}:8081/jobs/overview", timeout=2) as answer:
                        jobs = [{"state": j["state"], "tasks": {k: n for k, n in j["tasks"].items() if n}} for j in json.load(answer)["jobs"]]
                except (OSError, ValueError) as error:
                    jobs = type(error).__name__
                self.say("flink", name, jobs=jobs)


def follow(kube, path, take):
    while True:
        try:
            for kind, o in kube.watch(path):
                take(kind, o)
        except (OSError, ValueError):
            time.sleep(1)


def main(box, hosts):
    kube, timeline = Kube(box), Timeline(hosts)
    threading.Thread(target=timeline.flink, daemon=True).start()
    for path, take in ((PODS, timeline.pod), (EVENTS, timeline.event)):
        threading.Thread(target=follow, args=(kube, path, take), daemon=True).start()
    follow(kube, JOBS, timeline.job)


if __name__ == "__main__":
    main(*sys.argv[1:])
