"""Where QEMU 7.2 and Bochs 2.7 do not do what the manual says, each class with its own condition.

"APM" is AMD's AMD64 Architecture Programmer's Manual volume 2, "SDM" Intel's Software Developer's
Manual. A class is only tried where model and oracle differ, and it must explain the whole difference.
The entries on an access's way come from `nested_path`: they say what the access is about, not what
should come of it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "harness"))

from compare import SetAside, number  # noqa: E402
from x86_tables import ACCESSED, DIRTY, Image  # noqa: E402

from accesses import Record  # noqa: E402
from nested import Step, nested_path  # noqa: E402

ORACLES = {"qemu": "QEMU 7.2", "bochs": "Bochs 2.7"}


@dataclass(frozen=True)
class Outcome:
    """What came of an access, the same for model and oracle: a value or a fault's report."""

    kind: str  # "translated", or the fault's kind
    report: dict[str, int]


def path_of(record: Record, image: Image) -> tuple[int | None, list[Step]]:
    """Where an access leads when nothing stops it, and the entries on its way."""
    return nested_path(image, record.ncr3, record.host_levels, record.cr3, record.levels,
                       record.address)


def classify(record: Record, image: Image, answer: dict, oracle: Outcome, where: str
             ) -> tuple[SetAside, bool] | None:
    """The class that explains a difference, and whether flags in memory differ after it."""
    return None


def flags_touched(record: Record, image: Image) -> set[int]:
    """The entries whose accessed and dirty flags an access can set: what may differ after an access
    that one side let go further than the other."""
    return {step.place for step in path_of(record, image)[1]}
