"""Runs the model beside an oracle and compares them, answer by answer.

An oracle test has three parts: a generator that makes an image and a list of accesses, a bare-metal
program that makes the same accesses on another machine, and this comparison. The model is only
reached through `nestwalk translate`, so nothing here shares code with it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class SetAside:
    """A class of deviations of one oracle that is known, named and counted."""

    name: str
    oracle: str  # the oracle and its version, such as "QEMU 7.2"
    reason: str  # why the model is right, with the manual's section


@dataclass(frozen=True)
class Outcome:
    """What an oracle says came of an access: a value that it loaded, or a fault's report."""

    kind: str  # "translated", or the fault's kind as the model calls it
    report: dict[str, int]

    def agrees(self, answer: dict, is_value: Callable[[int], bool]) -> bool:
        """Whether a model's answer is the same in everything that is defined.

        `is_value` says whether the value is what lies at a physical address.
        """
        fault = answer.get("fault")
        if fault is None:
            return self.kind == "translated" and is_value(number(answer["hpa"]))
        if fault["kind"] != self.kind or set(fault["report"]) != set(self.report):
            return False
        defined = fault.get("defined") or {}
        return all((number(value) ^ self.report[name]) & number(defined.get(name, "-1")) == 0
                   for name, value in fault["report"].items())


@dataclass
class Comparison:
    """The tally of one run: how many agreed, which deviations were set aside, which are unexplained."""

    title: str
    compared: int = 0
    translated: int = 0
    faulted: int = 0
    set_aside: Counter = field(default_factory=Counter)
    set_aside_beside: Counter = field(default_factory=Counter)
    unexplained: list[str] = field(default_factory=list)
    reasons: dict[str, SetAside] = field(default_factory=dict)
    kinds: Counter = field(default_factory=Counter)
    notes: Counter = field(default_factory=Counter)

    def agree(self, answer: dict) -> None:
        """Counts an access on which model and oracle agree in everything that is defined."""
        self.compared += 1
        if "error" in answer:
            self.faulted += 1
            self.kinds["no answer: a table outside memory"] += 1
        elif "fault" in answer:
            self.faulted += 1
            self.kinds[f"{answer['fault']['kind']} {answer['fault']['context']}"] += 1
        else:
            self.translated += 1

    def aside(self, why: SetAside) -> None:
        """Counts an access whose deviation belongs to a named class."""
        self.compared += 1
        self.set_aside[why.name] += 1
        self.reasons[why.name] = why

    def differ(self, text: str) -> None:
        """Counts an access whose deviation nobody has explained."""
        self.compared += 1
        self.unexplained.append(text)

    def differ_beside(self, text: str) -> None:
        """Reports a difference that is no access's own: a word of the memory at the end."""
        self.unexplained.append(text)

    def aside_beside(self, why: SetAside) -> None:
        """Counts a word of the memory at the end whose deviation belongs to a named class."""
        self.set_aside_beside[why.name] += 1
        self.reasons[why.name] = why

    def note(self, name: str) -> None:
        """Counts something worth knowing beside the accesses; it decides nothing."""
        self.notes[name] += 1

    def finish(self, least: int) -> int:
        """Prints the tally and returns the exit status: 0 only when nothing is unexplained."""
        print(f"{self.title}: {self.compared} accesses compared, {self.translated} translated alike, "
              f"{self.faulted} faulted alike, {sum(self.set_aside.values())} set aside, "
              f"{len(self.unexplained)} unexplained")
        for kind, count in sorted(self.kinds.items()):
            print(f"  {count:8d}  {kind}")
        for name, count in sorted(self.set_aside.items()):
            print(f"  {count:8d}  set aside: {name} ({self.reasons[name].oracle}): "
                  f"{self.reasons[name].reason}")
        for name, count in sorted(self.set_aside_beside.items()):
            print(f"  {count:8d}  words of memory set aside: {name} ({self.reasons[name].oracle}): "
                  f"{self.reasons[name].reason}")
        for name, count in sorted(self.notes.items()):
            print(f"  {count:8d}  {name}")
        for text in self.unexplained[:20]:
            print(f"  UNEXPLAINED {text}")
        if self.compared < least:
            print(f"  FAILED: only {self.compared} accesses were compared, {least} were asked for")
            return 1
        return 1 if self.unexplained else 0


def run_model(records: list[dict], regions: list[tuple[int, bytes]],
              nestwalk: str | None = None,
              errors_expected: bool = False) -> tuple[list[dict], list[bytes]]:
    """Hands the records to `nestwalk translate`; returns its answers and the memory afterwards.

    With errors_expected (tables that bit flips put outside memory) the diagnostics are not shown:
    each stands in its answer too.
    """
    command = [nestwalk or os.environ.get("NESTWALK", ".build/release/nestwalk"), "translate"]
    with tempfile.TemporaryDirectory() as folder:
        saved = []
        for number, (base, content) in enumerate(regions):
            path = os.path.join(folder, f"region{number}")
            with open(path, "wb") as file:
                file.write(content)
            saved.append(path + ".after")
            command += ["--memory", f"{path}@{base:#x}", "--write-back", saved[-1]]
        accesses = os.path.join(folder, "accesses.ndjson")
        with open(accesses, "w", encoding="ascii") as file:
            for record in records:
                file.write(json.dumps(record, separators=(",", ":")))
                file.write("\n")
        command.append(accesses)
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if done.returncode != 0 and not (errors_expected and done.returncode == 2):
            sys.stderr.write(done.stderr.decode()[:4000])
        if done.returncode not in (0, 2):
            raise SystemExit(f"nestwalk translate ended with status {done.returncode}")
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        if len(answers) != len(records):
            raise SystemExit(f"{len(records)} records, but {len(answers)} answers")
        after = []
        for path in saved:
            with open(path, "rb") as file:
                after.append(file.read())
        return answers, after


def differing_words(left: bytes, right: bytes, base: int) -> Iterator[tuple[int, int, int]]:
    """The 8-byte words in which two images differ: address, left's word and right's.

    Accessed and dirty bits are as much an answer as an address is, and the easiest to forget.
    """
    if len(left) != len(right):
        raise ValueError(f"images of {len(left)} and {len(right)} bytes")
    step = 4096
    with memoryview(left) as first, memoryview(right) as second:
        for start in range(0, len(left), step):
            if first[start:start + step] == second[start:start + step]:
                continue
            for at in range(start, min(start + step, len(left)), 8):
                if first[at:at + 8] != second[at:at + 8]:
                    yield (base + at, int.from_bytes(first[at:at + 8], "little"),
                           int.from_bytes(second[at:at + 8], "little"))


def number(value: str | int | None) -> int | None:
    """A value of an answer as an integer."""
    return int(value, 0) if isinstance(value, str) else value
