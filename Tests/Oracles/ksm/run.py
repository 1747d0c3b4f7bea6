#!/usr/bin/env python3
"""Runs random merging scripts under the running kernel's ksmd and in the model, and compares counters.

    run.py [--count N] [--seed N] [--nestwalk FILE] [--keep FOLDER]

The same script goes to `ksm`, which does it in real memory, and to `nestwalk merge --script`. Every
counter that the kernel has must be equal wherever the script asks for them. The settings of
/sys/kernel/mm/ksm are restored whatever happens, by a process of their own should this one be killed.

Exit status: 0 equal, 1 different, 77 not possible here, with the reason on the last line.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import scripts

SETTINGS = Path("/sys/kernel/mm/ksm")
HERE = Path(__file__).parent
IMPOSSIBLE = 77
# The kernel's side of a script was disturbed by the machine's load: it says nothing, and runs again.
TWICE = 75
# In the order in which they can be put back: `run` first, because others may not change while it runs.
KEPT = ["advisor_mode", "max_page_sharing", "merge_across_nodes", "use_zero_pages", "smart_scan",
        "stable_node_chains_prune_millisecs", "pages_to_scan", "sleep_millisecs", "run"]


def impossible() -> str | None:
    """Why the comparison can't be made on this machine, if it can't."""
    if platform.system() != "Linux" or not (SETTINGS / "run").exists():
        return "this kernel has no same-page merging (/sys/kernel/mm/ksm)"
    if os.geteuid() != 0:
        return "only root can set /sys/kernel/mm/ksm"
    try:
        (SETTINGS / "run").write_text(value("run"))
    except OSError as error:
        return f"/sys/kernel/mm/ksm can't be written ({error.strerror})"
    if not (SETTINGS / "pages_scanned").exists():
        return "this kernel has no pages_scanned (Linux 6.6), by which ksmd is made to step"
    if value("run") == "1" and int(value("pages_shared")) > 0:
        return "this host merges pages of its own"
    return None


def value(name: str) -> str:
    """A setting as it would be written."""
    text = (SETTINGS / name).read_text().strip()
    chosen = [word for word in text.split() if word.startswith("[")]
    return chosen[0].strip("[]") if chosen else text


def restore(saved: dict[str, str]) -> None:
    """Unmerges what the test has merged and puts every setting back."""
    (SETTINGS / "run").write_text("2")
    for name, text in saved.items():
        try:
            (SETTINGS / name).write_text(text)
        except OSError as error:
            print(f"{SETTINGS / name} can't be set back to {text}: {error}", file=sys.stderr)


@contextmanager
def kept_settings() -> Iterator[None]:
    """Keeps the kernel's settings, even if this process is killed: a child waits for its end."""
    saved = {name: value(name) for name in KEPT if (SETTINGS / name).exists()}
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(writer)
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        # Nobody writes: this ends when the other end is closed, which the death of its owner does.
        os.read(reader, 1)
        # The program in real memory dies with this one's parent; it may still be about to.
        time.sleep(0.3)
        restore(saved)
        os._exit(0)
    os.close(reader)
    os.set_inheritable(writer, False)
    try:
        if "advisor_mode" in saved:
            (SETTINGS / "advisor_mode").write_text("none")
        yield
    finally:
        os.close(writer)
        os.waitpid(child, 0)


def counters(line: str) -> dict[str, int]:
    """The counters of a line."""
    return {name: int(number) for name, number in (word.split("=") for word in line.split())}


class Comparison:
    """Runs scripts twice and counts what was compared."""

    def __init__(self, program: str, nestwalk: str, keep: Path | None) -> None:
        self.program = program
        self.nestwalk = nestwalk
        self.keep = keep
        self.scripts = 0
        self.repeated = 0
        self.points = 0
        self.values = 0
        self.different: Counter[str] = Counter()

    def compare(self, name: str, lines: list[str]) -> bool:
        """Runs one script; says what differs first."""
        release = ".".join(platform.release().split(".")[:2])
        text = "\n".join([f"kernel {release}", *lines]) + "\n"
        with tempfile.NamedTemporaryFile("w", suffix=".script") as file:
            file.write(text)
            file.flush()
            real = self.undisturbed([self.program, file.name])
            model = self.run([self.nestwalk, "merge", "--script", file.name]) or []
        self.scripts += 1
        problem = None
        if len(real) != len(model):
            problem = f"{len(real)} lines of counters from the kernel, {len(model)} from the model"
        for number, (kernel_line, model_line) in enumerate(zip(real, model), 1):
            kernel, ours = counters(kernel_line), counters(model_line)
            self.points += 1
            self.values += len(kernel)
            for counter, count in kernel.items():
                if ours[counter] == count:
                    continue
                self.different[counter] += 1
                problem = problem or (f"counters {number}: {counter} is {count} in the kernel and"
                                      f" {ours[counter]} in the model")
        if problem:
            print(f"DIFFERENT: {name}: {problem}")
            if self.keep:
                self.keep.mkdir(parents=True, exist_ok=True)
                (self.keep / f"{name}.script").write_text(text)
        return problem is None

    def undisturbed(self, command: list[str]) -> list[str]:
        """The lines of the kernel's side, from a run in which each wake-up was one batch."""
        for _ in range(10):
            lines = self.run(command)
            if lines is not None:
                return lines
            self.repeated += 1
        raise SystemExit(f"{command[0]}: ksmd went through more than it was asked for ten times")

    @staticmethod
    def run(command: list[str]) -> list[str] | None:
        """The lines that a command prints, within two minutes; nothing for a disturbed run."""
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode == TWICE:
            return None
        if done.returncode != 0:
            raise SystemExit(f"{command[0]} ends with {done.returncode}: {done.stderr.strip()}")
        return done.stdout.splitlines()


def families() -> list[tuple[str, Callable[..., list[str]]]]:
    """The kinds of scripts, by name."""
    return [("still", scripts.still), ("changing", scripts.changing),
            ("volatile", scripts.volatile), ("racing", scripts.racing), ("huge", scripts.huge)]


def main() -> int:
    """Compiles, runs, compares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=60, help="random scripts (60)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=[name for name, _ in families()])
    parser.add_argument("--nestwalk", default=str(HERE / "../../../.build/release/nestwalk"))
    parser.add_argument("--keep", type=Path, help="keep the scripts that differ in this folder")
    options = parser.parse_args()
    reason = impossible()
    if reason:
        print(reason)
        return IMPOSSIBLE
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, kept_settings():
        program = f"{folder}/ksm"
        subprocess.run(["cc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-o", program,
                        str(HERE / "ksm.c")], check=True)
        comparison = Comparison(program, options.nestwalk, options.keep)
        comparison.compare("closed-form", scripts.closed_form())
        chosen = [family for family in families() if options.only in (None, family[0])]
        for number in range(options.count):
            name, make = chosen[number % len(chosen)]
            # Smart scan on and off in turn for each kind.
            smart = bool(number // len(chosen) % 2) and (SETTINGS / "smart_scan").exists()
            chance = random.Random(options.seed * 1_000_003 + number)
            comparison.compare(f"{name}-{options.seed}-{number}", make(chance, smart=smart))
    print(f"ksmd of Linux {platform.release()}: {comparison.scripts} scripts, {comparison.points} times"
          f" counters, {comparison.values} numbers compared, {sum(comparison.different.values())}"
          f" different, {comparison.repeated} runs repeated, {time.monotonic() - start:.0f} s")
    for counter, count in sorted(comparison.different.items()):
        print(f"  {counter}: {count}")
    return 1 if comparison.different else 0


if __name__ == "__main__":
    sys.exit(main())
