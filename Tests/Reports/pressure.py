"""Checks what is said of hosts that run short of memory, at full size and through the release command."""

from __future__ import annotations

import argparse
import json
import math
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# The diagnosis of each scenario, twice its memory, and the diagnosis with that.
SCENARIOS = {
    "thrash-120-on-64": ("thrashing", "128 GiB", "ample"),
    "five-services": ("thrashing", "128 GiB", "ample"),
    "leak-cascade": ("out-of-memory", "16 GiB", "ample"),
    "direct-reclaim": ("direct-reclaim", "2 GiB", "ample"),
    "watermarks-timeline": ("direct-reclaim", "16 GiB", "ample"),
    "cold-deploy": ("thrashing", "24 GiB", "cold-start"),
    "fork-snapshot": ("host-short", "12 GiB", "guest-nearly-full"),
    "prefork-workers": ("host-short", "12 GiB", "copying"),
    "guest-reclaimed": ("thrashing", "384 MiB", "ample"),
    "ksm-fleet": ("short-until-merged", "8 GiB", "ample"),
}

# What can be wrong with a pressure study's host, the worst first.
CONDITIONS = (
    "out-of-memory", "thrashing", "limited", "direct-reclaim", "cold-start", "under-pressure",
    "reclaiming", "ample")


def written(command: Path, scenario: Path, *overrides: str) -> bytes:
    """The bytes of JSON that a run writes."""
    settings = [word for override in overrides for word in ("--set", override)]
    done = subprocess.run(
        [command, "run", scenario, "--json", "-", *settings], check=True, capture_output=True)
    return done.stdout


def outcome(command: Path, scenario: Path, *overrides: str) -> dict:
    """What a run comes to."""
    return json.loads(written(command, scenario, *overrides))


def problems_of_advice(command: Path, path: Path, whole: dict) -> list[str]:
    """No request is done before its work, and the memory that is asked for helps."""
    found: list[str] = []
    if whole.get("schema") != "nestwalk.pressure/1":
        return found
    for service in whole["services"]:
        latency = service["latency"]
        if latency.get("p50", latency["work"]) < latency["work"]:
            found.append(f"{service['name']} of {path.stem} is done before its work: {latency}")
    if "moreMemory" in whole:
        # Sizes are written as whole KiB.
        enough = -(-(whole["memory"] + whole["moreMemory"]) // 1024)
        better = outcome(command, path, f"host.memory={enough} KiB")["diagnosis"]["condition"]
        now = whole["diagnosis"]["condition"]
        if CONDITIONS.index(better) <= CONDITIONS.index(now):
            found.append(f"{path.stem} with the memory it asks for is {better}, and was {now}")
    return found


def problems_of_diagnoses(command: Path, folder: Path) -> list[str]:
    """Twice the memory changes what is said, another name does not."""
    found: list[str] = []
    for path in sorted(folder.glob("*.yaml")):
        if path.stem not in SCENARIOS:
            found.append(f"nobody has said what becomes of {path.stem}")
    for name, (condition, twice, better) in SCENARIOS.items():
        path = folder / f"{name}.yaml"
        text = written(command, path)
        whole = json.loads(text)
        first = whole["diagnosis"]
        found += problems_of_advice(command, path, whole)
        second = outcome(command, path, f"host.memory={twice}")["diagnosis"]
        if first["condition"] != condition:
            found.append(f"{name} is {first['condition']} instead of {condition}")
        if second["condition"] != better:
            found.append(f"{name} with {twice} is {second['condition']} instead of {better}")
        if not (first["cause"] and first["findings"] and first["remedies"]):
            found.append(f"the diagnosis of {name} leaves something empty")
        if second["condition"] == first["condition"] or second["cause"] == first["cause"]:
            found.append(f"twice the memory does not change the diagnosis of {name}")
        if not any("major fault" in sentence for sentence in first["findings"]):
            found.append(f"the diagnosis of {name} does not tell of major faults")
        with tempfile.TemporaryDirectory() as other:
            renamed = Path(other) / "some other name.yaml"
            shutil.copy(path, renamed)
            if written(command, renamed) != text:
                found.append(f"under another name {name} comes to something else")
    return found


def problems_of_thrashing(command: Path, folder: Path) -> list[str]:
    """The working set is found, and who waits for nothing takes its work."""
    found: list[str] = []
    thrash = folder / "thrash-120-on-64.yaml"
    # The working set is estimated from what was touched.
    touched = outcome(command, thrash)["services"][0]["workingSet"] / (120 << 30)
    if abs(touched - 1) > 0.05:
        found.append(f"the working set is {touched:.3f} of what is touched")
    # A guest's second stage faults as often as its host, whether it writes or reads first, and for accesses only
    # without flags.
    for way, writes in (("machine=ept4", 100), ("machine=arm-s2-4k", 100), ("machine=sv48x4", 30)):
        for flags in ("hardware", "none"):
            guest = outcome(
                command, folder / "guest-reclaimed.yaml", f"services[0].{way}",
                f"services[0].access-flags={flags}", f"services[0].writes={writes} %",
                "duration=1 s",
            )["services"][0]
            use, counters = guest["stageTwo"], guest["counters"]
            if use["violations"] != counters["pgfault"] or use["major"] != counters["pgmajfault"]:
                found.append(f"{way} with {flags} flags: {use} beside {counters}")
            if (use["accessFaults"] == 0) != (flags == "hardware") or use["major"] == 0:
                found.append(f"{way} with {flags} flags takes {use['accessFaults']} access faults")
    # No more is written to swap than storage can: a page in 5 ms, for 60 s.
    slow = outcome(command, folder / "direct-reclaim.yaml")
    time = slow["services"][0]["time"]
    if not 0 < slow["counters"]["pswpout"] <= 60 / 0.005 + 2:
        found.append(f"{slow['counters']['pswpout']} pages were written in the time of 12,000")
    if not 0.9 * time["reclaiming"] < time["writing"] <= time["reclaiming"]:
        found.append("direct reclaim on a slow disk does not wait for it")
    # Who waits for nothing takes its work.
    ample = outcome(command, thrash, "host.memory=256 GiB")
    latency = ample["services"][0]["latency"]
    if ample["diagnosis"]["condition"] != "ample" or ample["majorFaultsPerSecond"] != 0:
        found.append("256 GiB are not ample for 120 GiB")
    if latency["p50"] > 1.02 * latency["work"]:
        found.append(f"a request takes {latency['p50']} for work of {latency['work']}")
    return found


def problems_of_deploys(command: Path, folder: Path) -> list[str]:
    """Each page is read once where memory holds it, in a burst; who has it all reads nothing."""
    found: list[str] = []
    path = folder / "cold-deploy.yaml"
    new = outcome(command, path, "host.memory=24 GiB")["services"][1]
    if new["counters"]["pgmajfault"] != (10 << 30) // 4096:
        found.append(f"{new['counters']['pgmajfault']} major faults for 10 GiB that is read once")
    if not 10e9 < new["warmAfter"] < 120e9 or new["mostMajorFaultsPerSecond"] < 10_000:
        found.append(f"the burst lasts {new['warmAfter']} ns")
    fast = outcome(command, path, "host.memory=24 GiB", "host.read=16 us")["services"][1]
    if fast["warmAfter"] >= new["warmAfter"]:
        found.append("faster storage warms no faster")
    warm = outcome(command, path, "host.memory=24 GiB", "services[1].cached=100 %")
    if warm["diagnosis"]["condition"] != "ample" or warm["majorFaultsPerSecond"] != 0:
        found.append("who has all its files in memory reads them")
    return found


def problems_of_forks(command: Path, folder: Path) -> list[str]:
    """Copies are the second stage's growth; maps add up; who writes nothing copies nothing."""
    found: list[str] = []
    snapshot = outcome(command, folder / "fork-snapshot.yaml", "host.memory=12 GiB")
    growth = snapshot["mostStageTwo"] - snapshot["stageTwoAtStart"]
    # Beside copies it grows by the child's own tables alone.
    if not snapshot["copied"] <= growth <= 1.02 * snapshot["copied"]:
        found.append(f"the second stage grows by {growth} for copies of {snapshot['copied']}")
    if snapshot["stageTwoAtEnd"] < 0.99 * snapshot["mostStageTwo"]:
        found.append("the host gets pages back that nobody gave it")
    quiet = outcome(command, folder / "fork-snapshot.yaml", "processes[0].writes=0 %")
    if quiet["copied"] != 0 or quiet["diagnosis"]["condition"] != "ample":
        found.append("who writes nothing copies something")
    # A first write to each of P pages, after W writes at random to any: P(1 - exp(-W/P)).
    pages = (4 << 30) // 4096
    growing = [point for point in snapshot["series"] if 6e9 < point["at"] < 40e9]
    # The fork lies between two points: the first of these says how many writes there were before it.
    before = growing[0]["writes"] + pages * math.log(1 - growing[0]["copies"] / pages)
    for point in growing[1:]:
        expected = pages * (1 - math.exp(-(point["writes"] - before) / pages))
        if abs(point["copies"] / expected - 1) > 0.03:
            found.append(f"{point['copies']} copies after {point['writes'] - before} writes")
            break
    for name in ("fork-snapshot", "prefork-workers"):
        for picture in outcome(command, folder / f"{name}.yaml")["maps"]:
            for row in picture["processes"]:
                if row["private"] + row["shared"] != row["rss"] or row["pss"] > row["rss"]:
                    found.append(f"the parts of {row['name']} in {name} don't add up")
    return found


def problems_of_merging(command: Path, folder: Path) -> list[str]:
    """Writes undo merging, each by a copy; the scanner's pace is its settings'."""
    found: list[str] = []
    path = folder / "ksm-fleet.yaml"
    some = outcome(command, path)
    none = outcome(command, path, "writes=0")
    many = outcome(command, path, "writes=10")
    if none["faults"]["copies"] != 0:
        found.append("who writes to nothing shared takes copies")
    saved = [run["merging"]["samples"][-1]["savedBytes"] for run in (many, some, none)]
    if saved != sorted(saved) or saved[0] == saved[2]:
        found.append(f"writes do not undo merging: {saved}")
    if none["merging"]["samples"][-1]["savedBytes"] > none["merging"]["ceilingBytes"]:
        found.append("more is given back than is equal")
    return found


def main() -> int:
    """Prints the problems."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", type=Path)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    found: list[str] = []
    for check in (
            problems_of_diagnoses, problems_of_thrashing, problems_of_deploys, problems_of_forks,
            problems_of_merging):
        found += check(options.command, options.folder)
    print("\n".join(found) or "the diagnoses are as they should be")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
