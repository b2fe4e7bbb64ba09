"""scenarios.py RUN OUT TUNE RATE: what libtune does to a real job, step by step.

OUT/summary.txt says what held, the same in every run; OUT/timeline.txt when, and with which figures.
"""

import json
import sys
import time

from facts import changed_fields, owned_fields
from kube import EVENTS, JOB, JOBS
from owner import ANNOTATION, MANAGER, REVISION, Owner
from run import Failed, Run

FLOW_S = 30
MEASURE_S = 1200  # ten minutes of a process at work, and what it warmed up in before
CHANGE_S = 900  # until a change is over
LEAK_MB = 600  # of native memory: the planned TaskManager has no room for it, the former one has
QUIET_S = 60  # in which nothing must be written
OVER = ("STABLE", "ROLLED_BACK", "NOT_APPLIED", "OVERTAKEN", "FAILED")
# What is not the plan's and may differ: what tuned tells the owner.
TOLD = {("metadata", "annotations", "tune.dev/recommendation")}


def describe(run):
    """The job as Flink and its pods tell it."""
    parallelism = run.facts.parallelism()
    count, slots, sizes = run.facts.task_managers()
    rate, held_back = run.facts.flow(FLOW_S)
    run.say(f"     parallelism {parallelism}, {count} TaskManager(s) of {sizes} MiB, {slots} slot(s); "
            f"enrich takes {rate:.0f} records/s, the source is held back {held_back:.0%} of the time")
    return {"enrich": parallelism["enrich"], "count": count, "slots": slots, "sizes": sizes, "rate": rate, "held_back": held_back}


def carries(run, job):
    return job["rate"] > 0.97 * run.rate and job["held_back"] < 0.5


# ---- what tuned says


def memory(answer, which):
    """Of a TaskManager, in MiB."""
    return int(answer["task_managers"][which]["memory"]) >> 20


def sure(run):
    """The recommendation, once nothing of what would change is a first guess."""
    answer = run.tune("get", run.job)["recommendation"]
    vertices = [v for v in answer["vertices"] if v["wanted"] != v["now"]]
    smaller = memory(answer, "wanted") < memory(answer, "now")
    return answer if vertices and smaller and all(v["confidence"] != "CONFIDENCE_LOW" for v in vertices) else None


def changes(run):
    """All changes of the job, the latest first."""
    return run.tune("audit", run.job).get("changes", [])


def state(change):
    return change["state"].removeprefix("CHANGE_STATE_")


def over(run, number):
    """The change with that id, once it is over; its steps go to the timed log."""
    def look():
        change = next(c for c in changes(run) if c["id"] == number)
        return change if state(change) in OVER else None
    change = run.wait(f"change {number} is over", CHANGE_S, look)
    for event in change.get("events", []):
        run.say(f"     {event['time'][11:19]} {event['text']}")
    run.say(f"     {state(change)}: {change.get('outcome', '')}")
    for measure in change.get("measures", []):
        run.say("     " + ", ".join(f"{key} {measure[key]}" for key in ("name", "before", "predicted", "happened") if key in measure))
    return change


def apply(run, *words):
    """Asks for the plan, whoever owns its fields; the id of the change that it began."""
    return run.tune("apply", run.job, "--yes", "--force", "--waive", "thin", *words)["change"]["id"]


def refusals(run, *words):
    """Kind -> text of what speaks against the plan now."""
    return {refusal["kind"]: refusal["text"] for refusal in run.tune("plan", run.job, *words).get("refusals", [])}


def paths(change):
    return {tuple(field["path"]) for field in change["fields"]}


# ---- the scenarios


def measured(run):
    run.begin("A job with too few subtasks and too much memory")
    before = describe(run)
    run.shown("Flink runs 1 subtask of enrich, which does not carry the load",
              before["enrich"] == 1 and before["rate"] < 0.85 * run.rate and before["held_back"] > 0.5)
    run.shown("its TaskManager has 2048 MiB", before["sizes"] == [2048])
    answer = run.wait("samples pushed until the recommendation is sure", MEASURE_S, lambda: sure(run), every_s=10)
    enrich = next(v for v in answer["vertices"] if v["name"] == "enrich")
    run.shown("tuned recommends 2 subtasks of enrich", enrich["wanted"] == 2)
    run.shown("tuned recommends TaskManagers of less than half the memory", memory(answer, "wanted") < memory(answer, "now") / 2,
              f"{memory(answer, 'now')} -> {memory(answer, 'wanted')} MiB")


def paused(run):
    run.begin("The kill switch")
    before = run.facts.object()["metadata"]["generation"]
    run.tune("pause", "--job", run.job)
    code, said = run.tune("apply", run.job, "--yes", "--force", "--waive", "thin", check=False)
    run.shown("paused, nothing is written even when a person asks", code != 0 and "paused" in said, said)
    run.tune("resume", "--job", run.job)
    run.shown("the spec is as it was", run.facts.object()["metadata"]["generation"] == before)


def applied(run):
    """The recommendation is put into force, and the job is better."""
    run.begin("The plan put into force")
    _, said = run.tune("apply", run.job, "--yes", check=False)
    run.shown("memory whose need was only seen from above is not touched unless somebody waives that", "thin" in said, said)
    _, said = run.tune("apply", run.job, "--yes", "--waive", "thin", check=False)
    run.shown("a field of somebody else is not taken without force, and he is named", "kubectl-create" in said, said)
    run.tune("apply", run.job, "--yes", "--force", "--waive", "thin", "--dry-run")
    before, (checkpoint, _) = run.facts.object(), run.facts.checkpoints()
    change = over(run, apply(run))
    run.shown("the change is stable", state(change) == "STABLE")
    run.shown("the operator made the job what the spec says", run.facts.settled())
    job = describe(run)
    wanted = next(m for m in change["measures"] if m["name"] == "MiB of a TaskManager")
    run.shown("Flink runs 2 subtasks of enrich", job["enrich"] == 2)
    run.shown("the TaskManagers' pods have the memory planned", job["sizes"] == [round(wanted["predicted"])], f"{job['sizes']} MiB")
    run.shown("the load is carried, and the source is not held back", carries(run, job))
    _, restored = run.facts.checkpoints()
    run.shown("its state was restored from a checkpoint as late as the change", restored is not None and restored >= checkpoint,
              f"checkpoint {restored}; {checkpoint} was the last one before")
    after = run.facts.object()
    differ = changed_fields(before, after) - TOLD
    run.shown("nothing but the plan's fields changed", differ == paths(change), ", ".join(".".join(p) for p in sorted(differ)))
    owned = {path for path in owned_fields(after, "libtune") if path[0] == "spec"}
    run.shown("libtune owns these fields and no others of the spec", owned == paths(change))
    return change["id"]


def went_back(run, before, change, reason, *words):
    run.shown("tuned took it back by itself", state(change) == "ROLLED_BACK")
    run.shown(f"because {reason[0]}", reason[1] in change["outcome"], change["outcome"])
    run.wait("the operator brought that in", CHANGE_S, run.facts.settled)
    differ = changed_fields(before, run.facts.object()) - TOLD
    run.shown("every field has its value from before", not differ, ", ".join(".".join(p) for p in sorted(differ)))
    run.say(f"     against the same again: {refusals(run, *words)}")


def too_small(run):
    """By a policy of somebody who allows one subtask."""
    run.begin("A bad recommendation: by a policy that allows one subtask")
    words = ("--policy", "balanced", "--set", "max_parallelism=1", "--set", "size_processes=false")
    before = run.facts.object()
    change = over(run, apply(run, *words))
    went_back(run, before, change, ("the sources are held back", "held back"), *words)
    if state(change) != "ROLLED_BACK":  # the next scenario begins where this one did
        over(run, run.tune("rollback", run.job, "--yes")["change"]["id"])
    run.shown("the load is carried again", carries(run, describe(run)))


def taken_back(run, first):
    """A person goes back to what was before the first change."""
    run.begin("A person takes the first change back")
    number = run.tune("rollback", run.job, "--yes", "--change", str(first))["change"]["id"]
    over(run, number)
    run.wait("the operator brought that in", CHANGE_S, run.facts.settled)
    job = describe(run)
    run.shown("Flink runs 1 subtask of enrich in a TaskManager of 2048 MiB", job["enrich"] == 1 and job["sizes"] == [2048])


def out_of_memory(run):
    """The plan again, and then the job needs more than was ever measured."""
    run.begin("A bad recommendation: the job needs memory that it never needed before")
    before = run.facts.object()
    number = apply(run)
    run.wait("the job runs with it", CHANGE_S, lambda: run.facts.settled() and run.facts.running())
    (run.folder / "state" / "native-mb").write_text(str(LEAK_MB))
    change = over(run, number)
    went_back(run, before, change, ("a TaskManager was killed for its memory", "OOMKilled"))
    job = describe(run)
    run.shown("it runs, with what it needs now, in a TaskManager of 2048 MiB", job["sizes"] == [2048] and job["rate"] > 0)
    (run.folder / "state" / "native-mb").unlink()


def flapping(run, owner):
    """tuned changes the job by itself, and the owner's manager puts his values back."""
    run.begin("Somebody else puts the values back")
    run.tune("policy", "put", "--job", run.job, "--set", "size_processes=false")
    known = {change["id"] for change in changes(run)}
    run.kube.patch(f"{JOBS}/{JOB}", {"metadata": {"annotations": {"tune.dev/mode": "auto"}}})
    first = run.wait("tuned begins by itself", CHANGE_S, lambda: next((c for c in changes(run) if c["id"] not in known), None))
    run.shown("tuned changes the job by itself", first["author"] == "tuned")
    run.shown("the change is stable", state(over(run, first["id"])) == "STABLE")
    vertices = run.facts.running()["vertices"]
    owner.commit({"job": {"parallelism": 1},
                  "flinkConfiguration": {"pipeline.jobvertex-parallelism-overrides": ",".join(f"{v['id']}:1" for v in vertices)}})
    text = run.wait("tuned gives up", CHANGE_S, lambda: refusals(run).get("flapping"))
    run.shown("after the second time tuned stops, and says who it is", MANAGER in text and "2 times" in text, text)
    run.wait("the operator brought the owner's values in", CHANGE_S, run.facts.settled)
    generation = run.facts.object()["metadata"]["generation"]
    time.sleep(QUIET_S)
    run.shown("nothing is written any more", run.facts.object()["metadata"]["generation"] == generation)


def owner_untouched(run, owner):
    run.begin("The owner's manager, all the while")
    run.shown("every apply of his was taken", owner.applied > 0 and not owner.refused, f"{owner.applied} applies; {owner.refused[:2]}")
    job = run.facts.object()
    run.shown("his fields are as he applied them",
              job["metadata"]["annotations"].get(ANNOTATION) == REVISION
              and job["spec"]["flinkConfiguration"]["metrics.latency.granularity"] == "operator")
    run.shown("he still owns them", {("metadata", "annotations", ANNOTATION),
                                     ("spec", "flinkConfiguration", "metrics.latency.granularity")} <= owned_fields(job, MANAGER))
    events = [e for e in run.kube.get(EVENTS)["items"] if e.get("reportingComponent") == "tune.dev/tuned"]
    for event in events:
        run.say(f"     Event {event['reason']}: {event['message'][:160]}")
    run.shown("Kubernetes Events told people of it", {"Applied", "Stable", "GoingBack", "RolledBack", "NotChanged"}
              <= {event["reason"] for event in events})


def main(folder, out, tune, rate):
    run = Run(folder, out, tune, float(rate))
    try:
        with Owner(run.kube) as owner:
            run.wait("the owner has applied", 60, lambda: owner.applied)
            measured(run)
            paused(run)
            first = applied(run)
            too_small(run)
            taken_back(run, first)
            out_of_memory(run)
            flapping(run, owner)
            owner_untouched(run, owner)
    except (Failed, OSError, KeyError, StopIteration, json.JSONDecodeError) as failure:
        run.shown(f"{type(failure).__name__}: {failure}", False)
        return 1
    return 0 if run.failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
