#!/usr/bin/env python3
"""Compares the model's RISC-V translation with an oracle's: each access, and the memory left.

    python3 Tests/Oracles/riscv/run.py --count 60000 --seed 1
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from bisect import bisect_right
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import SystemRandom

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))

from compare import Comparison, SetAside, differing_words, run_model

from generate import Batch, generate
from judge import Access, Judge, accesses, describe, told
from machine import CLOSED, IMAGE, OPEN, Oracle, Qemu
from spike import Spike
from walk import Told, Walk

ORACLES = {"qemu": Qemu, "spike": Spike}

# What QEMU 10 is known to do otherwise than the RISC-V privileged architecture says. walk.py knows
# exactly what each of these makes of an access.
QEMU_10 = {
    "silent-update":
        "A or D of a first-stage entry is set without translating that store at the second stage: "
        "no fault where the page is read-only there, and no D (Two-Stage Address Translation: "
        "permissions and the need to set A and D are checked as for an implicit store; Transformed "
        "Instruction or Pseudoinstruction: htinst is 0x3020)",
    "implicit-mxr":
        "HS-level MXR makes execute-only pages readable by implicit reads of first-stage tables "
        "too (Hypervisor Virtual-Machine Load and Store Instructions, Two-Stage Address "
        "Translation: by explicit loads)",
    "hlvx-causes":
        "HLVX reports a fetch's causes, and an instruction page fault for either stage (Hypervisor "
        "Virtual-Machine Load and Store Instructions: it raises the exceptions of loads)",
    "hlvx-sum":
        "SUM does not let HLVX use user pages (Hypervisor Virtual-Machine Load and Store "
        "Instructions: the same as HLV, but execute takes the place of read permission)",
    "henvcfg":
        "HLV, HLVX and HSV disregard henvcfg.ADUE and PBMTE (Hypervisor Environment Configuration "
        "Register: they control first-stage translation)",
    "late-napot":
        "a malformed Svnapot entry faults only after its A and D bits were set (Virtual Address "
        "Translation Process: step 3 comes before step 9)",
    "pbmt-3":
        "PBMT = 3 is taken for a memory type (Svpbmt: it is reserved and raises a page fault)",
    "second-stage-access-fault":
        "a second-stage table outside memory, met while a first-stage table is read, is reported "
        "as a guest-page fault (Virtual Address Translation Process, step 2: an access fault)",
    "root-alignment":
        "a second-stage root with hgatp.PPN[1:0] not zero is used as it is (Hypervisor Guest "
        "Address Translation and Protection Register: the two bits always read as zeros)",
}
DEPARTURES = {"QEMU 10.0": QEMU_10, "Spike 1.1": {}}
FOLLOWS = "follows"
FOLLOWS_REASON = ("memory differs since an earlier access that was set aside, or since a store of "
                  "the test's own that a flipped bit led into a table, which the model is not told "
                  "of")
# Of 1 GiB pages with a flipped bit; about one access in a million.
DRIVERS_MEMORY = SetAside("driver's memory", "this test", "the access arrives in the memory of the "
                          "test's own program, which the machine leaves open")


@dataclass
class Step:
    """What one record did by one walk."""

    tolds: list[Told]
    departure: str  # the first by which it left the manual's way
    written: dict[int, int]  # the words it wrote, with their values


class Replay:
    """Both walks over a whole batch: by the manual, and as the oracle is known to walk."""

    def __init__(self, batch: Batch, made: list[list[Access]], departures: frozenset[str],
                 judge: Judge) -> None:
        image = memoryview(batch.image).cast("Q")
        self.manual = Walk(image)
        self.oracle = Walk(image, departures)
        self.by_manual = [self._lines(accesses) for accesses in made]
        self.by_oracle = [self._record(accesses, judge) for accesses in made]

    def _lines(self, accesses: list[Access]) -> Step:
        """The model is told of accesses, not of what a store puts into memory."""
        return _step(self.manual, [self.manual.translate(one.record, one.address, one.access)
                                   for one in accesses])

    def _record(self, accesses: list[Access], judge: Judge) -> Step:
        walk, tolds = self.oracle, []
        for one in accesses:
            tolds.append(walk.translate(one.record, one.address, one.access))
            hpa = tolds[-1].hpa
            if one.stores and judge.has(hpa):
                shift = hpa % 8 * 8
                word = walk.word(hpa & -8) & ~(0xFF << shift)
                walk.write(hpa & -8, word | one.record.value << shift)
        return _step(walk, tolds)


def _step(walk: Walk, tolds: list[Told]) -> Step:
    step = Step(tolds, walk.fired[0] if walk.fired else FOLLOWS,
                {address: walk.memory[address] for address in walk.written})
    walk.fired.clear()
    walk.written.clear()
    return step


class BatchComparison:
    """One batch: what the model and the oracle said, and whether it is the same."""

    def __init__(self, oracle: Oracle, batch: Batch) -> None:
        self.batch = batch
        self.departures = DEPARTURES[oracle.version]
        self.set_aside = {name: SetAside(name, oracle.version, reason)
                          for name, reason in [*self.departures.items(), (FOLLOWS, FOLLOWS_REASON)]}
        self.judge = Judge(IMAGE + len(batch.image), oracle.transforms)
        self.results, self.oracle_after = oracle.run(
            [record.pack() for record in batch.records], bytes(batch.image))
        self.made = [accesses(record, result)
                     for record, result in zip(batch.records, self.results)]
        self._replay: Replay | None = None

    @property
    def replay(self) -> Replay:
        """The two walks, made only where there is a difference to explain."""
        if self._replay is None:
            self._replay = Replay(self.batch, self.made, frozenset(self.departures), self.judge)
        return self._replay

    def ask_model(self) -> tuple[list[dict], bytes]:
        """The model's answers, one for each translation, and the image afterwards."""
        lines = [access.line() for made in self.made for access in made]
        answers, after = run_model(lines, [(IMAGE, bytes(self.batch.image))], errors_expected=True)
        return answers, after[0]

    def compare(self, answers: list[dict], after: bytes, tally: Comparison) -> None:
        """Compares record by record, then the memory."""
        expected = bytearray(after)
        stream = iter(answers)
        for index, made in enumerate(self.made):
            these = [next(stream) for _ in made]
            tolds = [told(answer, access) for answer, access in zip(these, made)]
            result = self.results[index]
            problem = self.judge.problem(made, tolds, result)
            if problem is None:
                tally.agree(these[-1])
            elif OPEN <= (tolds[-1].hpa or 0) < CLOSED:
                tally.aside(DRIVERS_MEMORY)
            elif self._is_known(index, tolds):
                tolds = self.replay.by_oracle[index].tolds
                tally.aside(self.set_aside[self.replay.by_oracle[index].departure])
            else:
                tally.differ(describe(made, these, result, problem))
            # The model stores nothing, so what the oracle's access stored is put in here.
            if made[-1].stores and self.judge.has(tolds[-1].hpa):
                expected[tolds[-1].hpa - IMAGE] = made[-1].record.value
        self._compare_memory(after, bytes(expected), tally)

    def _is_known(self, index: int, tolds: list[Told]) -> bool:
        """Whether a difference is exactly what the known departures make of the access."""
        manual, oracle = self.replay.by_manual[index], self.replay.by_oracle[index]
        return _same(tolds, manual.tolds) and self.judge.problem(
            self.made[index], oracle.tolds, self.results[index], as_fetch=True) is None

    def _compare_memory(self, after: bytes, expected: bytes, tally: Comparison) -> None:
        for address, model, found in differing_words(expected, self.oracle_after, IMAGE):
            manual, oracle = self.replay.manual, self.replay.oracle
            before = manual.words[address - IMAGE >> 3]
            said = int.from_bytes(after[address - IMAGE:address - IMAGE + 8], "little")
            name = None
            if (said, found) == (manual.memory.get(address, before),
                                 oracle.memory.get(address, before)):
                name = self._first_difference(address)
            if name:
                tally.note(f"words of memory set aside: {name}")
            else:
                guest = bisect_right(self.batch.bounds, address) - 1
                tally.differ_beside(
                    f"memory at {address:#x} (guest {guest}): {before:#x} before, {model:#x} by "
                    f"the model, {found:#x} by the oracle")

    def _first_difference(self, address: int) -> str | None:
        """The class of the first record that changed a word differently by the two walks."""
        for manual, oracle in zip(self.replay.by_manual, self.replay.by_oracle):
            if manual.written.get(address) != oracle.written.get(address):
                return oracle.departure
        return None


def _same(left: list[Told], right: list[Told]) -> bool:
    """Whether the model and the walk by the manual say the same."""
    return all(one.beyond if other.beyond else one == other
               for one, other in zip(left, right, strict=True))


def main() -> int:
    """Runs the batches: QEMU works on the next one while this one is compared."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=60_000, help="accesses to compare")
    parser.add_argument("--seed", type=int, help="of the random generator; default: a new one")
    parser.add_argument("--least", type=int, help="fail if fewer were compared; default: count")
    parser.add_argument("--batch", type=int, help="only this batch of the run")
    parser.add_argument("--oracle", choices=ORACLES, default="qemu", help="default: qemu")
    given = parser.parse_args()
    seed = SystemRandom().randrange(1 << 32) if given.seed is None else given.seed
    oracle = ORACLES[given.oracle].find(tuple(DEPARTURES))
    if oracle is None:
        print(f"riscv: SKIPPED: this test is for {' or '.join(DEPARTURES)}, and here is no such "
              f"{given.oracle} (Tests/Oracles/riscv/README.md)")
        return 1 if given.least else 0
    tally = Comparison(f"RISC-V, both stages, against {oracle.version}, seed {seed}")
    size = oracle.batch
    parts = [(part, min(size, given.count - part * size))
             for part in range(-(-given.count // size))]
    if given.batch is not None:
        parts = [parts[given.batch]]

    def emulate(part: int, count: int) -> BatchComparison:
        return BatchComparison(oracle, generate(seed, part, count))

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as worker:
        oracle.prepare(folder)
        coming = worker.submit(emulate, *parts[0])
        for following in [*parts[1:], None]:
            batch = coming.result()
            if following:
                coming = worker.submit(emulate, *following)
            batch.compare(*batch.ask_model(), tally)
    return tally.finish(
        sum(count for _, count in parts) if given.least is None else given.least)


if __name__ == "__main__":
    sys.exit(main())
