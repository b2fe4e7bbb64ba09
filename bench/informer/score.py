#!/usr/bin/env python3
"""The informer of 10,000 FlinkDeployments against client-go's, on one real API server.

Both list in pages of 500 and keep the same fields. Each run is a process of its own; contestants take turns. Beside
them a plain paged list that keeps nothing: what the server itself takes. Then cached reads, and the requests that the
server counts meanwhile.
"""
import argparse
import collections
import json
import os
import re
import signal
import ssl
import statistics
import subprocess
import tempfile
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BOX = os.path.join(ROOT, ".cache/kubebox")
CRDS = os.path.join(BOX, "crds/META-INF/fabric8")
SETTLE_S = 3  # after the sync, before memory and CPU are read


class Server:
    def __init__(self, folder):
        command = [os.path.join(BOX, "kubebox"), "up", "--dir", folder]
        for kind in ("flinkdeployments", "flinksessionjobs"):
            command += ["--apply", os.path.join(CRDS, kind + ".flink.apache.org-v1.yml")]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        stderr=open(os.path.join(folder, "up.log"), "w"))
        self.said = json.loads(self.process.stdout.readline())
        self.kubeconfig = self.said["kubeconfig"]
        with open(self.said["adminTokenFile"]) as file:
            self.token = file.read().strip()
        self.trust = ssl.create_default_context(cafile=self.said["ca"])

    def get(self, path):
        request = urllib.request.Request(self.said["server"] + path, headers={"Authorization": "Bearer " + self.token})
        with urllib.request.urlopen(request, context=self.trust, timeout=60) as answer:
            return answer.read().decode()

    def flink_requests(self):
        """Requests for Flink's kinds since the server's start, by verb. A watch counts when it ends."""
        verbs = collections.Counter()
        for line in self.get("/metrics").splitlines():
            if line.startswith("apiserver_request_total{") and 'group="flink.apache.org"' in line:
                verbs[re.search(r'verb="(\w+)"', line).group(1)] += int(float(line.rsplit(" ", 1)[1]))
        return verbs

    def stop(self):
        self.process.stdin.close()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)


def status_kib(pid, field):
    with open(f"/proc/{pid}/status") as file:
        return int(re.search(rf"^{field}:\s+(\d+) kB", file.read(), re.M).group(1))


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Follower:
    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.said = json.loads(self.process.stdout.readline())
        time.sleep(SETTLE_S)
        pid = self.process.pid
        self.result = {"sync_s": self.said["sync_s"], "cpu_s": cpu_seconds(pid),
                       "peak_mib": status_kib(pid, "VmHWM") / 1024, "steady_mib": status_kib(pid, "VmRSS") / 1024}

    def reads(self, seconds):
        self.process.stdin.write(f"reads {seconds}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def end(self):
        self.process.stdin.close()
        self.process.wait(timeout=60)


def table(results):
    columns = ("sync_s", "cpu_s", "peak_mib", "steady_mib")
    print(f"{'':28}" + "".join(f"{c:>12}" for c in columns) + "   (median; least-most of sync_s)")
    medians = {}
    for name, runs in results.items():
        medians[name] = {c: statistics.median(run[c] for run in runs) for c in columns}
        syncs = [run["sync_s"] for run in runs]
        print(f"{name:28}" + "".join(f"{medians[name][c]:12.2f}" for c in columns) +
              f"   {min(syncs):.2f}-{max(syncs):.2f}")
    return medians


def compare(medians, plain_s):
    ours = medians["libtune"]
    for name in ("client-go, dynamic", "client-go, typed"):
        peer = medians[name]
        print(f"libtune / {name}: " + ", ".join(f"{c} {ours[c] / peer[c]:.2f}" for c in ours))
    print(f"libtune's sync / the plain list: {ours['sync_s'] / plain_s:.2f}")


def measure(server, view, peer, rounds, page):
    contestants = {"libtune": [view, "follow", "--kubeconfig", server.kubeconfig, "--page", str(page)],
                   "client-go, dynamic": [peer, "dynamic", "-kubeconfig", server.kubeconfig, "-page", str(page)],
                   "client-go, typed": [peer, "typed", "-kubeconfig", server.kubeconfig, "-page", str(page)]}
    results, plain = {name: [] for name in contestants}, []
    listing = [view, "list", "--kubeconfig", server.kubeconfig, "--page", str(page)]
    subprocess.run(listing, check=True, stdout=subprocess.DEVNULL)  # the server's own caches are warm for all
    for _ in range(rounds):
        plain.append(json.loads(subprocess.run(listing, check=True, capture_output=True, text=True).stdout))
        for name, command in contestants.items():
            follower = Follower(command)
            results[name].append(follower.result)
            follower.end()
    return results, plain


def read_cached(server, view, seconds, page):
    follower = Follower([view, "follow", "--kubeconfig", server.kubeconfig, "--page", str(page)])
    before = server.flink_requests()
    said = follower.reads(seconds)
    asked = server.flink_requests() - before
    follower.end()
    print(f"{said['reads']} cached reads at 1,000/s: p50 {said['p50_us']} us, p99 {said['p99_us']} us, "
          f"most {said['most_us']} us; requests for Flink's kinds at the server meanwhile: {dict(asked) or 0}"
          " (WATCH: one that ended, of whomever)")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--view", required=True, help="build/release/bench/informer_view")
    parser.add_argument("--peer", required=True, help="the program of bench/informer/peer")
    parser.add_argument("--quick", action="store_true", help="1,000 objects")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    count, page = (1_000 if args.quick else 10_000), 500
    with tempfile.TemporaryDirectory(prefix="informer-") as folder:
        server = Server(folder)
        try:
            began = time.monotonic()
            subprocess.run([args.peer, "make", "-kubeconfig", server.kubeconfig, "-count", str(count)], check=True)
            made_s = time.monotonic() - began
            one = server.get("/apis/flink.apache.org/v1beta1/namespaces/team-000/flinkdeployments/job-00000")
            print(f"{count} FlinkDeployments of {len(one)} bytes, made in {made_s:.0f} s; "
                  f"{args.rounds} rounds, load {os.getloadavg()[0]:.1f}")
            results, plain = measure(server, args.view, args.peer, args.rounds, page)
            plain_s = statistics.median(p["list_s"] for p in plain)
            print(f"a plain list of {plain[0]['pages']} pages, {plain[0]['bytes'] / 2**20:.0f} MiB: {plain_s:.2f} s")
            compare(table(results), plain_s)
            read_cached(server, args.view, 3 if args.quick else 20, page)
            print(f"load at the end {os.getloadavg()[0]:.1f}")
        finally:
            server.stop()


if __name__ == "__main__":
    main()
