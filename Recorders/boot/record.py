#!/usr/bin/env python3
"""Records which pages of its memory a booting Debian guest touches, in which order and when.

    record.py [--machine pc|microvm] [--memory MIB] [--output FILE] [--check FILE]

Boots a Debian kernel with a small initramfs in QEMU with a plugin of our own, writes the recording in
the format of Docs/BootTraces.md, and prints how the pages of the recording and the pages of the file
behind the guest's memory differ, by cause. With --check it compares the recording with a committed
one. The exit status is 77 where a package or program is missing, as a skipped test's.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
import time
from pathlib import Path

import accounting
import initramfs
import kernel_image
import machine
import packages
import tables
import trace_file

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
SKIPPED = 77


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Records the first touches of a guest's boot.")
    parser.add_argument("--machine", choices=machine.PHASES, default="pc")
    parser.add_argument("--memory", type=int, default=256, metavar="MIB")
    parser.add_argument("--name", default=None, help="the name in the recording")
    parser.add_argument("--kernel", default=None, metavar="PACKAGE[=VERSION]",
                        help="a kernel's package instead of what linux-image-amd64 depends on")
    parser.add_argument("--seed", type=int, default=1, help="QEMU's random generator")
    parser.add_argument("--limit", type=float, default=180, help="seconds until it must be ready")
    parser.add_argument("--output", type=Path, help="where the recording goes")
    parser.add_argument("--check", type=Path, help="a recording to compare with")
    parser.add_argument("--tolerance", type=float, default=1, metavar="PERCENT",
                        help="how far the number of pages may be from the compared one's")
    parser.add_argument("--nestwalk", type=Path, default=REPOSITORY / ".build/release/nestwalk",
                        help="the command that checks the walks over the guest's tables")
    return parser.parse_args()


def main() -> int:
    """Records, accounts, and compares."""
    options = arguments()
    cache = Path(os.environ.get("NESTWALK_CACHE", REPOSITORY / ".build/oracles")) / "boot"
    try:
        found = packages.fetch(cache, options.kernel)
        with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile(
            dir="/dev/shm" if Path("/dev/shm").is_dir() else None, prefix="nestwalk-boot-"
        ) as memory:
            return record(options, found, Path(folder), Path(memory.name))
    except packages.Unavailable as missing:
        print(f"skipped: {missing}", file=sys.stderr)
        return SKIPPED


def record(
    options: argparse.Namespace, found: packages.Packages, folder: Path, memory: Path
) -> int:
    """One boot, in folders that go away."""
    kernel = kernel_image.read(found.kernel)
    archive = initramfs.archive(found.busybox)
    kernel_file, archive_file = folder / "kernel", folder / "initramfs"
    kernel_file.write_bytes(kernel.packaged if options.machine == "pc" else kernel.elf)
    archive_file.write_bytes(archive)
    plugin = machine.build_plugin(HERE / "touches.c", folder)
    # QEMU maps a file of the size that it is told.
    os.truncate(memory, options.memory << 20)
    start = time.monotonic()
    boot = machine.boot(
        options.machine, options.memory, kernel, kernel_file, archive_file, plugin, folder, memory,
        options.seed, options.limit,
    )
    seconds = time.monotonic() - start
    guest = tables.read(boot.memory, boot.registers["cr3"])
    struct_pages = set(
        guest.frames(tables.STRUCT_PAGES, len(boot.memory) // 4096 * tables.STRUCT_PAGE_BYTES)
    )
    regions = accounting.regions(boot, kernel, options.machine, guest, struct_pages)
    account = accounting.account(boot, kernel, options.machine, archive, regions, guest)
    print(
        f"{options.machine}, {options.memory} MiB, kernel {found.release}: ready after"
        f" {boot.instructions / 1e9:.3f} billion instructions, {seconds:.0f} s of recording"
    )
    print("\n".join(account.lines()))
    print(f"{len(struct_pages):7} pages hold the struct pages, "
          f"{len(struct_pages & account.touched)} of them touched")
    print(f"{len(guest.pages):7} pages hold the guest's tables,"
          f" {len(guest.pages & account.touched)} of them touched by its own instructions")
    status = 0
    if options.nestwalk.exists():
        leaves, wrong = tables.disagreements(guest, memory, boot.registers, options.nestwalk)
        print(f"{leaves:7} leaves of the tables translated by nestwalk, {wrong} otherwise than read")
        status |= wrong > 0 or leaves == 0
    else:
        print("        nestwalk is not built: the tables' leaves are not translated")
    facts = {
        "name": options.name or f"{options.machine}-{options.memory}",
        "kernel": f"Debian {found.version.partition('=')[0]}, linux-image-{found.release}",
        "emulator": f"QEMU {boot.emulator}, TCG, one instruction a nanosecond",
        "machine": options.machine,
        "processor": "x86-64, 4-level tables, 1",
    }
    recording = trace_file.encode(boot, facts, regions)
    print(f"{len(boot.touches):7} touches in {len(recording)} bytes")
    if options.output:
        temporary = options.output.with_suffix(".new")
        temporary.write_bytes(recording)
        temporary.replace(options.output)
    status |= bool(account.touched - account.populated) or bool(account.contradicted)
    status |= len(account.unexplained) > 0
    if options.check:
        pages = len({touch.page for touch in boot.touches})
        status |= not agrees(options.check, options.tolerance, pages)
        same = without_name(options.check.read_bytes()) == without_name(recording)
        print("        byte for byte the same" if same else "        not the same in every byte")
    return int(status)


def without_name(recording: bytes) -> bytes:
    """All that two recordings of the same guest share: neither the name nor the checksum."""
    return re.sub(rb"^name [^\n]*\n", b"", recording[:-4], count=1, flags=re.MULTILINE)


def agrees(path: Path, tolerance: float, pages: int) -> bool:
    """Whether a recording has as many pages as a committed one, nearly."""
    committed = re.search(rb"^pages (\d+)$", path.read_bytes(), re.MULTILINE)
    if committed is None:
        print(f"{path} says nothing of its pages")
        return False
    expected = int(committed[1])
    difference = 100 * (pages - expected) / expected
    print(f"{pages} pages here, {expected} in {path.name}: {difference:+.2f} %, allowed"
          f" {tolerance:g} %")
    return abs(difference) <= tolerance


if __name__ == "__main__":
    sys.exit(main())
