"""Compares the touches that were seen with the pages that the backing file holds."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kernel_image import PROTECTED_MODE_START, KernelImage
from machine import DEVICE, Boot
from tables import GuestTables

_FIRST_MEBIBYTE = 256


@dataclass(frozen=True)
class Accounting:
    """Pages of the trace and the file, and the causes of what is in one of them alone."""

    touched: set[int]
    populated: set[int]
    causes: dict[str, set[int]]
    # Pages that hold other bytes than the cause says they should.
    contradicted: set[int]
    device: dict[str, int]

    @property
    def unexplained(self) -> set[int]:
        """Pages of the file that nothing here explains."""
        return self.populated - self.touched - set().union(*self.causes.values())

    def lines(self) -> list[str]:
        """The accounting, as it is printed."""
        lines = [
            f"{len(self.touched):7} pages the processor has touched, as the plugin saw",
            f"{len(self.populated):7} pages the backing file holds",
            f"{len(self.touched - self.populated):7} pages touched and not in the file",
            f"{len(self.populated - self.touched):7} pages in the file and never touched:",
        ]
        lines += [f"{len(pages):11} {cause}" for cause, pages in self.causes.items() if pages]
        lines.append(f"{len(self.unexplained):11} unexplained")
        if self.contradicted:
            lines.append(f"{len(self.contradicted):11} of them hold other bytes than they should")
        lines.append(f"{sum(self.device.values()):7} pages were filled before the first touch:")
        lines += [f"{count:11} {cause}" for cause, count in self.device.items() if count]
        return lines


def regions(
    boot: Boot, kernel: KernelImage, machine: str, tables: GuestTables, struct_pages: set[int]
) -> dict[str, set[int]]:
    """What the pages of the guest's memory are for, where that is known; no page twice."""
    last = len(boot.memory) >> 12
    found: dict[str, set[int]] = {
        "guest-tables": set(tables.pages),
        "struct-pages": struct_pages,
        "kernel": {
            page
            for segment in kernel.segments
            for page in _pages(segment.address, segment.memory)
        },
        "kernel-file": set(),
        "initramfs": _initramfs(boot),
        "firmware-tables": {
            page
            for page in _named_ranges(
                boot.console, r"BIOS-e820: \[mem (0x\w+)-(0x\w+)\] (?!usable)", below=last
            )
            if page >= _FIRST_MEBIBYTE
        },
    }
    if machine == "pc":
        found["kernel-file"] = set(_pages(PROTECTED_MODE_START, len(kernel.protected_mode)))
    taken: set[int] = set()
    for pages in found.values():
        pages -= taken
        taken |= pages
    return {name: pages for name, pages in found.items() if pages}


def account(
    boot: Boot, kernel: KernelImage, machine: str, initramfs: bytes, regions: dict[str, set[int]],
    tables: GuestTables,
) -> Accounting:
    """Finds a cause for each page that only the file knows, and looks at the bytes where it can."""
    touched = {touch.page for touch in boot.touches if touch.kind != DEVICE}
    silent = boot.populated - touched
    sources: dict[str, tuple[set[int], list[tuple[int, bytes]]]] = {}
    if machine == "pc":
        parts = [(PROTECTED_MODE_START, kernel.protected_mode)]
        sources["the kernel's file, loaded for the firmware"] = (regions["kernel-file"], parts)
    else:
        parts = [(segment.address, segment.data) for segment in kernel.segments]
        sources["the kernel's segments, loaded by the emulator"] = (
            {page for segment in kernel.segments
             for page in _pages(segment.address, segment.memory)},
            parts,
        )
    # All of it: some of its pages hold tables by now.
    archive = _initramfs(boot)
    sources["the initramfs, loaded for the firmware"] = (
        archive, [(min(archive) << 12, initramfs)] if archive else [],
    )
    sources["the firmware's tables, transferred by the emulator"] = (
        regions.get("firmware-tables", set()), [],
    )
    sources["below 1 MiB, transferred by the emulator for the firmware"] = (
        set(range(_FIRST_MEBIBYTE)), [],
    )
    causes: dict[str, set[int]] = {}
    contradicted: set[int] = set()
    rest = silent
    for cause, (pages, parts) in sources.items():
        causes[cause] = rest & pages
        rest = rest - pages
        if parts:
            contradicted |= {p for p in causes[cause] if not _holds(boot.memory, p, parts)}
    causes["tables that only walks have read"] = rest & tables.pages
    # What was filled before its first touch: the places tell, since the bytes may be gone by now.
    filled = {touch.page for touch in boot.touches if touch.kind == DEVICE}
    device: dict[str, int] = {}
    for cause, (pages, _) in sources.items():
        device[cause] = len(filled & pages)
        filled -= pages
    device["elsewhere, for the firmware"] = len(filled)
    return Accounting(touched, boot.populated, causes, contradicted, device)


def _initramfs(boot: Boot) -> set[int]:
    return _named_ranges(boot.console, r"RAMDISK: \[mem (0x\w+)-(0x\w+)\]")


def _holds(memory: bytes, page: int, parts: list[tuple[int, bytes]]) -> bool:
    """Whether a page still holds the bytes of the parts that lie in it."""
    start = page << 12
    for address, data in parts:
        first = max(start, address)
        end = min(start + 4096, address + len(data))
        if first < end and memory[first:end] != data[first - address : end - address]:
            return False
    return True


def _named_ranges(text: str, pattern: str, below: int = 1 << 40) -> set[int]:
    pages: set[int] = set()
    for first, last in re.findall(pattern, text):
        start, end = int(first, 0) >> 12, (int(last, 0) >> 12) + 1
        if start < below:
            pages.update(range(start, min(end, below)))
    return pages


def _pages(address: int, length: int) -> range:
    return range(address >> 12, (address + length + 4095) >> 12)
