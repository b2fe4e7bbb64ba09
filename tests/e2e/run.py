"""What the scenarios share: the parts of the run, a timed log, and the summary that is compared with the golden one."""

import json
import subprocess
import time
from pathlib import Path

from facts import Facts
from flink import Flink
from kube import JOB, NAMESPACE, Kube


class Failed(Exception):
    """What was to be shown is not so."""


class Run:
    def __init__(self, run, out, tune, rate):
        self.folder, self.out, self.program, self.rate = Path(run), Path(out), tune, rate
        self.kube = Kube(self.folder / "box")
        self.flink = Flink(self.folder / "hosts")
        self.facts = Facts(self.kube, self.flink)
        self.begun, self.failed = time.time(), 0
        self.log = open(self.out / "timeline.txt", "w", buffering=1)
        self.summary = open(self.out / "summary.txt", "w", buffering=1)

    def say(self, text):
        """Into the timed log: figures and times, which differ from run to run."""
        line = f"{time.strftime('%H:%M:%S')} +{time.time() - self.begun:6.1f} s  {text}"
        print(line, flush=True)
        self.log.write(line + "\n")

    def begin(self, title):
        self.say(f"== {title}")
        self.summary.write(f"{title}\n")

    def shown(self, what, holds, figures=""):
        """One line of the summary. `figures` are for the timed log alone."""
        self.say(f"{'ok  ' if holds else 'FAIL'} {what}{': ' if figures else ''}{figures}")
        self.failed += not holds
        self.summary.write(f"  {'ok  ' if holds else 'FAIL'} {what}\n")
        return holds

    def tune(self, *words, check=True):
        """The program's answer as JSON; with check=False (exit code, answer or error text)."""
        done = subprocess.run([self.program, *words, "--json", "--kubeconfig", str(self.folder / "scheduler.kubeconfig")],
                              capture_output=True, text=True, check=False)
        if not check:
            return done.returncode, done.stdout if done.returncode == 0 else done.stderr.strip()
        if done.returncode != 0:
            raise Failed(f"tune {' '.join(words)}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def wait(self, what, within_s, done, every_s=2):
        """Until done() answers something true, which is returned; the time it took goes to the timed log."""
        begin = time.time()
        while True:
            answer = done()
            if answer:
                self.say(f"     {what}: after {time.time() - begin:.1f} s")
                return answer
            if time.time() - begin > within_s:
                raise Failed(f"{what}: not within {within_s} s")
            time.sleep(every_s)

    @property
    def job(self):
        return f"{NAMESPACE}/{JOB}"
