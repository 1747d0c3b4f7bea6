"""Random merging scripts: mixes of pages, settings, and what happens to them between scans.

Two families differ in what is compared. A *still* script writes all of its memory before the first
scan. A *changing* script also writes and drops pages between scans, and then lets two scans pass
before it asks for the counters.
"""

from __future__ import annotations

import random

NEVER = 3_600_000


class Script:
    """A script under construction, with the contents that have been used."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.lines: list[str] = []
        self.spaces: list[int] = []
        self.contents = 1

    def say(self, *words: object) -> None:
        """Adds a line."""
        self.lines.append(" ".join(str(word) for word in words))

    def settings(self, *, smart: bool) -> None:
        """Chooses settings: few and many pages a wake-up, small and large limits of sharing."""
        chance = self.chance
        self.say("set smart_scan", int(smart))
        self.say("set use_zero_pages", chance.randrange(2))
        self.say("set max_page_sharing", chance.choice([2, 3, 5, 16, 50, 256]))
        self.say("set pages_to_scan", chance.choice([7, 100, 1000, 3001, 1_000_000]))
        # A prune is due always or never, so that no clock decides.
        self.say("set stable_node_chains_prune_millisecs", chance.choice([0, NEVER]))

    def fresh(self, count: int = 1) -> int:
        """The first of so many contents that no page has had."""
        first = self.contents
        self.contents += count
        return first

    def space(self, pages: int) -> None:
        """Makes a space and writes all of it with runs of equal, unique and zero pages."""
        self.say("space", pages)
        number = len(self.spaces)
        self.spaces.append(pages)
        page = 0
        while page < pages:
            count = min(self.chance.choice([1, 2, 3, 17, 64, 255, 300, 700]), pages - page)
            self.write(number, page, count)
            page += count

    def write(self, space: int, first: int, count: int) -> None:
        """Writes pages: zeros, one content, contents seen before in the same order, or new ones."""
        kind = self.chance.random()
        if kind < 0.2:
            self.say("fill", space, first, count, 0)
        elif kind < 0.4:
            self.say("fill", space, first, count, self.chance.randint(1, self.contents))
        elif kind < 0.75:
            self.say("unique", space, first, count, self.chance.randint(1, self.contents))
        else:
            self.say("unique", space, first, count, self.fresh(count))
        self.contents = max(self.contents, first + count)

    def disturb(self) -> None:
        """Writes and drops some pages anywhere."""
        for _ in range(self.chance.randint(1, 6)):
            space = self.chance.randrange(len(self.spaces))
            first = self.chance.randrange(self.spaces[space])
            count = min(self.chance.choice([1, 5, 40, 300]), self.spaces[space] - first)
            if self.chance.random() < 0.25:
                self.say("drop", space, first, count)
            else:
                self.write(space, first, count)


def still(chance: random.Random, *, smart: bool) -> list[str]:
    """A script whose memory does not change; the counters are asked for in the midst of scans too."""
    script = Script(chance)
    script.settings(smart=smart)
    for _ in range(chance.randint(1, 4)):
        script.space(chance.choice([100, 1000, 2500, 6000]))
    script.say("scan 1")
    script.say("counters")
    for _ in range(chance.randint(2, 12)):
        script.say(chance.choice(["scan", "scan", "wake"]), chance.randint(1, 3))
        script.say("counters")
    if smart:
        script.say("scan", chance.randint(10, 40))
        script.say("counters")
    return script.lines


def changing(chance: random.Random, *, smart: bool) -> list[str]:
    """A script whose memory changes between scans."""
    script = Script(chance)
    script.settings(smart=smart)
    for _ in range(chance.randint(1, 3)):
        script.space(chance.choice([100, 1000, 2500, 6000]))
    script.say("scan", chance.randint(1, 3))
    script.say("counters")
    for _ in range(chance.randint(2, 6)):
        script.disturb()
        script.say("scan", chance.randint(1, 3))
        script.say("counters")
    return script.lines


def volatile(chance: random.Random, *, smart: bool) -> list[str]:
    """A script in which some pages change before every scan."""
    script = Script(chance)
    script.settings(smart=smart)
    script.space(chance.choice([1000, 3000]))
    pages = chance.choice([16, 256, 512])
    script.say("space", pages)
    for _ in range(chance.randint(4, 8)):
        script.say("unique", 1, 0, pages, script.fresh(pages))
        script.say("scan 1")
        script.say("counters")
    return script.lines


def racing(chance: random.Random, *, smart: bool) -> list[str]:
    """A script whose memory changes in the midst of scans."""
    script = Script(chance)
    script.settings(smart=smart)
    script.say("set pages_to_scan", chance.choice([7, 50, 100, 333]))
    for _ in range(chance.randint(1, 3)):
        script.space(chance.choice([100, 700, 1500]))
    script.say("scan", chance.randint(1, 2))
    for _ in range(chance.randint(5, 15)):
        script.say("wake", chance.randint(1, 6))
        script.disturb()
        script.say("counters")
    script.say("scan 2")
    script.say("counters")
    return script.lines


def huge(chance: random.Random, *, smart: bool) -> list[str]:
    """A script with memory in 2M pages, which merging breaks."""
    script = Script(chance)
    script.settings(smart=smart)
    for _ in range(chance.randint(1, 2)):
        pages = 512 * chance.randint(1, 4)
        script.say("space", pages, "huge")
        number = len(script.spaces)
        script.spaces.append(pages)
        script.say("unique", number, 0, pages, script.fresh(pages))
        for _ in range(chance.randint(0, 8)):
            first = chance.randrange(pages)
            script.write(number, first, min(chance.choice([1, 3, 40, 200]), pages - first))
    script.space(chance.choice([100, 1500]))
    script.say("scan 1")
    script.say("counters")
    for _ in range(chance.randint(2, 6)):
        script.say(chance.choice(["scan", "wake"]), chance.randint(1, 2))
        script.say("counters")
    return script.lines


def closed_form() -> list[str]:
    """The mix whose counts have closed forms, with both limits of sharing."""
    lines = ["set smart_scan 0", "set use_zero_pages 0", "set pages_to_scan 1000000",
             "set stable_node_chains_prune_millisecs 2000", "set max_page_sharing 256",
             "space 8000", "fill 0 0 1000 0", "fill 0 1000 1000 9"]
    lines += [f"unique 0 {first} 1000 1000" for first in range(2000, 6000, 1000)]
    lines += ["unique 0 6000 2000 5000", "scan 1", "counters", "scan 1", "counters", "unmerge"]
    lines += ["set max_page_sharing 16", "scan 2", "counters", "unmerge"]
    lines += ["set use_zero_pages 1", "scan 2", "counters", "scan 1", "counters"]
    return lines
