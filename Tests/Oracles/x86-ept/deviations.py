"""Where Bochs 2.7 does not do what the manual says, each class with its own narrow condition.

"SDM" is Intel's Software Developer's Manual. A class is only tried where model and Bochs differ, and
it must explain the whole difference. The entries on an access's way come from `nested_path`: they
say what the access is about, not what should come of it.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "harness"))

from compare import Outcome, SetAside, number  # noqa: E402
from x86_tables import KEY_SHIFT, PAGE_SIZE, USER, Image  # noqa: E402
from x86_way import Step, Way  # noqa: E402

from accesses import Record  # noqa: E402
from extended import RIGHTS, WRITE, nested_path  # noqa: E402

ORACLE = "Bochs 2.7"

TABLE_BIT_0 = SetAside(
    "bit 0 of the qualification of a table access is clear", ORACLE,
    "SDM 3C table of exit qualifications for EPT violations, note to bit 0: with A/D flags for EPT "
    "an access to a guest's table sets both bit 0 and bit 1")
UNCHECKED_UPDATE = SetAside(
    "a guest's accessed and dirty flags are set in a table that EPT makes read-only", ORACLE,
    "SDM 3C 29.3.3.2: writes that update accessed and dirty flags are data writes, and need bit 1 "
    "of every EPT entry used")
LARGE_LEAF_BIT_12 = SetAside(
    "bit 12 of a 2-MiB or 1-GiB EPT leaf is not reserved", ORACLE,
    "SDM 3C 29.3.2, tables of the EPT PDE and PDPTE that map a page: bits 20:12 and 29:12 are "
    "reserved (bit 12 is PAT in a guest's entry only)")
KEY_SUPERVISOR_ACCESS = SetAside(
    "PKRU.AD is ignored for supervisor accesses to user pages", ORACLE,
    "SDM 3A 4.6.2: if ADi is 1, no data access to a user-mode address of key i is permitted")
KEY_SUPERVISOR_PAGE = SetAside(
    "PKRU is used for supervisor pages", ORACLE,
    "SDM 3A 4.6.2: PKRU is for user-mode addresses, and the PK flag of the error code with it (4.7)")


def is_table_read(answer: dict) -> bool:
    """Whether a model's answer is an EPT fault of the read of a guest's table."""
    return answer["fault"]["context"] == "table-read"


def classify(record: Record, image: Image, answer: dict, oracle: Outcome, arrives: bool
             ) -> tuple[SetAside, bool] | None:
    """The class that explains a difference, and whether flags in memory differ after it.

    `answer` is the model's; `arrives` says whether what the oracle loaded is what lies where
    the access leads when nothing stops it.
    """
    fault = answer.get("fault")
    kind = fault["kind"] if fault else "translated"
    steps = way(record, image).steps
    if kind == "ept-violation" and oracle.kind == kind and is_table_read(answer):
        report = {name: number(value) for name, value in fault["report"].items()}
        said = dict(oracle.report)
        said["exit_qualification"] |= 1
        if record.eptp & 1 << 6 and report == {name: said[name] for name in report}:
            return TABLE_BIT_0, False
    goes_on = arrives or oracle.kind in ("ept-violation", "ept-misconfiguration")
    if kind == "ept-violation" and fault["context"] == "table-update" and goes_on:
        if not record.eptp & 1 << 6 and read_only_table(steps, fault):
            return UNCHECKED_UPDATE, True
    if kind == "ept-misconfiguration" and only_bit_12(steps, fault):
        return LARGE_LEAF_BIT_12, True
    return keys(record, steps, kind, fault, oracle, arrives)


def read_only_table(steps: list[Step], fault: dict) -> bool:
    """Whether EPT lets the guest's entry that the fault is about be read, but not written."""
    physical = number(fault["report"]["guest_physical_address"])
    used = [step.word for step in steps if step.stage == 2 and step.made_for is not None
            and step.physical == physical]
    return bool(used) and all(word & 1 for word in used) and not all(
        word & WRITE for word in used)


def only_bit_12(steps: list[Step], fault: dict) -> bool:
    """Whether the misconfigured entry is a large leaf of which only bit 12 is wrong."""
    physical = number(fault["report"]["guest_physical_address"])
    used = [step for step in steps if step.stage == 2 and step.physical == physical]
    if not used:
        return False
    leaf = used[-1]
    reserved = (1 << 12 + 9 * (leaf.level - 1)) - (1 << 12) | (1 << 52) - (1 << 40)
    return (leaf.level in (2, 3) and bool(leaf.word & PAGE_SIZE)
            and leaf.word & reserved == 1 << 12
            and leaf.word & RIGHTS not in (2, 6) and leaf.word >> 3 & 7 in (0, 1, 4, 5, 6)
            and not any(above_misconfigured(step) for step in used[:-1]))


def above_misconfigured(step: Step) -> bool:
    """Whether an EPT entry that points to a table has reserved rights or reserved bits."""
    return bool(step.word & RIGHTS in (2, 6) or step.word & (0xF8 if step.level == 4 else 0x78)
                or step.word >> 40 & 0xFFF)


def keys(record: Record, steps: list[Step], kind: str, fault: dict | None, oracle: Outcome,
         arrives: bool) -> tuple[SetAside, bool] | None:
    """The classes of protection keys: Bochs looks at the access's privilege, not at the page's."""
    guest = [step for step in steps if step.stage == 1]
    if not guest or record.access == "fetch":
        return None
    user_page = all(step.word & USER for step in guest)
    key = guest[-1].word >> KEY_SHIFT & 15
    controls = record.controls
    write = record.access == "write"
    code = number(fault["report"]["error_code"]) if kind == "page-fault" else None
    said = oracle.report.get("error_code") if oracle.kind == "page-fault" else None
    user_access = record.cpl == 3
    if controls.cr4 & 1 << 22:
        denied = controls.pkru >> 2 * key & 1
        read_only = controls.pkru >> 2 * key & 2
        if not user_access and user_page and denied and code is not None and code & 0x21 == 0x21:
            # Bochs goes on: another reason may still stop it, with an error code without PK.
            if said == code & ~0x20 or said is None and (arrives or oracle.kind.startswith("ept")):
                return KEY_SUPERVISOR_ACCESS, said is None
        if not user_page and said is not None and said & 0x21 == 0x21:
            forbids = user_access and denied or read_only and write and (
                user_access or controls.cr0 & 1 << 16)
            if forbids and (code == said & ~0x20 or code is None and not user_access):
                return KEY_SUPERVISOR_PAGE, code is None
    return None


def way(record: Record, image: Image) -> Way:
    """The way of a record's access."""
    return nested_path(image, record.eptp, record.cr3, record.address, record.paging)


def flags_touched(record: Record, image: Image) -> dict[int, int]:
    """The flags that an access can set, by where the entry lies: what may differ after an access
    that one side let go further than the other."""
    return {step.place: 0x60 if step.stage == 1 else 0x300 for step in way(record, image).steps}
