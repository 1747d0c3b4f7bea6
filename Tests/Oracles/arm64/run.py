#!/usr/bin/env python3
"""Compares `nestwalk translate` with QEMU on AArch64: stage 1 over stage 2.

    Tests/Oracles/arm64/run.py --count 60000 --seed 1

README.md beside this file says what is compared and how.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import SystemRandom

sys.path.insert(0, str(Path(__file__).parent.parent / "harness"))

from compare import Comparison, SetAside, differing_words, number, run_model  # noqa: E402

import walk  # noqa: E402
from accesses import Access, generate  # noqa: E402
from machine import (DATA, GUEST, IMAGE, IMAGE_LIMIT, UNPACKED, Machine, Result,  # noqa: E402
                     data_pages)
from tables import PE  # noqa: E402
from walk import Walk  # noqa: E402

# Every fourth batch is for the PE with later extensions, those that both model and QEMU have.
PLAIN = PE("neoverse-n1", 48)
EXTENDED = {
    "QEMU 7.2": PE("max", 52, extended=True),
    "QEMU 10.0": PE("max", 52, extended=True, has_pan3=True),
}
PARANGE = {48: 5, 52: 6}  # ID_AA64MMFR0_EL1
BATCH = 15_000
GROUP = 4

# What QEMU does otherwise than the manual, DDI 0487.
BOTH = {
    walk.CLEAN_FETCH: "AArch64.S1ApplyOutputPerms: with HA, HD and DBM the page counts as writable "
    "for every access, so EL1 or WXN may not execute it",
    walk.HIGH_BITS: "AArch64.LeafBase and NextTableBase: they are bits 51:48 of the address, "
    "whatever IPS or PS is",
    walk.PROTECTED_FLAG: "AArch64.SettingAccessFlagPermitted (AFUPDATE): either will do",
}
QEMU_7_2 = BOTH | {
    walk.LEVEL: "ESR_ELx.DFSC and PAR_EL1.FST: the level is that of the fault, stage 2's; it is "
    "stage 1's there",
    walk.BLOCK: "D8.3.1 and AArch64.BlockDescSupported: without 52-bit addresses level 0, and "
    "level 1 with the 16K and 64K granules, have no blocks",
    walk.GEOMETRY: "AArch64.S2InvalidSL and S2MinTxSZ ask for PAMax, not for VTCR_EL2.PS",
    walk.AT_DIRTY: "AArch64.S1Translate and S2Translate: AT does not change the dirty state",
    walk.SHAREABILITY: "PAREncodeShareability and AArch64.S1DisabledOutput: it is Outer Shareable",
    walk.RESERVED: "DecodeShareability, S2DecodeMemAttrs: SH = 0b01 and some values "
    "of MemAttr are reserved, any meaning will do",
    walk.FORCED_DEVICE: "AArch64.S2ApplyFWBMemAttrs: the stricter of both Device types",
    walk.DEVICE: "S2CombineS1MemAttrs: the Device type of the one stage that has one",
    walk.TRANSIENT: "S2CombineS1AttrHints: hints and transience are stage 1's",
}
QEMU_10_0 = BOTH | {
    walk.PROTECTED_LEVEL: "AArch64.S2CheckPermissions: the level is that of the descriptor; it is "
    "0 there",
    walk.HIDDEN_WRITE: "AArch64.S1DirectBasePermissions: PAN is for data accesses (accdesc.pan), a "
    "fetch finds the page writable",
}
DEPARTURES = {"QEMU 7.2": QEMU_7_2, "QEMU 10.0": QEMU_10_0}
# QEMU 10 ends itself at an AT S12E1R and its kin.
TRANSLATIONS = {"QEMU 7.2": True, "QEMU 10.0": False}
ORACLES = {"qemu-7.2": "qemu-system-aarch64", "qemu-10": UNPACKED}
FOLLOWS = "follows"
FOLLOWS_REASON = ("a descriptor differs since an earlier access that was set aside, or since a "
                  "store that a flipped bit led into a table, which the model is not told of")

EC_STEP, EC_INSTRUCTION, EC_DATA, EC_DATA_SAME = 0x32, 0x20, 0x24, 0x25
EXTERNAL, EXTERNAL_ON_WALK = 0b010000, 0b010100
PAR_DEFINED = ~(0b11 << 9)  # of a translation: NS and bit 10 are not
EVERY = (1 << 64) - 1


@dataclass(frozen=True)
class Outcome:
    """What the oracle says came of an access."""

    kind: str  # "translated", "fault", "beyond": a table is nowhere, or "broken"
    report: dict[str, int] = field(default_factory=dict)
    value: int | None = None  # what was loaded, or the number of the page that was executed
    reached: bool = True  # whether there was memory at the address


def outcome(access: Access, result: Result) -> Outcome:
    """Reads the oracle's registers."""
    ec, status = result.esr_el2 >> 26, result.esr_el2 & 0x3F
    if access.operation != GUEST:
        if ec == EC_DATA_SAME and status & ~3 == EXTERNAL_ON_WALK:
            return Outcome("beyond")
        if result.esr_el2:
            return Outcome("broken")
        return Outcome("fault" if result.par_el1 & 1 else "translated",
                       {"par_el1": result.par_el1})
    vector = access.vbar + (0x200 if access.el else 0x400) & EVERY
    if ec == EC_STEP:
        if result.esr_el1 == 0:
            return _completed(access, result)
        if result.elr_el2 != vector:
            return Outcome("broken")
        return _faulted(access, 1, result.esr_el1, result.far_el1, None)
    if ec == EC_INSTRUCTION and result.esr_el1 and result.far_el2 == vector:
        # The exception was taken to EL1. Where the oracle refuses the geometry of stage 2 it can't
        # fetch what comes then.
        return _faulted(access, 1, result.esr_el1, result.far_el1, None)
    if ec in (EC_INSTRUCTION, EC_DATA) or access.kind == "fetch":
        return _faulted(access, 2, result.esr_el2, result.far_el2, result.hpfar_el2)
    return Outcome("broken")


def _completed(access: Access, result: Result) -> Outcome:
    """The instruction was executed."""
    if access.kind == "fetch":
        return Outcome("translated", value=result.x10)
    stub = access.instruction_stub
    assert stub
    after = access.stub_address + 4
    if result.elr_el2 != after & EVERY:
        return Outcome("broken")
    return Outcome("translated", value={0: None, 10: result.x10, 27: result.x27}[stub.register])


def _faulted(access: Access, target: int, esr: int, far: int, hpfar: int | None) -> Outcome:
    """An exception was taken to EL1 or EL2."""
    ec, status = esr >> 26, esr & 0x3F
    if access.kind == "fetch" and ec & ~1 != EC_INSTRUCTION:
        # What was fetched, from outside the data pages, was executed and did not get through.
        return Outcome("translated")
    if ec & ~1 != (EC_INSTRUCTION if access.kind == "fetch" else EC_DATA):
        return Outcome("broken", {"target_el": target, "esr": esr, "far": far})
    if status == EXTERNAL:
        return Outcome("translated", reached=False)
    if status & ~3 == EXTERNAL_ON_WALK:
        return Outcome("beyond")
    report = {"target_el": target, "esr": esr, "far": far}
    if hpfar is not None:
        report["hpfar"] = hpfar
    return Outcome("fault", report)


class Batch:
    """One image, its accesses, and what the oracle made of them."""

    def __init__(self, machine: Machine, data: bytes, seed: str, pe: PE, count: int) -> None:
        self.pe = pe
        self.image, self.accesses = generate(
            seed, pe, count, GROUP, machine.encodings, TRANSLATIONS[machine.version])
        self.before = self.image.build(data)
        results, self.oracle_after = machine.run(
            pe.cpu, [one.pack() for one in self.accesses], self.before)
        self.outcomes = list(map(outcome, self.accesses, results))
        self.results = results
        self.groups: dict[int, list[int]] = defaultdict(list)
        for index, access in enumerate(self.accesses):
            self.groups[access.group].append(index)

    def ask_model(self) -> tuple[list[dict], bytes]:
        """The model's answers, and the image afterwards."""
        records = [access.record(before)
                   for access, before in zip(self.accesses, [None, *self.accesses])]
        records[0]["id_aa64mmfr0_el1"] = PARANGE[self.pe.address_bits]
        answers, after = run_model(records, [(IMAGE, self.before)], errors_expected=True)
        return answers, after[0]

    def problem(self, index: int, answer: dict) -> str | None:
        """What is wrong between an answer and what the oracle says; None where nothing is."""
        access, found = self.accesses[index], self.outcomes[index]
        if found.kind == "broken":
            return "the program did not get to make the access"
        if "error" in answer:
            return None if found.kind == "beyond" else "a table outside the image"
        if "fault" in answer:
            return self._report_problem(access, answer["fault"], found)
        if found.kind != "translated":
            return "no translation"
        if (number(answer["hpa"]) ^ access.address) & 0xFFF:
            return "offset in the page"
        if "par_el1" in answer:
            if (number(answer["par_el1"]) ^ found.report["par_el1"]) & PAR_DEFINED:
                return "par_el1"
            if (number(answer["hpa"]) ^ number(answer["par_el1"])) & 0xF_FFFF_FFFF_F000:
                return "hpa is not the address in par_el1"
            return None
        return self._value_problem(access, number(answer["hpa"]), found)

    @staticmethod
    def _report_problem(access: Access, fault: dict, found: Outcome) -> str | None:
        if found.kind != "fault":
            return "no fault"
        defined = fault.get("defined", {})
        told = {name: number(value) for name, value in fault["report"].items()}
        # The manual defines HPFAR_EL2 for some of the faults that go to EL2 only.
        if (told.keys() | {"hpfar"}) != (found.report.keys() | {"hpfar"}):
            return f"report of {sorted(told)}"
        for name, value in told.items():
            if name not in found.report:
                return name
            if (value ^ found.report[name]) & number(defined.get(name, EVERY)):
                return name
        if told.get("target_el") == 2 and "hpfar" not in told:
            # ISS tells whether it may be left out: only for a permission fault of the access.
            if told["esr"] & 0x80 or told["esr"] >> 2 & 0xF != walk.PERMISSION:
                return "no hpfar"
        return None

    def _value_problem(self, access: Access, hpa: int, found: Outcome) -> str | None:
        """Whether the load or fetch went to where the model says."""
        if not IMAGE <= hpa < IMAGE_LIMIT:
            # Zero RAM, devices or nothing: only nothing can be told.
            if hpa >= IMAGE_LIMIT and found.reached and not is_window(hpa):
                return "an access to no memory"
            return None
        if not found.reached:
            return "an access to no memory"
        if access.kind == "fetch":
            if hpa >= DATA and found.value != hpa >> 12 & 0xFFFF:
                return "the page fetched from"
            return None
        stub = access.instruction_stub
        if stub and not stub.write and stub.register:
            at = hpa - IMAGE
            if found.value not in (stub.loaded(self.before[at:at + 8]),
                                   stub.loaded(self.oracle_after[at:at + 8])):
                return "the value loaded"
        return None


def is_window(address: int) -> bool:
    """Whether the virt machine has PCIe windows there, which answer every access."""
    return 0x80_0000_0000 <= address < 0x100_0000_0000 or (
        0x40_0000_0000 <= address < 0x40_2000_0000)


def leads_somewhere(answer: dict) -> bool:
    """Whether a table outside the image lies where the oracle reads something all the same.

    That is zeros of RAM and flash, or ones of a PCIe window, and anything may come of them.
    """
    return "error" in answer and (answer["error"] < IMAGE or is_window(answer["error"]))


@dataclass
class Step:
    """What one access did by one walk."""

    answer: dict
    departure: str  # the first by which it left the manual's way
    written: dict[int, int]  # the words it wrote, with their values


class Replay:
    """Some accesses once more, by the manual and as the oracle is known to walk."""

    def __init__(self, batch: Batch, indices: Iterable[int], departures: frozenset[str],
                 strays: Iterable["Stray"] = ()) -> None:
        self.manual = Walk(batch.image.words, batch.pe)
        self.oracle = Walk(batch.image.words, batch.pe, departures)
        self.by_manual: dict[int, Step] = {}
        self.by_oracle: dict[int, Step] = {}
        for stray in strays:
            stray.happen(self.oracle)
        for index in indices:
            access = batch.accesses[index]
            self.by_manual[index] = _step(self.manual, access)
            step = self.by_oracle[index] = _step(self.oracle, access)
            if access.kind == "write" and is_table(step.answer.get("hpa")):
                Stray(step.answer["hpa"], access).happen(self.oracle)

    def departure(self, address: int) -> str | None:
        """The class of the first access that changed a word differently by the two walks."""
        for index, manual in self.by_manual.items():
            if manual.written.get(address) != self.by_oracle[index].written.get(address):
                return self.by_oracle[index].departure
        return None


    def stub_departure(self, access: Access, report: dict[str, int]) -> str | None:
        """The class by which the oracle can't fetch a load or store that the manual lets pass."""
        fetch = replace(access, kind="fetch", address=access.stub_address & EVERY, stub=-1)
        manual, oracle = _step(self.manual, fetch), _step(self.oracle, fetch)
        if "hpa" not in manual.answer or "fault" not in oracle.answer or manual.written:
            return None
        told = oracle.answer["fault"]["report"]
        return oracle.departure if all(told[name] == report[name] for name in report) else None


@dataclass(frozen=True)
class Stray:
    """A store that a flipped bit led into a table: its access, and where it went."""

    hpa: int
    access: Access

    def happen(self, walked: Walk) -> None:
        """Changes a walk's memory."""
        stub = self.access.instruction_stub
        assert stub
        word = bytearray(walked.word(self.hpa & -8).to_bytes(8, "little"))
        at = self.hpa & 7
        word[at:at + stub.size] = self.access.value.to_bytes(8, "little")[:stub.size]
        walked.memory[self.hpa & -8] = int.from_bytes(word, "little")


def is_table(hpa: int | None) -> bool:
    """Whether an address is one of the tables'."""
    return hpa is not None and IMAGE <= hpa < DATA


def _step(walked: Walk, access: Access) -> Step:
    answer = walked.translate(access)
    step = Step(answer, walked.fired[0] if walked.fired else FOLLOWS,
                {address: walked.memory[address] for address in walked.written})
    walked.fired.clear()
    walked.written.clear()
    return step


class BatchComparison:
    """Compares a batch's answers and memory, and explains what differs."""

    def __init__(self, batch: Batch, answers: list[dict], after: bytes, version: str,
                 tally: Comparison) -> None:
        self.batch, self.answers, self.after, self.tally = batch, answers, after, tally
        reasons = DEPARTURES[version]
        self.departures = frozenset(reasons)
        self.set_aside = {name: SetAside(name, version, reason)
                          for name, reason in [*reasons.items(), (FOLLOWS, FOLLOWS_REASON)]}
        self.strays: list[Stray] = []
        self._groups: dict[int, Replay] = {}
        self._whole: Replay | None = None

    def replays(self, group: int | None) -> Iterator[Replay]:
        """The two walks, made only where there is a difference to explain.

        The group's own accesses nearly always explain it. Where a flipped bit led one group into
        the tables of another it takes those of the whole batch.
        """
        if group in self.batch.groups:
            if group not in self._groups:
                before = [stray for stray in self.strays if stray.access.group < group]
                self._groups[group] = Replay(self.batch, self.batch.groups[group],
                                             self.departures, before)
            yield self._groups[group]
        if self._whole is None:
            self._whole = Replay(self.batch, range(len(self.batch.accesses)), self.departures)
        yield self._whole

    def run(self) -> None:
        """Compares access by access, then the memory."""
        batch, expected = self.batch, bytearray(self.after)
        for index, (access, answer) in enumerate(zip(batch.accesses, self.answers)):
            problem = batch.problem(index, answer)
            hpa = number(answer.get("hpa"))
            if problem is None and is_on_table(answer) and not self._level_is_right(index):
                problem = "level"
            if problem is None:
                self.tally.agree(answer)
            else:
                hpa = self._explain(index, problem)
            if access.kind == "write" and hpa is not None and IMAGE <= hpa < IMAGE_LIMIT:
                stub = access.instruction_stub
                assert stub
                if is_table(hpa):
                    self.strays.append(Stray(hpa, access))
                at = hpa - IMAGE  # the model is not told of what a store puts there
                expected[at:at + stub.size] = access.value.to_bytes(8, "little")[:stub.size]
        for address, model, found in differing_words(bytes(expected), batch.oracle_after, IMAGE):
            self._memory(address, model, found)

    def _level_is_right(self, index: int) -> bool:
        """Whether the walk by the manual agrees with a fault whose level the oracle can't tell.

        Where the oracle's level is wrong, an agreement with it proves nothing.
        """
        group = self.batch.accesses[index].group
        return any(same(self.answers[index], replay.by_manual[index].answer)
                   for replay in self.replays(group))

    def _explain(self, index: int, problem: str) -> int | None:
        """Counts a difference; returns the address that the oracle's access went to, if any."""
        batch, answer = self.batch, self.answers[index]
        access = batch.accesses[index]
        for replay in self.replays(access.group):
            manual, oracle = replay.by_manual[index], replay.by_oracle[index]
            if not same(answer, manual.answer):
                continue
            if batch.outcomes[index].kind == "broken":
                departure = replay.stub_departure(access, batch.outcomes[index].report)
                if departure:
                    self.tally.aside(self.set_aside[departure])
                    return None
            elif "error" in answer and leads_somewhere(manual.answer):
                self.tally.agree(answer)
                return None
            elif batch.problem(index, oracle.answer) is None or leads_somewhere(oracle.answer):
                self.tally.aside(self.set_aside[oracle.departure])
                return oracle.answer.get("hpa")
        found = {name: hex(value) for name, value in batch.results[index]._asdict().items()}
        line = dict(access.record(None), stub=access.stub, group=access.group, index=index)
        self.tally.differ(f"{problem}: {line} -> {answer}; the oracle {found}; by the manual "
                          f"{manual}; as the oracle {oracle}")
        return number(answer.get("hpa"))

    def _memory(self, address: int, model: int, found: int) -> None:
        """Explains a word that differs at the end."""
        batch = self.batch
        group = batch.image.owners.get(address)
        said = int.from_bytes(self.after[address - IMAGE:address - IMAGE + 8], "little")
        for replay in self.replays(group):
            if (said, found) == (replay.manual.word(address), replay.oracle.word(address)):
                name = replay.departure(address)
                if name:
                    self.tally.note(f"words of memory set aside: {name}")
                    return
        self.tally.differ_beside(
            f"memory at {address:#x} (group {group}): {batch.image.words.get(address, 0):#x} "
            f"before, {model:#x} by the model, {found:#x} by the oracle")


def is_on_table(answer: dict) -> bool:
    """Whether an answer is a stage-2 fault of an access to a stage-1 table."""
    return "fault" in answer and answer["fault"]["context"] != "final-access"


def same(answer: dict, other: dict) -> bool:
    """Whether the model and the walk by the manual say the same."""
    if "error" in answer or "error" in other:
        return "error" in answer and "error" in other
    if "fault" in answer or "fault" in other:
        if not ("fault" in answer and "fault" in other):
            return False
        defined = answer["fault"].get("defined", {})
        told, walked = answer["fault"]["report"], other["fault"]["report"]
        return told.keys() == walked.keys() and not any(
            (number(told[name]) ^ walked[name]) & number(defined.get(name, EVERY))
            for name in told)
    if "par_el1" in other and (number(answer["par_el1"]) ^ other["par_el1"]) & PAR_DEFINED:
        return False
    return number(answer["hpa"]) == other["hpa"]


def main() -> int:
    """Runs the batches: QEMU works on the next one while this one is compared."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=60_000, help="accesses to compare")
    parser.add_argument("--seed", type=int, help="of the random generator; default: a new one")
    parser.add_argument("--least", type=int, help="fail if fewer were compared; default: count")
    parser.add_argument("--batch", type=int, help="only this batch of the run")
    parser.add_argument("--oracle", choices=ORACLES, default="qemu-7.2", help="default: qemu-7.2")
    given = parser.parse_args()
    seed = SystemRandom().randrange(1 << 32) if given.seed is None else given.seed
    machine = Machine.find(ORACLES[given.oracle])
    if machine is None or machine.version not in DEPARTURES:
        here = machine.version if machine else "no such QEMU or no assembler"
        print(f"arm64: SKIPPED: this test is for {' or '.join(DEPARTURES)}, and here is {here} "
              f"(Tests/Oracles/arm64/README.md)")
        return 1 if given.least else 0
    tally = Comparison(f"AArch64, both stages, against {machine.version}, seed {seed}")
    parts = [(part, min(BATCH, given.count - part * BATCH))
             for part in range(-(-given.count // BATCH))]
    if given.batch is not None:
        parts = [parts[given.batch]]
    data = data_pages()

    def emulate(part: int, count: int) -> Batch:
        pe = EXTENDED[machine.version] if part % 4 == 3 else PLAIN
        return Batch(machine, data, f"{seed}/{part}", pe, count)

    with ThreadPoolExecutor(1) as worker:
        coming = worker.submit(emulate, *parts[0])
        for following in [*parts[1:], None]:
            batch = coming.result()
            if following:
                coming = worker.submit(emulate, *following)
            answers, after = batch.ask_model()
            BatchComparison(batch, answers, after, machine.version, tally).run()
    return tally.finish(
        sum(count for _, count in parts) if given.least is None else given.least)


if __name__ == "__main__":
    sys.exit(main())
