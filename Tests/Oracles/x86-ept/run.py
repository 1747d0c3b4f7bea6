#!/usr/bin/env python3
"""Compares `nestwalk translate` with Bochs on x86-64 over Intel's extended page tables.

    Tests/Oracles/x86-ept/run.py --count 60000 --seed 1

README.md beside this file says what is compared and how.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from random import Random, SystemRandom

sys.path.insert(0, str(Path(__file__).parent.parent / "harness"))

from bochs_process import version  # noqa: E402
from compare import Comparison, Outcome, differing_words, number, run_model  # noqa: E402
from x86_tables import Features, Image, data_word  # noqa: E402

import bochs  # noqa: E402
from accesses import IMAGE_BASE, Batch, Record, make_batch  # noqa: E402
from deviations import ORACLE, classify, flags_touched, way  # noqa: E402

BATCH = 25_000
# Every fourth batch is for the processor with protection keys.
PLAIN = ("corei7_skylake_x", Features())
WITH_KEYS = ("tigerlake", Features(protection_keys=True))

VMCALL = 18
EPT_VIOLATION = 48
EPT_MISCONFIGURATION = 49
INVALID_OPCODE, GENERAL_PROTECTION, PAGE_FAULT = 6, 13, 14
ANY_FLAGS = 0x360  # the accessed and dirty flags of guest and EPT entries


class Unexpected(Exception):
    """A VM exit that no access of the program can have."""


def outcome(record: Record, result: bochs.Result) -> tuple[Outcome, bool]:
    """What the oracle says came of a record; and whether its code could not even be fetched."""
    where = None
    if result.reason == VMCALL and record.code is not None:
        return Outcome("translated", {"value": result.rax}), False
    if result.reason == 0:
        vector = result.interruption & 0xFF
        if vector == INVALID_OPCODE and record.code is None and result.rip == record.address + 5:
            return Outcome("translated", {"value": result.rax}), False
        report = {"vector": vector, "error_code": result.error_code}
        if vector == GENERAL_PROTECTION and result.rip == record.code:
            return Outcome("general-protection", report), False
        if vector == PAGE_FAULT:
            report["cr2"] = where = result.qualification
            found = Outcome("page-fault", report)
    elif result.reason in (EPT_VIOLATION, EPT_MISCONFIGURATION):
        where = result.guest_linear
        report = {"exit_reason": result.reason,
                  "guest_physical_address": result.guest_physical}
        if result.reason == EPT_VIOLATION:
            report["exit_qualification"] = result.qualification
            report["guest_linear_address"] = result.guest_linear
            found = Outcome("ept-violation", report)
        else:
            found = Outcome("ept-misconfiguration", report)
    if where == record.address:
        return found, False
    if where is not None and where == record.code:
        return found, True
    raise Unexpected(f"{result}")


def question(record: Record) -> dict:
    """An access as the model is asked for it."""
    controls = record.controls
    return {"cr0": hex(record.cr0), "cr3": hex(record.cr3), "cr4": hex(record.cr4),
            "efer": hex(record.efer), "rflags": hex(controls.rflags), "pkru": hex(controls.pkru),
            "eptp": hex(record.eptp), "cpl": record.cpl, "address": hex(record.address),
            "access": record.access}


def fetch_of_code(record: Record) -> Record:
    """The access that the processor makes first, where the access is an instruction's."""
    return replace(record, address=record.code, access="fetch", code=None)


def questions(records: list[Record], failed_in_code: list[bool], capabilities: int,
              width: int) -> Iterator[dict]:
    """The model's input: the fetch of the instruction that makes an access is an access too."""
    constant = {"isa": "x86-64", "maxphyaddr": width, "ia32_vmx_ept_vpid_cap": hex(capabilities),
                "options": {"x86-accessed": "on-success"}}
    for record, failed in zip(records, failed_in_code):
        if record.code is not None:
            yield constant | question(fetch_of_code(record))
            constant = {}
            if not failed:
                yield {"address": hex(record.address), "access": record.access, "cpl": record.cpl}
        else:
            yield constant | question(record)
            constant = {}


def loaded(image: Image, record: Record, physical: int) -> tuple[int, int] | None:
    """What an access of a physical address loads, and which bits of that are certain."""
    if record.access == "fetch":
        return (physical >> 3, ~0) if image.is_data(physical) else None
    every = (1 << 64) - 1 if record.paging else (1 << 32) - 1
    word_at = physical & ~7
    if image.contains(physical):
        word = data_word(word_at) if image.is_data(physical) else image.load(word_at)
        certain = ~0 if image.is_data(physical) else ~ANY_FLAGS
    elif 0x0010_0000 <= physical < bochs.OWN:
        word, certain = 0, ~0
    elif physical >= bochs.MEMORY and not bochs.DEVICES <= physical < 1 << 32:
        word, certain = (1 << 64) - 1, ~0
    else:
        return None
    shift = physical % 8 * 8
    return word >> shift & every, certain >> shift & every


def compare(comparison: Comparison, batch: Batch, run: bochs.Run) -> None:
    """Asks the model for a batch and compares every answer, and the memory at the end."""
    found = []
    for record, result in zip(batch.records, run.results):
        if result.reason >> 31:
            raise SystemExit(f"Bochs refused to enter the guest: {result} for {record}")
        try:
            found.append(outcome(record, result))
        except Unexpected as what:
            raise SystemExit(f"an exit that is no answer: {what} for {record}") from None
    failed = [in_code for _, in_code in found]
    width = run.physical_bits
    asked = list(questions(batch.records, failed, run.ept_vpid_cap, width))
    answers, (memory,) = run_model(asked, [(IMAGE_BASE, bytes(batch.image.content))],
                                   errors_expected=True)
    excused: dict[int, int] = {}
    upcoming = iter(answers)
    for record, (oracle, in_code) in zip(batch.records, found):
        if record.code is not None:
            answer = next(upcoming)
            made = fetch_of_code(record)
            if in_code:
                settle(comparison, batch.image, made, answer, oracle, width, excused)
                continue
            comparison.note("fetches of the program's own code alike")
            if "hpa" not in answer:
                comparison.differ(f"{question(made)}: {answer}, {ORACLE} fetched the code")
                next(upcoming)
                continue
        settle(comparison, batch.image, record, next(upcoming), oracle, width, excused)
    for place, ours, theirs in differing_words(memory, run.memory, IMAGE_BASE):
        if (ours ^ theirs) & ~excused.get(place, 0):
            comparison.differ_beside(f"memory at {place:#x}: {ours:#018x}, {ORACLE} {theirs:#018x}, at "
                             f"first {batch.image.load(place):#018x}")
        else:
            comparison.note("entries whose flags differ after an access that was set aside")


def settle(comparison: Comparison, image: Image, record: Record, answer: dict, oracle: Outcome,
           width: int, excused: dict[int, int]) -> None:
    """Compares one answer with the oracle's, and counts it.

    The width is that of physical addresses. What may differ in memory is added to `excused`.
    """
    arrives = False
    if oracle.kind == "translated":
        target = way(record, image).target
        arrives = target is not None and is_value(image, record, target, oracle)
    if "error" in answer:
        # The manual says nothing of a table where there is no memory, and so the model has no
        # answer. Bochs reads zeros or ones there, no entry of which lets an access through.
        absent = way(record, image).absent
        if absent is None or absent >> width or oracle.kind == "translated":
            comparison.differ(f"{question(record)}: {answer}, {ORACLE} {oracle}")
        else:
            comparison.agree(answer)
        return
    if oracle.agrees(answer, lambda physical: is_value(image, record, physical, oracle)):
        comparison.agree(answer)
        if "hpa" in answer and loaded(image, record, number(answer["hpa"])) is None:
            comparison.note("translated to where the value loaded tells nothing")
        return
    known = classify(record, image, answer, oracle, arrives)
    if known is None:
        comparison.differ(f"{question(record)}: {answer}, {ORACLE} {oracle}")
        return
    why, flags_differ = known
    comparison.aside(why)
    if flags_differ:
        excused.update(flags_touched(record, image))


def is_value(image: Image, record: Record, physical: int, oracle: Outcome) -> bool:
    """Whether the oracle loaded what lies at a physical address, as far as that is certain."""
    expected = loaded(image, record, physical)
    return expected is None or (expected[0] ^ oracle.report["value"]) & expected[1] == 0


def make(seed: int, part: int, count: int) -> tuple[Batch, str, Features]:
    """The batch of that number: each has a seed of its own, so one can be made again alone."""
    model, features = WITH_KEYS if part % 4 == 3 else PLAIN
    return make_batch(Random(f"{seed}/{part}"), count, features), model, features


def main() -> int:
    """Runs the batches: Bochs works on the next one while this one is compared."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=60_000, help="accesses to make")
    parser.add_argument("--seed", type=int, help="of the random generator; default: a new one")
    parser.add_argument("--least", type=int, help="fail if fewer were compared; default: count")
    parser.add_argument("--batch", type=int, help="only this batch of the run")
    given = parser.parse_args()
    seed = SystemRandom().randrange(1 << 32) if given.seed is None else given.seed
    here = version()
    if here != ORACLE:
        print(f"x86-64 over EPT: SKIPPED: the test is for {ORACLE}, and here is {here or 'none'}")
        return 1 if given.least else 0
    comparison = Comparison(f"x86-64 over EPT against {ORACLE}, seed {seed}")
    # At least four batches, so that even a short run has protection keys.
    size = min(BATCH, -(-given.count // 4))
    parts = [(part, min(size, given.count - part * size))
             for part in range(-(-given.count // size))]
    if given.batch is not None:
        parts = [parts[given.batch]]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as worker:
        rom = bochs.assemble(Path(folder))

        def emulate(part: int, count: int) -> tuple[Batch, bochs.Run]:
            batch, model, features = make(seed, part, count)
            return batch, bochs.run(batch, rom, model, features.protection_keys)

        runs = [worker.submit(emulate, *part) for part in parts[:1]]
        for number_of_part in range(len(parts)):
            if number_of_part + 1 < len(parts):
                runs.append(worker.submit(emulate, *parts[number_of_part + 1]))
            batch, run = runs[number_of_part].result()
            runs[number_of_part] = None
            compare(comparison, batch, run)
    return comparison.finish(sum(count for _, count in parts) if given.least is None
                             else given.least)


if __name__ == "__main__":
    sys.exit(main())
