#!/usr/bin/env python3
"""Plays patterns of page accesses in a memory cgroup of the running kernel and in the model.

    run.py [--seed N] [--nestwalk FILE] [--pages N]

The same accesses are made by `reclaim` in real memory, under a limit and with swap on a file, and by
`nestwalk reclaim`. Three patterns are compared: swap-ins, swap-outs and refaults have to be within 15 %. A
fourth, in which anonymous memory and files compete, is played and printed, but decides nothing: the kernel
weighs the two by counts that are up to two seconds old, and differs from itself by as much.

Two more questions have exact answers: how many faults reads take, and writes after them, in memory that nobody
has written and in memory that was in swap; and which process the kernel kills when a group without swap is full.

Everything is put back whatever happens, by a process of its own should this one be killed.

Exit status: 0 within, 1 not, 77 not possible here, with the reason on the last line.
"""

from __future__ import annotations

import argparse
import array
import json
import os
import platform
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
IMPOSSIBLE = 77
TOLERANCE = 0.15
# Fewer than this are noise of the machine's own.
NOISE = 300
CLUSTER = Path("/proc/sys/vm/page-cluster")
COMPARED = ["pswpin", "pswpout", "workingset_refault_anon", "workingset_refault_file"]
Accesses = list[tuple[int, bool]]


@dataclass
class Pattern:
    """Accesses: pages below `anon` are anonymous, the others of a file."""

    name: str
    anon: int
    accesses: Accesses
    decides: bool = True


def patterns(limit: int, seed: int) -> list[Pattern]:
    """The patterns for a limit of so many pages."""
    chance = random.Random(seed)

    def skewed(pages: int, hot: int) -> int:
        """Four of five accesses are to the hot pages."""
        return chance.randrange(hot if chance.random() < 0.8 else pages)

    loop = limit * 5 // 4
    twice = limit * 2
    mixed = limit * 9 // 10
    return [
        Pattern("loop", loop, [(page, True) for _ in range(6) for page in range(loop)]),
        Pattern("skewed memory", twice, [(page, True) for page in range(twice)]
                + [(skewed(twice, twice // 5), chance.random() < 0.3) for _ in range(300_000)]),
        Pattern("skewed file", 0,
                [(skewed(twice, twice // 5), False) for _ in range(300_000)]),
        Pattern("memory and file", mixed, [(page, True) for page in range(mixed)]
                + [(skewed(mixed, mixed // 3), chance.random() < 0.3) if chance.random() < 0.6
                   else (mixed + skewed(limit, limit // 3), False) for _ in range(300_000)],
                decides=False),
    ]


def controller() -> tuple[Path, bool] | None:
    """Where memory groups are made, and whether it is the second version."""
    first = Path("/sys/fs/cgroup/memory")
    if (first / "memory.limit_in_bytes").exists():
        return first, False
    second = Path("/sys/fs/cgroup")
    try:
        if "memory" in (second / "cgroup.subtree_control").read_text().split():
            return second, True
    except OSError:
        pass
    return None


def impossible() -> str | None:
    """Why the comparison can't be made on this machine, if it can't."""
    if platform.system() != "Linux" or not Path("/proc/swaps").exists():
        return "this kernel has no swap"
    if os.geteuid() != 0:
        return "only root can make memory groups and swap"
    if controller() is None:
        return "this machine has no memory controller for cgroups"
    if not CLUSTER.exists():
        return "this kernel has no vm.page-cluster, without which it reads ahead from swap"
    if len(Path("/proc/swaps").read_text().splitlines()) > 1:
        return "this machine swaps already"
    generations = Path("/sys/kernel/mm/lru_gen/enabled")
    if generations.exists() and int(generations.read_text(), 16) & 1:
        return "this kernel reclaims by generations, which are not compared"
    if any(shutil.which(tool) is None for tool in ("mkswap", "swapon", "cc")):
        return "mkswap, swapon or a C compiler is missing"
    return None


class Place:
    """The folder, swap and group that the patterns are played in."""

    def __init__(self, folder: Path, limit: int) -> None:
        found = controller()
        assert found is not None
        self.root, self.is_second = found
        self.group = self.root / f"nestwalk-reclaim-{os.getpid()}"
        self.swap = folder / "swap"
        self.data = folder / "data"
        self.limit = limit

    def make_files(self) -> None:
        """Room for all pages in swap, and in a file; nothing of either may have holes."""
        block = os.urandom(1 << 20)
        for path, megabytes in ((self.swap, self.limit * 16 >> 8), (self.data, self.limit * 2 >> 8)):
            with path.open("wb") as file:
                for _ in range(megabytes):
                    file.write(block)
                os.fsync(file.fileno())
        self.swap.chmod(0o600)
        subprocess.run(["mkswap", str(self.swap)], check=True, stdout=subprocess.DEVNULL)

    def make_group(self) -> None:
        """An empty group with the limit."""
        self.group.mkdir()
        name = "memory.max" if self.is_second else "memory.limit_in_bytes"
        (self.group / name).write_text(str(self.limit * 4096))

    def limit_to(self, pages: int) -> None:
        """The group's limit is another one."""
        name = "memory.max" if self.is_second else "memory.limit_in_bytes"
        (self.group / name).write_text(str(pages * 4096))

    def drop_group(self) -> None:
        """The group is gone, with all that was charged to it."""
        if not self.group.exists():
            return
        if not self.is_second:
            try:
                (self.group / "memory.force_empty").write_text("0")
            except OSError:
                pass
        for _ in range(50):
            try:
                self.group.rmdir()
                return
            except OSError:
                time.sleep(0.1)

    def undo(self, cluster: str) -> None:
        """Everything is as it was."""
        self.drop_group()
        subprocess.run(["swapoff", str(self.swap)], check=False, stderr=subprocess.DEVNULL)
        CLUSTER.write_text(cluster)
        for path in (self.swap, self.data):
            path.unlink(missing_ok=True)


@contextmanager
def undone(place: Place) -> Iterator[None]:
    """Puts everything back, even if this process is killed: a child waits for its end."""
    cluster = CLUSTER.read_text()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(writer)
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        # Nobody writes: this ends when the other end is closed, which the death of its owner does.
        os.read(reader, 1)
        place.undo(cluster)
        os._exit(0)
    os.close(reader)
    os.set_inheritable(writer, False)
    try:
        yield
    finally:
        os.close(writer)
        os.waitpid(child, 0)


def vmstat(text: str) -> dict[str, int]:
    """The kernel's counters."""
    return {name: int(number) for name, number in (line.split() for line in text.splitlines())}


def kernel(place: Place, program: Path, pattern: Pattern, folder: Path) -> dict[str, int]:
    """What the kernel counts while the pattern is played."""
    words = folder / "pattern"
    array.array("I", [page | (1 << 31 if write else 0) for page, write in pattern.accesses]).tofile(
        words.open("wb"))
    with place.data.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    place.make_group()
    try:
        said = subprocess.run(
            [str(program), str(place.group / "cgroup.procs"), str(words), str(pattern.anon),
             str(place.data)], capture_output=True, text=True, check=True, timeout=120).stdout
    finally:
        place.drop_group()
    before, after = (vmstat(part.strip()) for part in said.split("--\n"))
    return {name: after.get(name, 0) - before.get(name, 0) for name in COMPARED}


def model(nestwalk: str, place: Place, pattern: Pattern) -> dict[str, int]:
    """What the model counts."""
    lines = "".join(f"{page} w\n" if write else f"{page}\n" for page, write in pattern.accesses)
    said = subprocess.run(
        [nestwalk, "reclaim", "-", "--limit", str(place.limit * 4096), "--swap",
         str(place.limit * 16 * 4096), "--files-from", str(pattern.anon), "--json", "-"],
        input=lines, capture_output=True, text=True, check=True, timeout=120).stdout
    counted = json.loads(said)["counters"]
    return {name: counted[name] for name in COMPARED}


def compare(pattern: Pattern, real: dict[str, int], ours: dict[str, int]) -> bool:
    """Prints both, and says whether they are near enough."""
    fits = True
    for name in COMPARED:
        if max(real[name], ours[name]) < NOISE:
            continue
        off = ours[name] / max(real[name], 1) - 1
        is_near = abs(off) <= TOLERANCE
        fits = fits and is_near
        note = "" if is_near else " (decides nothing)" if not pattern.decides else " DIFFERENT"
        print(f"  {pattern.name}: {name}: kernel {real[name]}, model {ours[name]}, {off:+.1%}{note}")
    return fits or not pattern.decides


# The limit, in pages, under which memory is read and written in passes, and how much of it.
FAULTS_LIMIT = 2048
FAULTS_PAGES = 512


def model_faults(nestwalk: str, release: str, passes: list[tuple[int, int, bool]]) -> list[tuple[int, int]]:
    """The faults of each pass, and the major ones of them: what each more of the passes adds.

    A pass touches so many pages from one on.
    """
    totals = [(0, 0)]
    lines = ""
    for first, count, writes in passes:
        lines += "".join(f"{page}{' w' if writes else ''}\n" for page in range(first, first + count))
        said = subprocess.run(
            [nestwalk, "reclaim", "-", "--limit", str(FAULTS_LIMIT * 4096), "--kernel", release,
             "--json", "-"],
            input=lines, capture_output=True, text=True, check=True, timeout=120).stdout
        counted = json.loads(said)["counters"]
        totals.append((counted["pgfault"], counted["pgmajfault"]))
    return [(after[0] - before[0], after[1] - before[1])
            for before, after in zip(totals, totals[1:], strict=False)]


def compare_faults(nestwalk: str, place: Place, program: Path) -> bool:
    """Holds the faults of reads, and of writes after them, against the kernel's, each exactly."""
    other = 2 * FAULTS_LIMIT
    place.make_group()
    try:
        place.limit_to(FAULTS_LIMIT)
        said = subprocess.run(
            [str(program), str(place.group / "cgroup.procs"), str(FAULTS_PAGES), str(other)],
            capture_output=True, text=True, check=True, timeout=120).stdout
    finally:
        place.drop_group()
    real = {name: (int(minor) + int(major), int(major))
            for name, minor, major in (line.split(",") for line in said.splitlines())}
    own = (0, FAULTS_PAGES)
    beside = (FAULTS_PAGES, other)
    found = model_faults(
        nestwalk, ".".join(platform.release().split(".")[:2]),
        [(*own, False), (*own, False), (*own, True), (*own, True), (*beside, True),
         (*beside, True), (*own, False), (*own, True), (*own, True)])
    ours = dict(zip(real, found[:4] + found[6:], strict=True))
    fits = True
    for name, faults in real.items():
        note = "" if faults == ours[name] else " DIFFERENT"
        fits = fits and not note
        print(f"  {name}: kernel {faults[0]} faults, {faults[1]} major; model {ours[name][0]},"
              f" {ours[name][1]}{note}")
    return fits


# Points this near each other are decided by what each process is beside its memory.
VICTIM_MARGIN = 400


def victims(limit: int, seed: int, count: int) -> Iterator[tuple[list[tuple[int, int]], int]]:
    """Processes that fill a group together, each with its pages and oom_score_adj, and who asks for more."""
    chance = random.Random(seed)
    while count > 0:
        number = chance.randrange(2, 6)
        shares = [chance.random() + 0.05 for _ in range(number)]
        room = limit * chance.choice([70, 80, 90]) // 100
        pages = [int(room * share / sum(shares)) for share in shares]
        adjustments = [chance.choice([0, 0, 0, 100, 250, 500, 1000]) for _ in pages]
        asker = chance.randrange(number)
        full = [held + (limit - sum(pages) if who == asker else 0)
                for who, held in enumerate(pages)]
        points = sorted(held + adjustment * (limit // 1000)
                        for held, adjustment in zip(full, adjustments, strict=True))
        if points[-1] - points[-2] < VICTIM_MARGIN:
            continue
        count -= 1
        yield list(zip(pages, adjustments, strict=True)), asker


def model_victim(nestwalk: str, limit: int, processes: list[tuple[int, int]], asker: int) -> int:
    """Whom the model kills: services in a slice with the limit, one of which grows."""
    services = [
        {"name": f"{who}", "memory": f"{pages * 4} KiB", "workers": 0, "slice": "full",
         "oom-score-adj": adjustment} | ({"growth": "1 TiB"} if who == asker else {})
        for who, (pages, adjustment) in enumerate(processes)]
    scenario = {
        "study": "pressure", "duration": "10 s", "host": {"memory": "4 GiB"},
        "slices": [{"name": "full", "memory.max": f"{limit * 4} KiB"}], "services": services}
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        json.dump(scenario, file)
        file.flush()
        said = subprocess.run([nestwalk, "run", file.name, "--json", "-"], capture_output=True,
                              text=True, check=True, timeout=120).stdout
    killed = [(service["killedAt"], number)
              for number, service in enumerate(json.loads(said)["services"])
              if "killedAt" in service]
    return min(killed)[1] if killed else -1


def compare_victims(nestwalk: str, place: Place, program: Path, seed: int) -> bool:
    """Holds the choice of who is killed against the kernel's."""
    limit, same, count = 8000, 0, 12
    for processes, asker in victims(limit, seed, count):
        place.make_group()
        try:
            place.limit_to(limit)
            said = subprocess.run(
                [str(program), str(place.group / "cgroup.procs"),
                 *(f"{pages}:{adjustment}" for pages, adjustment in processes), str(asker)],
                capture_output=True, text=True, check=True, timeout=60).stdout
        finally:
            place.drop_group()
        real, ours = int(said), model_victim(nestwalk, limit, processes, asker)
        same += real == ours
        if real != ours:
            print(f"  {processes}, {asker} asks: kernel kills {real}, model {ours} DIFFERENT")
    print(f"  the killed one is the same in {same} of {count} full groups")
    return same == count


def main() -> int:
    """Compiles, plays, compares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pages", type=int, default=8192, help="the limit in pages (8192)")
    parser.add_argument("--nestwalk", default=str(HERE / "../../../.build/release/nestwalk"))
    options = parser.parse_args()
    reason = impossible()
    if reason:
        print(reason)
        return IMPOSSIBLE
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    # Swap must not lie in memory: a folder of the tree's own file system.
    with tempfile.TemporaryDirectory(dir=HERE / "../../../.build") as name:
        folder = Path(name)
        program, faults, killed = (folder / name for name in ("reclaim", "faults", "victims"))
        for built in (program, faults, killed):
            subprocess.run(["cc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-o",
                            str(built), str(HERE / f"{built.name}.c")], check=True)
        place = Place(folder, options.pages)
        with undone(place):
            exact = [compare_victims(options.nestwalk, place, killed, options.seed)]
            place.make_files()
            CLUSTER.write_text("0")
            if subprocess.run(["swapon", str(place.swap)], check=False).returncode != 0:
                print("swapon refuses a file on this file system")
                return IMPOSSIBLE
            exact.append(compare_faults(options.nestwalk, place, faults))
            verdicts = []
            for pattern in patterns(options.pages, options.seed):
                real = kernel(place, program, pattern, folder)
                verdicts.append(compare(pattern, real, model(options.nestwalk, place, pattern)))
    print(f"reclaim of Linux {platform.release()}: {len(verdicts)} patterns,"
          f" {verdicts.count(False)} not within {TOLERANCE:.0%};"
          f" faults and killed processes {'the same' if all(exact) else 'DIFFERENT'}")
    return 0 if all(verdicts + exact) else 1


if __name__ == "__main__":
    sys.exit(main())
