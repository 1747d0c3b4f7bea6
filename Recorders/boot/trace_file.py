"""Writes a recorded boot in the format of Docs/BootTraces.md."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from machine import Boot, Touch

# Instructions in a tick, the unit of the body's times.
TICK = 1000


def ranges(pages: Iterable[int]) -> list[tuple[int, int]]:
    """Sorted pages as (first, count)."""
    found: list[tuple[int, int]] = []
    for page in sorted(pages):
        if found and sum(found[-1]) == page:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((page, 1))
    return found


def encode(boot: Boot, facts: dict[str, str], regions: dict[str, set[int]]) -> bytes:
    """The file's bytes."""
    lines = ["nestwalk boot 1"]
    lines += [f"{key} {value}" for key, value in facts.items()]
    lines.append(f"memory {len(boot.memory)}")
    ends = [
        next((t.instructions for t in boot.touches if t.phase > phase), boot.instructions)
        for phase in range(len(boot.phases))
    ]
    for phase, name in enumerate(boot.phases):
        count = sum(touch.phase == phase for touch in boot.touches)
        length = ends[phase] - (ends[phase - 1] if phase else 0)
        # The guest's own counter of its idle time runs while the kernel starts.
        idle = round(boot.idle_seconds * 1e6) if name == "kernel" else 0
        lines.append(f"phase {name} instructions {length} idle {idle} touches {count}")
    for name, pages in regions.items():
        listed = " ".join(f"{first}+{count}" for first, count in ranges(pages))
        lines.append(f"region {name} {listed}")
    lines.append(f"pages {len({touch.page for touch in boot.touches})}")
    lines.append(f"touches {len(boot.touches)}")
    lines.append("content page numbers, kinds and times of touches alone")
    text = ("\n".join(lines) + "\n\n").encode() + body(boot.touches)
    return text + zlib.crc32(text).to_bytes(4, "little")


def body(touches: list[Touch]) -> bytes:
    """The touches, one after another."""
    text = bytearray()
    expected = [0, 0, 0, 0]
    time = 0
    before = -1
    repeats = 0
    for touch in touches:
        delta = touch.instructions // TICK - time
        step = touch.page - expected[touch.kind]
        control = touch.kind | touch.again << 2 | (step != 0) << 3 | min(delta, 15) << 4
        more = bytearray()
        if step:
            more += _varint(step << 1 if step > 0 else (-step << 1) - 1)
        if delta >= 15:
            more += _varint(delta - 15)
        time += delta
        expected[touch.kind] = touch.page + 1
        if not more and control == before:
            repeats += 1
            continue
        if repeats:
            # The first repetition is written out, and the count of the others follows it.
            text.append(before)
            text += _varint(repeats - 1)
            repeats = 0
        text.append(control)
        text += more
        before = -1 if more else control
    if repeats:
        text.append(before)
        text += _varint(repeats - 1)
    return bytes(text)


def _varint(number: int) -> bytes:
    text = bytearray()
    while number > 127:
        text.append(number & 127 | 128)
        number >>= 7
    text.append(number)
    return bytes(text)
