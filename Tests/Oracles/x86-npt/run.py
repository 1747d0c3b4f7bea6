#!/usr/bin/env python3
"""Compares `nestwalk translate` with QEMU and Bochs on x86-64 over AMD's nested page tables.

    Tests/Oracles/x86-npt/run.py --oracle qemu --count 60000 --seed 1

README.md beside this file says what is compared and how.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random, SystemRandom

sys.path.insert(0, str(Path(__file__).parent.parent / "harness"))

from compare import Comparison, Outcome, differing_words, number, run_model  # noqa: E402
from x86_tables import ACCESSED, DIRTY, Features, Image  # noqa: E402

import machines  # noqa: E402
from accesses import IMAGE_BASE, IMAGE_SIZE, WRITE_OFFSET, Batch, Record, make_batch  # noqa: E402
from deviations import (  # noqa: E402
    GIANT_LEAF_ACCESSED, GLOBAL_ABOVE, ORACLES, classify, flags_touched, giant_leaf, way,
    without_global_above)

BATCH = 20_000
INVALID_OPCODE, GENERAL_PROTECTION, PAGE_FAULT = 0x46, 0x4D, 0x4E
VMMCALL, NESTED_PAGE_FAULT = 0x81, 0x400
TABLE_WALK = 1 << 33  # of EXITINFO1
FLAGS = ACCESSED | DIRTY  # of which a word that is loaded says nothing
# When each oracle sets the flags of the entries above a leaf (the model's option).
ACCESSED_FLAGS = {"qemu": "each-level", "bochs": "on-success"}


class Unexpected(Exception):
    """A VM exit that no access of the program can have."""


def outcome(record: Record, image: Image, result: machines.Result) -> tuple[Outcome, bool]:
    """What the oracle says came of a record; and whether its code could not even be fetched."""
    if record.code is None:
        places = (record.address,)
    else:
        places = (record.code + (WRITE_OFFSET if record.access == "write" else 0),)
    if result.exitcode == VMMCALL and record.code is not None:
        return Outcome("translated", {"value": result.rax}), False
    if result.exitcode == INVALID_OPCODE and record.code is None and (
            result.rip == record.address + 5):
        return Outcome("translated", {"value": result.rax}), False
    if result.exitcode == GENERAL_PROTECTION and result.rip in places:
        return Outcome("general-protection", {"vector": 13, "error_code": result.exitinfo1}), False
    if result.exitcode == PAGE_FAULT:
        found = Outcome("page-fault", {"vector": 14, "error_code": result.exitinfo1,
                                       "cr2": result.exitinfo2})
        if result.exitinfo2 == record.address and result.rip in places:
            return found, False
        if result.exitinfo2 == record.code == result.rip:
            return found, True
    if result.exitcode == NESTED_PAGE_FAULT:
        found = Outcome("nested-page-fault", {
            "exitcode": result.exitcode, "exitinfo1": result.exitinfo1,
            "exitinfo2": result.exitinfo2})
        if record.code is not None and result.rip == record.code:
            # The exit tells no linear address: which way was it on?
            steps = way(fetch_of_code(record), image).steps
            if any(step.physical == result.exitinfo2 for step in steps):
                return found, True
        if result.rip in places:
            return found, False
    raise Unexpected(f"{result}")


def question(record: Record) -> dict:
    """An access as the model is asked for it."""
    controls = record.controls
    return {"cr0": hex(record.cr0), "cr3": hex(record.cr3), "cr4": hex(controls.cr4),
            "efer": hex(record.efer), "rflags": hex(controls.rflags), "pkru": hex(controls.pkru),
            "ia32_pkrs": hex(controls.ia32_pkrs), "ncr3": hex(record.ncr3),
            "host_cr0": hex(record.host_cr0), "host_cr4": hex(record.host_cr4),
            "host_efer": hex(record.host_efer), "cpl": record.cpl, "address": hex(record.address),
            "access": record.access}


def fetch_of_code(record: Record) -> Record:
    """The access that the processor makes first, where the access is an instruction's."""
    return replace(record, address=record.code, access="fetch", code=None)


def questions(batch: Batch, outcomes: list[tuple[Outcome, bool]], accessed: str) -> Iterator[dict]:
    """The model's input: the fetch of the instruction that makes an access is an access too.

    Where the oracle could not even fetch that, the access was never made.
    """
    constant = {"isa": "x86-64", "maxphyaddr": batch.features.maxphyaddr,
                "options": {"x86-accessed": accessed}}
    for record, (_, failed_in_code) in zip(batch.records, outcomes):
        if record.code is None:
            yield constant | question(record)
        else:
            yield constant | question(fetch_of_code(record))
            if not failed_in_code:
                yield {"cpl": record.cpl, "address": hex(record.address), "access": record.access}
        constant = {}


def loaded(image: Image, record: Record, physical: int) -> tuple[int, int] | None:
    """What an access of a physical address loads, and which bits of that are certain."""
    if record.access == "fetch":
        return (physical >> 3, ~0) if image.is_data(physical) else None
    every = (1 << 64) - 1 if record.paging else (1 << 32) - 1
    word_at = physical & ~7
    if image.contains(physical):
        word, certain = image.load(word_at), ~0 if image.is_data(physical) else ~FLAGS
    elif 1 << 20 <= physical < 0x0300_0000 or IMAGE_BASE + IMAGE_SIZE <= physical < machines.MEMORY:
        word, certain = 0, ~0
    else:
        return None
    shift = physical % 8 * 8
    return word >> shift & every, certain >> shift & every


def is_value(image: Image, record: Record, physical: int, oracle: Outcome) -> bool:
    """Whether the oracle loaded what lies at a physical address, as far as that is certain."""
    expected = loaded(image, record, physical)
    return expected is None or (expected[0] ^ oracle.report["value"]) & expected[1] == 0


@dataclass
class Comparer:
    """Compares one batch with the model, answer by answer and then the memory."""

    comparison: Comparison
    oracle: str
    batch: Batch
    run: machines.Run
    again: list[tuple[Record, Outcome]] = field(default_factory=list)
    changed: dict[int, int] = field(default_factory=dict)
    # Flags that may differ at the end, by where the entry lies; and those of one class.
    excused: dict[int, int] = field(default_factory=dict)
    giant_leaves: set[int] = field(default_factory=set)

    def compare(self) -> None:
        """Asks the model for the batch and compares everything."""
        image = self.batch.image
        outcomes = []
        for record, result in zip(self.batch.records, self.run.results):
            try:
                outcomes.append(outcome(record, image, result))
            except Unexpected as what:
                raise SystemExit(f"an exit that is no answer: {what} for {record}") from None
        asked = list(questions(self.batch, outcomes, ACCESSED_FLAGS[self.oracle]))
        answers, (memory,) = run_model(asked, [(IMAGE_BASE, bytes(image.content))],
                                       errors_expected=True)
        upcoming = iter(answers)
        for record, (found, in_code) in zip(self.batch.records, outcomes):
            if record.code is not None:
                answer = next(upcoming)
                made = fetch_of_code(record)
                if in_code:
                    self.settle(made, answer, found)
                    continue
                if "hpa" in answer:
                    self.comparison.note("fetches of the program's own code alike")
                elif not self.ask_again(made, answer, None):
                    self.comparison.differ_beside(
                        f"{question(made)}: {answer}, {ORACLES[self.oracle]} fetched the code")
            self.settle(record, next(upcoming), found)
        self.settle_again()
        self.compare_memory(memory)

    def settle(self, record: Record, answer: dict, found: Outcome) -> None:
        """Compares one answer with the oracle's, and counts it."""
        image = self.batch.image
        place = giant_leaf(record, image, answer)
        if place is not None:
            self.giant_leaves.add(place)
        if without_global_above(record, image, answer):
            # The oracle goes on, and may stop later with the very same report.
            self.excused.update(flags_touched(record, image))
        if "error" in answer:
            # The manual says nothing of a table where there is no memory, and so the model has no
            # answer. The oracles read zeros or ones there, which let no access through.
            absent = way(record, image).absent
            if absent is None or absent >> self.batch.features.maxphyaddr or (
                    found.kind == "translated"):
                self.differ(record, answer, found)
            else:
                self.comparison.agree(answer)
            return
        if self.agrees(record, answer, found):
            self.comparison.agree(answer)
            if "hpa" in answer and loaded(image, record, number(answer["hpa"])) is None:
                self.comparison.note("translated to where the value loaded tells nothing")
            return
        why = classify(record, image, answer, found, self.oracle)
        if why is not None:
            self.comparison.aside(why)
        elif not self.ask_again(record, answer, found):
            self.differ(record, answer, found)

    def agrees(self, record: Record, answer: dict, found: Outcome) -> bool:
        """Whether an answer is the oracle's in everything that is defined."""
        return found.agrees(
            answer, lambda physical: is_value(self.batch.image, record, physical, found))

    def differ(self, record: Record, answer: dict, found: Outcome) -> None:
        """Reports a difference, with the record as the model was asked for it."""
        self.comparison.differ(f"{question(record)}: {answer}, {ORACLES[self.oracle]} {found}")

    def ask_again(self, record: Record, answer: dict, found: Outcome | None) -> bool:
        """Puts an access by that met G above level 3, which the oracles ignore; false for others.

        Without an outcome (its code was fetched) only its traces in memory are of interest.
        """
        words = without_global_above(record, self.batch.image, answer)
        if not words:
            return False
        self.changed.update(words)
        self.excused.update(flags_touched(record, self.batch.image))
        if found is not None:
            self.again.append((record, found))
        return True

    def settle_again(self) -> None:
        """Asks the model what it says without that bit: the oracle must say the same."""
        if not self.again:
            return
        content = bytearray(self.batch.image.content)
        for place, word in self.changed.items():
            content[place - IMAGE_BASE:place - IMAGE_BASE + 8] = word.to_bytes(8, "little")
        records = [replace(record, code=None) for record, _ in self.again]
        asked = list(questions(replace(self.batch, records=records),
                               [(found, False) for _, found in self.again],
                               ACCESSED_FLAGS[self.oracle]))
        answers, _ = run_model(asked, [(IMAGE_BASE, bytes(content))], errors_expected=True)
        image = self.batch.image
        for (record, found), answer in zip(self.again, answers):
            if "error" in answer or self.agrees(record, answer, found) or (
                    classify(record, image, answer, found, self.oracle)):
                self.comparison.aside(GLOBAL_ABOVE[self.oracle])
            else:
                self.differ(record, answer, found)

    def compare_memory(self, memory: bytes) -> None:
        """Compares every word of the image at the end."""
        for place, ours, theirs in differing_words(memory, self.run.memory, IMAGE_BASE):
            if not (ours ^ theirs) & ~self.excused.get(place, 0):
                self.comparison.note("entries whose flags differ after an access that was set aside")
            elif self.oracle == "qemu" and place in self.giant_leaves and (
                    theirs == ours | ACCESSED):
                self.comparison.aside_beside(GIANT_LEAF_ACCESSED)
            else:
                self.comparison.differ_beside(
                    f"memory at {place:#x}: {ours:#018x}, {ORACLES[self.oracle]} {theirs:#018x}, at "
                    f"first {self.batch.image.load(place):#018x}")


def make(oracle: str, seed: int, part: int, count: int) -> Batch:
    """The batch of that number: each has a seed of its own, so one can be made again alone."""
    random = Random(f"{seed}/{part}")
    if oracle == "bochs":
        return make_batch(random, count, Features(), (4,), 4)
    features = Features(protection_keys=True, supervisor_keys=True)
    return make_batch(random, count, features, (4, 5), 4 + part % 2)


def main() -> int:
    """Runs the batches: the oracle works on the next one while this one is compared."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--oracle", choices=tuple(ORACLES), required=True)
    parser.add_argument("--count", type=int, default=60_000, help="accesses to make")
    parser.add_argument("--seed", type=int, help="of the random generator; default: a new one")
    parser.add_argument("--least", type=int, help="fail if fewer were compared; default: count")
    parser.add_argument("--batch", type=int, help="only this batch of the run")
    given = parser.parse_args()
    seed = SystemRandom().randrange(1 << 32) if given.seed is None else given.seed
    name = ORACLES[given.oracle]
    here = machines.version(given.oracle)
    if here != name:
        print(f"x86-64 over NPT: SKIPPED: the test is for {name}, and here is {here or 'none'}")
        return 1 if given.least else 0
    comparison = Comparison(f"x86-64 over NPT against {name}, seed {seed}")
    # At least two batches, so that even a short run has nested tables of both depths.
    size = max(1, min(BATCH, -(-given.count // 2)))
    parts = [(part, min(size, given.count - part * size))
             for part in range(-(-given.count // size))]
    if given.batch is not None:
        parts = [parts[given.batch]]
    machine = machines.run_qemu if given.oracle == "qemu" else machines.run_bochs
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as worker:
        rom = machines.assemble(Path(folder))

        def emulate(part: int, count: int) -> tuple[Batch, machines.Run]:
            batch = make(given.oracle, seed, part, count)
            return batch, machine(batch, rom)

        coming = worker.submit(emulate, *parts[0]) if parts else None
        for following in [*parts[1:], None]:
            if coming is None:
                break
            batch, run = coming.result()
            coming = worker.submit(emulate, *following) if following else None
            Comparer(comparison, given.oracle, batch, run).compare()
    return comparison.finish(sum(count for _, count in parts) if given.least is None
                             else given.least)


if __name__ == "__main__":
    sys.exit(main())
