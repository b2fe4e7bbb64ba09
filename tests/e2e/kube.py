"""The run's API server: questions, watches, server-side applies."""

import json
import ssl
import urllib.error
import urllib.request
from pathlib import Path

NAMESPACE, JOB = "team-a", "orders"
JOBS = f"/apis/flink.apache.org/v1beta1/namespaces/{NAMESPACE}/flinkdeployments"
PODS = f"/api/v1/namespaces/{NAMESPACE}/pods"
EVENTS = f"/api/v1/namespaces/{NAMESPACE}/events"


class Kube:
    """`box` is the folder in which the control plane keeps its keys."""

    def __init__(self, box):
        self.token = (Path(box) / "admin.token").read_text().strip()
        self.tls = ssl.create_default_context(cafile=str(Path(box) / "ca.crt"))

    def open(self, path, method="GET", body=None, content_type="application/json", timeout=30):
        request = urllib.request.Request(
            f"https://10.96.0.1:443{path}", method=method, data=json.dumps(body).encode() if body else None,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": content_type})
        return urllib.request.urlopen(request, context=self.tls, timeout=timeout)

    def get(self, path):
        with self.open(path) as answer:
            return json.load(answer)

    def apply(self, path, fields, manager, force):
        """Server-side apply. Returns the object, or what the API server says against it."""
        query = f"{path}?fieldManager={manager}&force={'true' if force else 'false'}"
        try:
            with self.open(query, "PATCH", fields, "application/apply-patch+yaml") as answer:
                return json.load(answer), None
        except urllib.error.HTTPError as error:
            return None, json.load(error).get("message", str(error))

    def patch(self, path, fields):
        with self.open(path, "PATCH", fields, "application/merge-patch+json") as answer:
            return json.load(answer)

    def watch(self, path):
        """(type, object) of each change, from now on, until the connection ends."""
        with self.open(f"{path}?watch=1", timeout=3600) as lines:
            for line in lines:
                event = json.loads(line)
                yield event["type"], event["object"]
