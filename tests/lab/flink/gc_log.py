"""Pauses from a JDK 17 log of -Xlog:gc*:…:time,uptime,level,tags, collectors Parallel, G1 and Serial.

A measuring stick of its own: libtune's reader of GC logs is checked by what this finds, so it shares nothing with it.
"""

import gzip
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

KEPT_TAGS = {"gc", "gc,init", "gc,heap", "gc,cpu"}  # what a dataset keeps: collections, not their phases
LINE = re.compile(r"\[([^\]]+)\]\[([\d.]+)s\]\[\w+ *\]\[([\w,]+) *\] (.*)")
PAUSE = re.compile(r"GC\((\d+)\) Pause (\w+) ?(.*?) ?(\d+)M->(\d+)M\((\d+)M\) ([\d.]+)ms")
CPU = re.compile(r"GC\((\d+)\) User=([\d.]+)s Sys=([\d.]+)s")
GENERATION = re.compile(r"GC\((\d+)\) (PSYoungGen|ParOldGen|DefNew|Tenured): (\d+)K\(\d+K\)->(\d+)K\((\d+)K\)")
SURVIVORS = re.compile(r"(?:From|To): \d+K\(\d+K\)->(\d+)K")
REGIONS = re.compile(r"GC\((\d+)\) (Survivor|Old|Humongous) regions: (\d+)->(\d+)")
REGION_SIZE = re.compile(r"Heap Region Size: (\d+)M")


@dataclass
class Pause:
    """Sizes in MiB. `old_*` has G1's humongous regions in it; None where the log does not tell."""
    number: int
    at: float  # end, seconds since the epoch
    kind: str  # Young, Mixed, Full, Remark, Cleanup
    cause: str
    ms: float
    heap_before: float
    heap_after: float
    cpu_ms: float = 0
    old_before: float = None
    old_after: float = None
    survivors: float = None


class _Parts:
    """What the lines before a pause's closing line say about it; they carry the same number."""

    def __init__(self):
        self.old_before = self.old_after = self.survivors = None

    def add_old(self, before, after):
        self.old_before = (self.old_before or 0) + before
        self.old_after = (self.old_after or 0) + after


def lines_of(path):
    opened = gzip.open(path, "rt", errors="replace") if Path(path).suffix == ".gz" else open(path, errors="replace")
    with opened as file:
        yield from file


def read_pauses(path):
    pauses, parts, by_number, region = [], {}, {}, 1
    for text in lines_of(path):
        line = LINE.match(text)
        if not line:
            continue
        stamp, _, _, message = line.groups()
        if found := REGION_SIZE.search(message):
            region = int(found[1])
        elif found := PAUSE.match(message):
            pause = _pause(found, stamp, parts.pop(int(found[1]), _Parts()))
            pauses.append(pause)
            by_number[pause.number] = pause
        elif found := CPU.match(message):
            # A concurrent cycle has one number and several pauses; its CPU lines come after each of them.
            if int(found[1]) in by_number:
                by_number[int(found[1])].cpu_ms = (float(found[2]) + float(found[3])) * 1000
        elif found := GENERATION.match(message):
            part = parts.setdefault(int(found[1]), _Parts())
            if found[2] in ("ParOldGen", "Tenured"):
                part.add_old(int(found[3]) / 1024, int(found[4]) / 1024)
            elif survivors := SURVIVORS.search(message):
                part.survivors = int(survivors[1]) / 1024
        elif found := REGIONS.match(message):
            part = parts.setdefault(int(found[1]), _Parts())
            if found[2] == "Survivor":
                part.survivors = int(found[4]) * region
            else:
                part.add_old(int(found[3]) * region, int(found[4]) * region)
    return pauses


def _seconds(stamp):
    return datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()


def _pause(found, stamp, part):
    number, kind, cause, before, after, _, ms = found.groups()
    if "(Mixed)" in cause:
        kind = "Mixed"
    return Pause(int(number), _seconds(stamp), kind, cause, float(ms), float(before), float(after),
                 old_before=part.old_before, old_after=part.old_after, survivors=part.survivors)


def keep_collections(path, out, begin):
    """Copies what a dataset keeps, unchanged: the JVM's first lines and the collections from `begin` (epoch, s) on."""
    with gzip.GzipFile(out, "wb", mtime=0) as kept:
        for text in lines_of(path):
            line = LINE.match(text)
            if line and line[3] in KEPT_TAGS and ("GC(" not in line[4] or _seconds(line[1]) >= begin):
                kept.write(text.encode())
