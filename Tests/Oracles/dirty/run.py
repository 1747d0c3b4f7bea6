#!/usr/bin/env python3
"""Plays random scripts of writes under the kernel's dirty log and in the model, and compares the pages.

    run.py [--count N] [--seed N] [--nestwalk FILE] [--keep FOLDER] [--way kvm|userfaultfd]

The same script goes to a tiny guest under /dev/kvm (`dirty.c`) and to `nestwalk migrate --script`, on
formats of each architecture in turn. Where there is no /dev/kvm a process's own writes are caught by userfaultfd's write
protection instead (`protect.c`), which knows neither rings nor manual protection. Each `get` must
tell the same pages; how often a ring was full must be the same too, but where KVM emulates the guest's
writes, which the last line says then.

Exit status: 0 equal, 1 different, 77 not possible here, with the reason on the last line.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
IMPOSSIBLE = 77
# A script is played on one format of each group, in turn.
FORMATS = [["ept4", "ept5"], ["npt4", "npt5", "arm-s2-4k"], ["arm-s2-4k", "sv39x4", "sv48x4", "sv57x4"]]
NOT_COMPARED = "ring fulls not compared: this KVM emulates the guest's writes"
RESERVED = 64  # entries of a ring that are kept free: KVM_DIRTY_RING_RSVD_ENTRIES


def spans(pages: set[int]) -> str:
    """Pages as a script writes them."""
    words: list[str] = []
    for page in sorted(pages):
        if words and page == last + 1:
            words[-1] = f"{words[-1].split('-')[0]}-{page}"
        else:
            words.append(str(page))
        last = page
    return " ".join(words)


def some_pages(chance: random.Random, pages: int) -> set[int]:
    """A set of pages: scattered ones, runs, or both."""
    found: set[int] = set()
    if chance.random() < 0.7:
        found.update(chance.randrange(pages) for _ in range(chance.randrange(1, 200)))
    for _ in range(chance.randrange(3)):
        first = chance.randrange(pages)
        found.update(range(first, min(pages, first + chance.randrange(1, 700))))
    return found or {chance.randrange(pages)}


def script(chance: random.Random, mode: str, backing: str) -> list[str]:
    """A machine whose pages are all there, and then writes, questions and answers."""
    pages = chance.choice([512, 1000, 2048, 4096, 6400])
    processors = chance.randrange(1, 4)
    entries = chance.choice([256, 512, 1024, 4096]) if mode == "ring" else 0
    lines = [f"machine {pages} {backing} {processors} {entries}", f"write 0 0-{pages - 1}"]
    for _ in range(chance.randrange(1, 3)):
        lines.append(f"start {mode}")
        # Initially all are written: the first answer, and what is cleared of it piece by piece.
        for _ in range(chance.randrange(2, 6)):
            for _ in range(chance.randrange(4)):
                written = spans(some_pages(chance, pages))
                lines.append(f"write {chance.randrange(processors)} {written}")
            lines.append("get")
            if mode not in ("manual", "all-set"):
                continue
            if chance.random() < 0.4:
                # Pages that are written between the answer and their clearing are forgotten with it.
                lines.append(f"write 0 {spans(some_pages(chance, pages))}")
            lines += clears(chance, pages)
        lines.append("stop")
        lines.append(f"write 0 {spans(some_pages(chance, pages))}")
    return lines


def clears(chance: random.Random, pages: int) -> list[str]:
    """Chunks of the memory, most of them, in words of the bitmap."""
    lines: list[str] = []
    first = 0
    while first < pages:
        last = min(pages, first + 64 * chance.randrange(1, 40)) - 1
        if chance.random() < 0.8:
            lines.append(f"clear {first}-{last}")
        first = last + 1
    return lines


def writes(words: list[str]) -> Iterator[int]:
    """The pages of a `write`, one by one, in their order."""
    for word in words:
        ends = [int(end) for end in word.split("-")]
        yield from range(ends[0], ends[-1] + 1)


def expected_fulls(lines: list[str], emulated: bool) -> list[int]:
    """How often a ring is full before each answer, counted from the script alone.

    Hardware asks only at the first write to a protected page, and the write that fills a ring is tried
    again once the page is protected anew, so that it takes a second entry. An emulator logs whatever it
    writes, protected or not, and what has filled a ring has been written: each write takes one entry.
    """
    _, _, processors, entries = lines[0].split()[1:]
    limit = int(entries) - RESERVED
    logs = False
    open_: set[int] = set()
    filled = [0] * int(processors)
    full, told = 0, []
    for line in lines[1:]:
        verb, *words = line.split()
        if verb in ("start", "stop", "get"):
            logs = logs if verb == "get" else verb == "start"
            open_, filled = set(), [0] * int(processors)
            if verb == "get":
                told.append(full)
                full = 0
        elif verb == "write" and logs:
            number = int(words[0])
            for page in writes(words[1:]):
                if page in open_:
                    continue
                filled[number] += 1
                is_full = filled[number] >= limit
                if is_full:
                    full += 1
                    open_, filled = set(), [0] * int(processors)
                if not emulated:
                    open_.add(page)
                    filled[number] += is_full
    return told


class Comparison:
    """Plays scripts twice and counts what was compared."""

    def __init__(self, program: str, nestwalk: str, keep: Path | None, emulates: bool) -> None:
        self.program = program
        self.nestwalk = nestwalk
        self.keep = keep
        self.emulates = emulates
        self.scripts = 0
        self.runs = 0
        self.answers = 0
        self.pages = 0
        self.different = 0
        self.apart = 0  # answers whose full rings were held against a rule each, not against each other

    def compare(self, name: str, lines: list[str], others: list[str]) -> None:
        """Plays one script in the kernel, and in the model by its own mechanism and by others."""
        text = "\n".join(lines) + "\n"
        real = self.run([self.program], text)
        self.scripts += 1
        mode = next(line.split()[1] for line in lines if line.startswith("start"))
        for formats in FORMATS:
            format_ = formats[self.scripts // 4 % len(formats)]
            for other in [mode, *others]:
                if other == "pml" and not format_.startswith("ept"):
                    continue
                for split in ["eager", "lazy"]:
                    # A flag of a large page that isn't split stands for all of it.
                    if split == "lazy" and other == "dbit":
                        continue
                    ours = self.run(
                        [self.nestwalk, "migrate", "--script", "-", "--host", format_, "--split", split],
                        text.replace(f"start {mode}", f"start {other}"))
                    self.runs += 1
                    self.check(f"{name}-{format_}-{other}-{split}", lines, real, ours)

    def check(self, name: str, lines: list[str], real: list[str], ours: list[str]) -> None:
        """Compares answers; says what differs first."""
        # What an emulator logs says nothing of hardware, which the model is of: then each has its own rule.
        rules = None
        if self.emulates and "start ring" in lines:
            rules = (expected_fulls(lines, True), expected_fulls(lines, False))
        problem = None
        if len(real) != len(ours):
            problem = f"{len(real)} answers from the kernel, {len(ours)} from the model"
        for number, (kernel_line, model_line) in enumerate(zip(real, ours)):
            kernel, model = kernel_line.split(), model_line.split()
            self.answers += 1
            self.pages += int(kernel[0])
            if kernel[0] != model[0] or kernel[2:] != model[2:] or (not rules and kernel[1] != model[1]):
                problem = problem or (
                    f"answer {number + 1}: {kernel[0]} pages and {kernel[1]} full rings in the kernel,"
                    f" {model[0]} and {model[1]} in the model")
            if rules:
                self.apart += 1
                for who, told, rule in zip(["kernel", "model"], [kernel[1], model[1]], rules):
                    if int(told) != rule[number]:
                        problem = problem or (
                            f"answer {number + 1}: {told} full rings in the {who}, {rule[number]} by its rule")
        if problem:
            self.different += 1
            print(f"DIFFERENT: {name}: {problem}")
            if self.keep:
                self.keep.mkdir(parents=True, exist_ok=True)
                (self.keep / f"{name}.script").write_text("\n".join(lines) + "\n")

    @staticmethod
    def run(command: list[str], text: str) -> list[str]:
        """The lines that a command prints, within a minute."""
        done = subprocess.run(
            command, input=text, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode == IMPOSSIBLE:
            print(done.stdout.strip())
            raise SystemExit(IMPOSSIBLE)
        if done.returncode != 0:
            raise SystemExit(
                f"{command[0]} ends with {done.returncode}: {(done.stdout + done.stderr).strip()}")
        return done.stdout.splitlines()


def emulates_writes(program: str) -> bool:
    """Whether this KVM makes the guest's writes itself: then a page that is written again and again fills a
    ring, which takes one entry of it where hardware writes."""
    again = " ".join(["0"] * (256 - RESERVED))
    lines = ["machine 512 4K 1 256", "start ring", f"write 0 {again}", "get", ""]
    return Comparison.run([program], "\n".join(lines))[0].split()[1] != "0"


def way_here() -> str:
    """KVM where there is one that this process may use."""
    return "kvm" if os.access("/dev/kvm", os.R_OK | os.W_OK) else "userfaultfd"


def main() -> int:
    """Compiles, runs, compares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=40, help="random scripts (40)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--nestwalk", default=str(HERE / "../../../.build/release/nestwalk"))
    parser.add_argument("--keep", type=Path, help="keep the scripts that differ in this folder")
    parser.add_argument("--way", choices=["kvm", "userfaultfd"], default=way_here())
    options = parser.parse_args()
    if sys.platform != "linux":
        print("only Linux has a dirty log to compare with")
        return IMPOSSIBLE
    start = time.monotonic()
    source = "dirty.c" if options.way == "kvm" else "protect.c"
    modes = ["wp", "manual", "all-set", "ring"] if options.way == "kvm" else ["wp"]
    with tempfile.TemporaryDirectory() as folder:
        program = f"{folder}/dirty"
        subprocess.run(["cc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-pthread", "-o", program,
                        str(HERE / source)], check=True)
        emulates = options.way == "kvm" and emulates_writes(program)
        comparison = Comparison(program, options.nestwalk, options.keep, emulates)
        for number in range(options.count):
            mode = modes[number % len(modes)]
            backing = "2M" if number // len(modes) % 2 else "4K"
            chance = random.Random(options.seed * 1_000_003 + number)
            lines = script(chance, mode, backing)
            others = ["dbit", "pml"] if mode == "wp" else []
            comparison.compare(f"{mode}-{backing}-{options.seed}-{number}", lines, others)
    what = "KVM" if options.way == "kvm" else "userfaultfd"
    print(f"{what} of Linux {os.uname().release}: {comparison.scripts} scripts, {comparison.runs} times in"
          f" the model, {comparison.answers} answers with {comparison.pages} pages compared,"
          f" {comparison.different} different, {time.monotonic() - start:.0f} s")
    if comparison.apart:
        print(f"{NOT_COMPARED} ({comparison.apart} answers;"
              " kernel and model were held against a rule each)")
    return 1 if comparison.different else 0


if __name__ == "__main__":
    sys.exit(main())
