"""The job's owner beside libtune: applies what is his, again and again, as a GitOps controller does."""

import threading
import time

from kube import JOB, JOBS, NAMESPACE

MANAGER = "gitops"
EVERY_S = 3
ANNOTATION, REVISION = "example.com/revision", "4711"


class Owner:
    """His manifest has an annotation and an option of Flink; `sizes` too where somebody commits them. It stays the same, so
    that his applies write nothing unless somebody took something from him: each write races the operator's status, and
    operator 1.7.0 may then stop at "Status have been modified externally"."""

    def __init__(self, kube):
        self.kube = kube
        self.applied, self.refused, self.sizes = 0, [], {}
        self.lock, self.stopped = threading.Lock(), threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.thread.join()

    def commit(self, sizes):
        """Fields of the spec that his manifest has from now on; libtune's, put back."""
        with self.lock:
            self.sizes = sizes

    def manifest(self):
        with self.lock:
            spec = {key: dict(value) for key, value in self.sizes.items()}
        spec.setdefault("flinkConfiguration", {})["metrics.latency.granularity"] = "operator"
        return {"apiVersion": "flink.apache.org/v1beta1", "kind": "FlinkDeployment",
                "metadata": {"name": JOB, "namespace": NAMESPACE, "annotations": {ANNOTATION: REVISION}},
                "spec": spec}

    def run(self):
        while not self.stopped.wait(EVERY_S):
            try:
                _, refusal = self.kube.apply(f"{JOBS}/{JOB}", self.manifest(), MANAGER, force=True)
            except OSError as error:
                refusal = str(error)
            if refusal:
                self.refused.append(f"{time.strftime('%H:%M:%S')} {refusal}")
            else:
                self.applied += 1
