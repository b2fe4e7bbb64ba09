"""A CPU limit as a container has it: a CFS quota of a control group, version 1, for which one has to be root."""

import os
import time
from pathlib import Path

ROOT = Path("/sys/fs/cgroup/cpu")
ACCOUNTS = Path("/sys/fs/cgroup/cpuacct")
PERIOD_US = 100_000  # Linux' and Kubernetes' default


class CpuQuota:
    """A context manager. A process started behind `wrapper` has the limit; a JVM takes it for its processors."""

    def __init__(self, cores):
        for root in (ROOT, ACCOUNTS):
            if not (root / "cgroup.procs").exists() or not os.access(root, os.W_OK):
                raise OSError(f"{root}: needs control groups of version 1 and root")
        self.cores = cores
        name = f"tune-lab-{os.getpid()}-{time.monotonic_ns()}"
        self.cpu, self.account = ROOT / name, ACCOUNTS / name
        join = " && ".join(f"echo $$ >{folder}/cgroup.procs" for folder in (self.cpu, self.account))
        self.wrapper = ["sh", "-c", join + ' && exec "$@"', "sh"]

    def __enter__(self):
        self.cpu.mkdir()
        self.account.mkdir()
        (self.cpu / "cpu.cfs_period_us").write_text(str(PERIOD_US))
        (self.cpu / "cpu.cfs_quota_us").write_text(str(round(self.cores * PERIOD_US)))
        (self.cpu / "cpu.shares").write_text("262144")  # the most: other work of the machine gives way
        return self

    def __exit__(self, *_):
        for folder in (self.cpu, self.account):
            for _ in range(50):  # the last process may still be leaving
                try:
                    folder.rmdir()
                    break
                except OSError:
                    time.sleep(0.1)

    def read(self):
        """Time of reading and used processor time in s, and the periods in which there was work and was throttled."""
        stat = dict(line.split() for line in (self.cpu / "cpu.stat").read_text().splitlines())
        return {"t": time.time(), "used_s": int((self.account / "cpuacct.usage").read_text()) / 1e9,
                "periods": int(stat["nr_periods"]), "throttled": int(stat["nr_throttled"]),
                "throttled_s": int(stat["throttled_time"]) / 1e9}
