"""Spike, the RISC-V ISA simulator, as a second oracle where somebody has it: Debian 12 does not.

It follows the manual where QEMU 10 departs from it, so nothing is set aside, and the update of a
first-stage table that the second stage refuses (htinst 0x3020) is compared as well.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from array import array
from collections.abc import Sequence
from typing import Self

from machine import (HEAD, IMAGE, OPEN, RAM, RAM_BYTES, RECORDS, RESULT, Result, assemble, head)

# Where Spike's host interface watches for the end of the program. The program's own code is short.
TO_HOST = OPEN + 0x2000

# Spike loads an ELF file, and prints the memory between two symbols when the program ends: so the
# records and the image are part of the file, and the results come right before the image, where no
# single flipped bit of one of its addresses leads.
RESULTS_BYTES = 0x10_0000
RESULTS = IMAGE - RESULTS_BYTES
SECTIONS = """
    .section .head, "a"
    .incbin "head"
    .section .records, "a"
    .incbin "records"
    .section .image, "a"
    .incbin "image"
"""
SCRIPT = """
ENTRY(_start)
tohost = {to_host:#x};
fromhost = {to_host:#x} + 64;
begin_signature = {results:#x};
end_signature = {end:#x};
SECTIONS
{{
  .boot {ram:#x} : {{ *(.boot) }}
  .text {open:#x} : {{ *(.text) }}
  .host {to_host:#x} : {{ . += 128; }}
  .head {head:#x} : {{ *(.head) }}
  .records {records:#x} : {{ *(.records) }}
  .results {results:#x} : {{ . += {image:#x} - {results:#x}; }}
  .image {image:#x} : {{ *(.image) }}
  /DISCARD/ : {{ *(.riscv.attributes) }}
}}
"""


class Spike:
    """Spike, given a new program for every batch."""

    transforms = False
    batch = 5_000

    def __init__(self, spike: str) -> None:
        self.spike = spike
        said = subprocess.run([spike, "--help"], capture_output=True, text=True, check=False)
        number = re.search(r"Spike RISC-V ISA Simulator (\d+\.\d+)", said.stdout + said.stderr)
        self.version = f"Spike {number[1]}" if number else "an unknown Spike"
        self.folder = ""

    @classmethod
    def find(cls, known: tuple[str, ...]) -> Self | None:
        """The one on the path, if it is one of the known versions."""
        path = shutil.which("spike")
        if path is None or shutil.which("riscv64-linux-gnu-as") is None:
            return None
        machine = cls(path)
        return machine if machine.version in known else None

    def prepare(self, folder: str) -> None:
        """Makes the parts of the program that stay the same."""
        self.folder = folder
        assemble(self._path("program.o"), {"FINISHER": TO_HOST, "FINISHED": 1})
        with open(self._path("sections.s"), "w", encoding="ascii") as file:
            file.write(SECTIONS)

    def _path(self, name: str) -> str:
        return os.path.join(self.folder, name)

    def run(self, records: Sequence[bytes], image: bytes) -> tuple[list[Result], bytes]:
        """Makes the accesses; returns their results and the image afterwards."""
        if len(records) * RESULT.size > RESULTS_BYTES:
            raise ValueError(f"{len(records)} records do not fit")
        end = IMAGE + len(image)
        for name, content in (("head", head(len(records), end, RESULTS, RESULTS)),
                              ("records", b"".join(records)), ("image", image)):
            with open(self._path(name), "wb") as file:
                file.write(content)
        with open(self._path("script"), "w", encoding="ascii") as file:
            file.write(SCRIPT.format(ram=RAM, open=OPEN, to_host=TO_HOST, head=HEAD,
                                     records=RECORDS, results=RESULTS, image=IMAGE, end=end))
        subprocess.run(["riscv64-linux-gnu-as", "-march=rv64i", "-o", "sections.o", "sections.s"],
                       check=True, cwd=self.folder)
        subprocess.run(["riscv64-linux-gnu-ld", "-T", "script", "-o", "program", "program.o",
                        "sections.o"], check=True, cwd=self.folder)
        subprocess.run([self.spike, "--isa=rv64imafdch_zicsr_svadu_svnapot_svpbmt",
                        f"-m{RAM:#x}:{RAM_BYTES:#x}", "+signature=memory",
                        "+signature-granularity=8", "program"],
                       stdin=subprocess.DEVNULL, check=True, cwd=self.folder, timeout=600)
        words = array("Q")
        with open(self._path("memory"), encoding="ascii") as file:
            words.frombytes(bytes.fromhex(file.read()))
        words.byteswap()  # a line a word, the most significant digit first
        after = words.tobytes()
        found = after[:len(records) * RESULT.size]
        return [Result(*fields) for fields in RESULT.iter_unpack(found)], after[RESULTS_BYTES:]
