"""Checks what is said of hosts that run short of memory, at full size and through the release command."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

# The diagnosis of each scenario, and twice its memory.
SCENARIOS = {
    "thrash-120-on-64": ("thrashing", "128 GiB"),
    "five-services": ("thrashing", "128 GiB"),
    "leak-cascade": ("out-of-memory", "16 GiB"),
    "direct-reclaim": ("direct-reclaim", "2 GiB"),
}


def outcome(command: Path, scenario: Path, *overrides: str) -> dict:
    """What a run writes as JSON."""
    settings = [word for override in overrides for word in ("--set", override)]
    done = subprocess.run(
        [command, "run", scenario, "--json", "-", *settings], check=True, capture_output=True)
    return json.loads(done.stdout)


def problems(command: Path, folder: Path) -> list[str]:
    """What is not as it should be, each as a sentence."""
    found: list[str] = []
    for name, (condition, twice) in SCENARIOS.items():
        first = outcome(command, folder / f"{name}.yaml")["diagnosis"]
        second = outcome(command, folder / f"{name}.yaml", f"host.memory={twice}")["diagnosis"]
        if first["condition"] != condition:
            found.append(f"{name} is {first['condition']} instead of {condition}")
        if not (first["cause"] and first["findings"] and first["remedies"]):
            found.append(f"the diagnosis of {name} leaves something empty")
        if second["condition"] == condition or second["cause"] == first["cause"]:
            found.append(f"twice the memory does not change the diagnosis of {name}")
    thrash = folder / "thrash-120-on-64.yaml"
    # The working set is estimated from what was touched.
    touched = outcome(command, thrash)["services"][0]["workingSet"] / (120 << 30)
    if abs(touched - 1) > 0.05:
        found.append(f"the working set is {touched:.3f} of what is touched")
    # Who waits for nothing takes its work.
    ample = outcome(command, thrash, "host.memory=256 GiB")
    latency = ample["services"][0]["latency"]
    if ample["diagnosis"]["condition"] != "ample" or ample["majorFaultsPerSecond"] != 0:
        found.append("256 GiB are not ample for 120 GiB")
    if latency["p50"] > 1.02 * latency["work"]:
        found.append(f"a request takes {latency['p50']} for work of {latency['work']}")
    return found


def main() -> int:
    """Prints the problems."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", type=Path)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    found = problems(options.command, options.folder)
    print("\n".join(found) or "the diagnoses are as they should be")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
