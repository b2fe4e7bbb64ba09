"""A Flink 1.20.5 session cluster on loopback: one JobManager and one TaskManager, real processes.

`./dev lab` puts the distribution and the job in .cache/lab. Flink's own shell scripts are not in that distribution, so
the main classes are started here. A cluster is a context manager; leaving it stops both processes, and so does the end
of the thread that started them.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

CACHE = Path(__file__).resolve().parents[3] / ".cache" / "lab"
JOB_JAR = CACHE / "job" / "load-job.jar"
GC_FLAGS = {"g1": ["-XX:+UseG1GC"], "parallel": ["-XX:+UseParallelGC"], "serial": ["-XX:+UseSerialGC"], "default": []}
MAIN = "org.apache.flink.runtime."
# What Flink's scripts pass to a JVM from 17 on.
OPENS = [f"--add-exports={name}=ALL-UNNAMED" for name in (
    "java.base/sun.net.util", "java.rmi/sun.rmi.registry", "java.security.jgss/sun.security.krb5")] + [
    f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in (
        "java.lang", "java.net", "java.io", "java.nio", "sun.nio.ch", "java.lang.reflect", "java.text", "java.time",
        "java.util", "java.util.concurrent", "java.util.concurrent.atomic", "java.util.concurrent.locks")]
LOG4J = """rootLogger.level = INFO
rootLogger.appenderRef.c.ref = C
appender.c.name = C
appender.c.type = CONSOLE
appender.c.layout.type = PatternLayout
appender.c.layout.pattern = %d{HH:mm:ss,SSS} %-5p %c{1} - %m%n
"""


class LabError(Exception):
    """The cluster did not do what was asked of it."""


def flink_home():
    for home in CACHE.glob("venv/lib/python3*/site-packages/pyflink"):
        return home
    raise LabError("no Flink in .cache/lab; ./dev lab installs it")


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


class Cluster:
    """Files in `folder`, which is emptied first. The wrappers are put before the command lines."""

    def __init__(self, folder, gc="default", heap_mb=512, slots=2, tm_wrapper=(), jm_wrapper=(), register_within_s=120):
        self.folder = Path(folder).resolve()
        self.gc, self.heap_mb, self.slots, self.tm_wrapper = gc, heap_mb, slots, tm_wrapper
        self.jm_wrapper = jm_wrapper
        self.register_within_s = register_within_s
        self.rest_port, self.rpc_port, self.blob_port = free_ports(3)
        self.processes = {}
        self.register_s = None  # from the TaskManager's start to its registration

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def gc_log(self):
        return self.folder / "gc.log"

    @property
    def tm_pid(self):
        return self.processes["tm"].pid

    def tm_alive(self):
        return self.processes["tm"].poll() is None

    def config(self):
        """Heap as asked; the other parts are set too, because a TaskManager started by hand derives none."""
        return {
            "jobmanager.rpc.address": "127.0.0.1",
            "jobmanager.rpc.port": self.rpc_port,
            "jobmanager.bind-host": "127.0.0.1",
            "jobmanager.scheduler": "adaptive",
            "jobmanager.adaptive-scheduler.resource-stabilization-timeout": "2 s",
            "blob.server.port": self.blob_port,
            "rest.address": "127.0.0.1",
            "rest.bind-address": "127.0.0.1",
            "rest.port": self.rest_port,
            "taskmanager.host": "127.0.0.1",
            "taskmanager.bind-host": "127.0.0.1",
            "taskmanager.numberOfTaskSlots": self.slots,
            "taskmanager.cpu.cores": self.slots,
            "taskmanager.memory.framework.heap.size": "64m",
            "taskmanager.memory.task.heap.size": f"{self.heap_mb - 64}m",
            "taskmanager.memory.framework.off-heap.size": "64m",
            "taskmanager.memory.task.off-heap.size": "0m",
            "taskmanager.memory.network.min": "32m",
            "taskmanager.memory.network.max": "32m",
            "taskmanager.memory.managed.size": "16m",
            "taskmanager.memory.jvm-metaspace.size": "160m",
            "taskmanager.memory.jvm-overhead.min": "64m",
            "taskmanager.memory.jvm-overhead.max": "64m",
            "taskmanager.registration.timeout": "20 min",
            "state.backend.type": "hashmap",
            "execution.checkpointing.storage": "filesystem",
            "execution.checkpointing.dir": f"file://{self.folder}/checkpoints",
            "restart-strategy.type": "fixed-delay",
            "restart-strategy.fixed-delay.attempts": 1000,
            "restart-strategy.fixed-delay.delay": "1 s",
            "metrics.fetcher.update-interval": 2000,
            "heartbeat.timeout": 60000,
            "io.tmp.dirs": f"{self.folder}/tmp",
            "web.upload.dir": f"{self.folder}/tmp",
        }

    def _start(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        for part in ("conf", "tmp", "checkpoints"):
            (self.folder / part).mkdir(parents=True)
        lines = (f"{key}: {value}\n" for key, value in self.config().items())
        (self.folder / "conf/config.yaml").write_text("".join(lines))
        (self.folder / "conf/log4j.properties").write_text(LOG4J)
        self._java("jm", self.jm_wrapper, ["-Xmx384m", "-XX:+UseSerialGC"],
                   MAIN + "entrypoint.StandaloneSessionClusterEntrypoint", [])
        self._await("the JobManager", lambda: "taskmanagers" in self.get("/overview"), 120)
        begin = time.time()
        self._java("tm", self.tm_wrapper,
                   [f"-Xms{self.heap_mb}m", f"-Xmx{self.heap_mb}m", "-XX:MaxDirectMemorySize=128m",
                    "-XX:MaxMetaspaceSize=160m", *GC_FLAGS[self.gc],
                    f"-Xlog:gc*:file={self.gc_log}:time,uptime,level,tags:filecount=0"],
                   MAIN + "taskexecutor.TaskManagerRunner", ["-D", "taskmanager.resource-id=tm"])
        self._await("the TaskManager", lambda: self.get("/overview").get("taskmanagers") == 1, self.register_within_s)
        self.register_s = time.time() - begin

    def _java(self, name, wrapper, jvm, main, arguments):
        home = flink_home()
        environment = dict(os.environ, FLINK_PLUGINS_DIR=str(home / "plugins"), FLINK_LIB_DIR=str(home / "lib"),
                           FLINK_CONF_DIR=str(self.folder / "conf"))
        jars = ":".join(sorted(map(str, (home / "lib").glob("*.jar"))))
        command = ["setpriv", "--pdeathsig", "TERM", *wrapper, "java", *jvm, *OPENS,
                   f"-Dlog4j.configurationFile={self.folder}/conf/log4j.properties", "-cp", jars,
                   main, "--configDir", str(self.folder / "conf"), *arguments]
        with open(self.folder / f"{name}.log", "w") as log:
            self.processes[name] = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                                    env=environment, cwd=self.folder, start_new_session=True)

    def _await(self, what, done, within_s):
        end = time.time() + within_s
        while not done():
            for name, process in self.processes.items():
                if process.poll() is not None:
                    raise LabError(f"{what} did not come up: {name} ended, see {self.folder}/{name}.log")
            if time.time() > end:
                raise LabError(f"{what} did not come up within {within_s} s, see {self.folder}")
            time.sleep(0.1)

    def request(self, method, path, body=None, content_type="application/json"):
        request = urllib.request.Request(f"http://127.0.0.1:{self.rest_port}{path}", data=body, method=method,
                                         headers={"Content-Type": content_type} if body else {})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read().decode() or "{}")

    def get(self, path):
        """The answer, or {} when there is none: a JobManager under load may miss one."""
        try:
            return self.request("GET", path)
        except (OSError, ValueError):
            return {}

    def submit(self, arguments, running_within_s=120):
        """Runs the lab's job. Returns its id and the seconds from the submission to all of its tasks running."""
        boundary = uuid.uuid4().hex
        body = (f'--{boundary}\r\nContent-Disposition: form-data; name="jarfile"; filename="load-job.jar"\r\n'
                "Content-Type: application/x-java-archive\r\n\r\n").encode() + JOB_JAR.read_bytes() + (
            f"\r\n--{boundary}--\r\n").encode()
        jar = self.request("POST", "/jars/upload", body, f"multipart/form-data; boundary={boundary}")
        name = jar["filename"].rsplit("/", 1)[-1]
        begin = time.time()
        try:
            body = json.dumps({"programArgsList": arguments}).encode()
            job = self.request("POST", f"/jars/{name}/run", body)["jobid"]
        except urllib.error.HTTPError as error:
            raise LabError(f"the job is refused: {error.read().decode()[:2000]}") from error
        self._await("the job", lambda: self.running(job), running_within_s)
        return job, time.time() - begin

    def running(self, job):
        vertices = self.get(f"/jobs/{job}").get("vertices", [])
        return bool(vertices) and all(v["status"] == "RUNNING" for v in vertices)

    def force_full_gc(self):
        """Returns when the collection is over; the GC log calls it Diagnostic Command."""
        subprocess.run(["jcmd", str(self.tm_pid), "GC.run"], check=True, stdout=subprocess.DEVNULL, timeout=120)

    def stop(self):
        for process in self.processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
