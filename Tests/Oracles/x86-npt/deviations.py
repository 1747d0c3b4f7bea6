"""Where QEMU 7.2 and Bochs 2.7 do not do what the manual says, each class with its own condition.

"APM" is AMD's AMD64 Architecture Programmer's Manual volume 2, "SDM" Intel's Software Developer's
Manual. A class is only tried where model and oracle differ, and it must explain the whole difference.
The entries on an access's way come from `nested_way`: they say what the access is about, not what
should come of it.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "harness"))

from compare import Outcome, SetAside, number  # noqa: E402
from x86_tables import ACCESSED, DIRTY, GLOBAL, PAGE_SIZE, USER, Image  # noqa: E402
from x86_way import Way  # noqa: E402

from accesses import Record  # noqa: E402
from nested import nested_way  # noqa: E402

# Bits of an error code, and EFER.NXE.
PRESENT, RESERVED, FETCH, KEY = 1 << 0, 1 << 3, 1 << 4, 1 << 5
NXE = 1 << 11

ORACLES = {"qemu": "QEMU 7.2", "bochs": "Bochs 2.7"}

RESERVED_WITHOUT_PRESENT = SetAside(
    "P is clear in the error code of a reserved bit", ORACLES["qemu"],
    "SDM 3A 4.7: bit 3 can be set only if bit 0 is also set; APM 15.25.6: bit 0 is clear if the "
    "nested page was not present")
FETCH_WITHOUT_NX = SetAside(
    "ID is clear in EXITINFO1 of a fetch when the host's EFER.NXE is", ORACLES["qemu"],
    "APM 15.25.6: bit 4 is set if the nested page table level access was a code read")
USER_KEY_OF_SUPERVISOR = SetAside(
    "PK is clear when a user accesses a supervisor page that IA32_PKRS denies too", ORACLES["qemu"],
    "SDM 3A 4.7: PK tells that the key denies, whether other rights do so too or not; the mode of "
    "the access is not among its conditions")

GLOBAL_ABOVE = {where: SetAside(
    "G is ignored in an entry above level 3", name,
    "APM figures 5-18 and 5-20: bit 8 of PML5E and PML4E must be zero")
    for where, name in ORACLES.items()}

GIANT_LEAF_ACCESSED = SetAside(
    "the accessed flag of a 1-GiB leaf is set although the leaf refuses the access", ORACLES["qemu"],
    "SDM 3A 6.15: at a protection violation the flag of the last entry is model specific (QEMU does "
    "so at this leaf size alone); the model leaves it")


def way(record: Record, image: Image) -> Way:
    """The way of a record's access."""
    return nested_way(image, record.ncr3, record.host_levels, record.cr3, record.levels,
                      record.address)


def classify(record: Record, image: Image, answer: dict, oracle: Outcome, where: str
             ) -> SetAside | None:
    """The class that explains a difference of the reports.

    `answer` is the model's, `where` names the oracle.
    """
    fault = answer.get("fault")
    kind = fault["kind"] if fault else "translated"
    report = {name: number(value) for name, value in fault["report"].items()} if fault else {}
    if where == "qemu" and kind == oracle.kind != "translated":
        return error_code(record, image, fault, report, oracle.report)
    return None


def without_global_above(record: Record, image: Image, answer: dict) -> dict[int, int]:
    """What the words on the way would be without G above level 3, if the model stopped there.

    An oracle that ignores the bit must answer what the model answers of these words.
    """
    fault = answer.get("fault")
    if not fault or fault["cause"] != "misconfiguration" or fault["level"] <= 3:
        return {}
    return {step.place: step.word & ~GLOBAL for step in way(record, image).steps
            if step.level > 3 and step.word & GLOBAL}


def error_code(record: Record, image: Image, fault: dict, report: dict[str, int],
               said: dict[str, int]) -> SetAside | None:
    """QEMU's classes of error codes: the fault is the same, and one or two bits of it are clear."""
    code = "exitinfo1" if fault["kind"] == "nested-page-fault" else "error_code"
    missing = report[code] & ~said[code]
    if said | {code: said[code] | missing} != report:
        return None
    classes = []
    if missing & PRESENT and report[code] & RESERVED:
        classes.append(RESERVED_WITHOUT_PRESENT)
        missing &= ~PRESENT
    if missing & FETCH and fault["stage"] == 2 and not record.host_efer & NXE:
        classes.append(FETCH_WITHOUT_NX)
        missing &= ~FETCH
    if missing & KEY and record.cpl == 3 and record.controls.cr4 & 1 << 24 and not all(
            step.word & USER for step in way(record, image).steps if step.stage == 1):
        classes.append(USER_KEY_OF_SUPERVISOR)
        missing &= ~KEY
    if missing or not classes:
        return None
    return SetAside(", and ".join(why.name for why in classes), ORACLES["qemu"],
                    "; ".join(why.reason for why in classes))


def flags_touched(record: Record, image: Image) -> dict[int, int]:
    """The flags that an access can set, by where the entry lies: what may differ after an access
    that one side let go further than the other."""
    return {step.place: ACCESSED | DIRTY for step in way(record, image).steps}


def giant_leaf(record: Record, image: Image, answer: dict) -> int | None:
    """Where the 1-GiB leaf lies that stopped the model's walk, if one did."""
    fault = answer.get("fault")
    if not fault or fault["level"] != 3 or fault["cause"] == "missing":
        return None
    physical = number(fault["report"].get("exitinfo2"))
    for step in way(record, image).steps:
        if (step.stage, step.level) == (fault["stage"], 3) and step.physical == physical and (
                step.word & PAGE_SIZE):
            return step.place
    return None
