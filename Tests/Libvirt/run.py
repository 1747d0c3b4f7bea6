#!/usr/bin/env python3
"""Holds `nestwalk import libvirt` against libvirt itself.

    run.py [--nestwalk FILE] [--without-guest]

The library's own test driver; the C shim built with and without libvirt's headers, answer by answer; a
library whose domains vanish, refuse and hang; no library at all; and two QEMU guests (TCG) with balloons
under a daemon that is started and stopped here. The exit status is 77 where something that a part needs is
not there, and all other parts went well.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import daemon
import guest

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
SHIM = REPOSITORY / "Sources" / "CLibvirt"
SKIPPED = 77

failures: list[str] = []


def expect(what: str, holds: bool, found: object = "") -> None:
    """Notes an expectation, and what was found where it does not hold."""
    if not holds:
        failures.append(what)
        print(f"FAILED: {what}\n{found}")


class Command:
    """One run of the command."""

    def __init__(
        self, nestwalk: Path, *words: str, library: Path | None = None, limit: float = 120
    ) -> None:
        environment = dict(os.environ)
        environment.pop("NESTWALK_LIBVIRT", None)
        if library is not None:
            environment["NESTWALK_LIBVIRT"] = str(library)
        began = time.monotonic()
        done = subprocess.run(
            [nestwalk, "import", "libvirt", *words], capture_output=True, text=True, timeout=limit,
            env=environment, check=False)
        self.seconds = time.monotonic() - began
        self.status, self.output, self.errors = done.returncode, done.stdout, done.stderr

    def value(self, machine: str, key: str) -> str | None:
        """What stands behind a key of a machine, at whatever depth, without quotes."""
        parts = re.split(r"^  - name: ", self.output, flags=re.MULTILINE)
        for part in parts[1:]:
            if part.splitlines()[0].strip() != machine:
                continue
            found = re.search(rf"^ +{key}: (.*)$", part.split("\nproblems:")[0], re.MULTILINE)
            return found.group(1).strip('"') if found else None
        return None


def kibibytes(text: str | None) -> float:
    """The number of KiB of a size such as `1.5 GiB (measured …)`; -1 where there is none."""
    found = re.match(r"([0-9.]+) (B|KiB|MiB|GiB)\b", text or "")
    if not found:
        return -1
    return float(found[1]) * {"B": 1 / 1024, "KiB": 1, "MiB": 1 << 10, "GiB": 1 << 20}[found[2]]


def check_test_driver(nestwalk: Path, folder: Path) -> None:
    """What the test driver's only domain and its host are, and that they make a sound inventory."""
    file = folder / "test.yaml"
    run = Command(nestwalk, "--uri", "test:///default", "--output", str(file))
    expect("the test driver is read", run.status == 0, run.errors)
    run.output = file.read_text()
    for key, says in [
        ("memory", "8 GiB (measured libvirt domain/memory)"),
        ("processors", "2 (measured libvirt domain/vcpu)"),
        ("current", "2 GiB (measured libvirt balloon.current)"),
        ("resident", "1 GiB (measured libvirt balloon.rss)"),
        ("pool", "false (measured libvirt domain/memoryBacking)"),
        ("networks", "1 (measured libvirt domain/devices/interface)"),
    ]:
        expect(f"the domain’s {key}", run.value("test", key) == says, run.value("test", key))
    # The driver tells an update long ago, so what the guest told has lost a grade.
    working = run.value("test", "workingSet") or ""
    expect("an old update lowers the grade", working.startswith("1 GiB (assumed"), working)
    for says in ["memory: 3 GiB (measured libvirt virNodeGetInfo)", "number: 1",
                 "count: 19 (measured libvirt virNodeGetFreePages)"]:
        expect(f"the host says {says}", says in run.output, run.output)
    done = subprocess.run([nestwalk, "check", file], capture_output=True, text=True, check=False)
    expect("the inventory is sound", done.returncode == 0, done.stderr)
    sampled = Command(
        nestwalk, "--uri", "test:///default", "--interval", "1s", "--for", "2s")
    expect("three samples are taken", sampled.output.count("- second:") == 3, sampled.output)
    refused = Command(nestwalk, "--uri", "nowhere:///system")
    expect(
        "a refused connection is one sentence",
        refused.status == 1 and "libvirt says: " in refused.errors and len(
            refused.errors.splitlines()) == 1, refused.errors)


def check_shims(folder: Path) -> None:
    """The shim with and without libvirt's headers, and that a wrong declaration does not compile."""
    sources = [str(path) for path in sorted(SHIM.glob("*.c"))]
    said = []
    for name, options in [("with", []), ("without", ["-DCLIBVIRT_WITHOUT_HEADERS"])]:
        program = folder / name
        subprocess.run(
            ["gcc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", *options, f"-I{SHIM / 'include'}",
             str(HERE / "answers.c"), *sources, "-o", str(program), "-ldl", "-lpthread"], check=True)
        said.append(subprocess.run([program], capture_output=True, text=True, check=True).stdout)
    expect("some answers were given", said[0].count("\n") > 100, said[0])
    expect("both shims answer the same", said[0] == said[1], said[1])
    declared = (SHIM / "declared.h").read_text()
    for right, wrong in [
        ("unsigned int mhz;", "unsigned long mhz;"),
        ("DECLARED(VIR_DOMAIN_MEMORY_STAT_RSS) = 7", "DECLARED(VIR_DOMAIN_MEMORY_STAT_RSS) = 8"),
        ("int virConnectClose(virConnectPtr conn)", "void virConnectClose(virConnectPtr conn)"),
    ]:
        assert right in declared
        (folder / "declared.h").write_text(declared.replace(right, wrong))
        (folder / "agreement.c").write_bytes((SHIM / "agreement.c").read_bytes())
        done = subprocess.run(
            ["gcc", "-std=gnu11", "-fsyntax-only", str(folder / "agreement.c")],
            capture_output=True, text=True, check=False)
        expect(f"“{wrong}” is found out", done.returncode != 0, done.stderr)


def check_unruly(nestwalk: Path, folder: Path) -> None:
    """Domains that vanish, leave, refuse, hang and are broken keep no other from being read."""
    library = folder / "unruly.so"
    subprocess.run(
        ["gcc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC",
         str(HERE / "unruly.c"), "-o", str(library)], check=True)
    run = Command(nestwalk, "--uri", "unruly:///", "--timeout", "1s", library=library, limit=30)
    expect("an unruly host is read", run.status == 0, run.errors)
    for name in ["plain", "leaves", "last"]:
        expect(f"{name} is read", run.value(name, "memory") is not None, run.output)
    expect("the last one’s memory", kibibytes(run.value("last", "resident")) == 1024, run.output)
    for name, says in [
        ("vanishes", "it went away while the host was read"),
        ("leaves", "it went away while the host was read"),
        ("refuses", "libvirt says: operation forbidden: read only access"),
        ("hangs", "no answer came within 1 s"), ("broken", "“</domain>” closes “<memory>”"),
        ("plain", "its guest has not told of its memory yet"),
        ("unruly", "1 domain is not running and is left out"),
    ]:
        expect(f"{name} is told of", re.search(
            rf"^nestwalk import: {name}: .*{re.escape(says)}", run.errors, re.MULTILINE) is not None,
            run.errors)
    for uri, says in [("hangs", "no answer came within 1 s"), ("refuses", "authentication failed")]:
        run = Command(nestwalk, "--uri", uri, "--timeout", "1s", library=library, limit=30)
        expect(f"a connection that {uri}", run.status == 1 and says in run.errors, run.errors)
        expect(f"a connection that {uri} in time", run.seconds < 10, run.seconds)


def check_hidden(nestwalk: Path, folder: Path) -> None:
    """Without the library the rest works, and the sentence names the package."""
    run = Command(nestwalk, "--uri", "test:///default", library=folder / "none.so")
    expect("no library", run.status == 1 and "install the package libvirt0" in run.errors, run.errors)
    run = Command(nestwalk, "--uri", "test:///default", library=Path("/lib/x86_64-linux-gnu/libc.so.6"))
    expect("another library", run.status == 1 and "no function" in run.errors, run.errors)
    environment = os.environ | {"NESTWALK_LIBVIRT": str(folder / "none.so")}
    done = subprocess.run(
        [nestwalk, "import", "proc"], capture_output=True, text=True, env=environment, check=False)
    expect("this host without the library", done.returncode == 0, done.stderr)


def domain(name: str, kernel: Path, archive: Path, memory: int, stats: str, console: Path) -> str:
    """The XML of a guest with a balloon."""
    return f"""<domain type='qemu'>
  <name>{name}</name><memory unit='MiB'>{memory}</memory><vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type><kernel>{kernel}</kernel><initrd>{archive}</initrd>
    <cmdline>console=ttyS0 quiet</cmdline></os>
  <features><acpi/></features>
  <devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
    <serial type='file'><source path='{console}'/></serial>
    <memballoon model='virtio' freePageReporting='on'>{stats}</memballoon></devices>
</domain>"""


def resident(name: str, folder: Path) -> int:
    """The KiB that the guest's QEMU holds, as the kernel says."""
    text = (folder / "run" / "libvirt" / "qemu" / "run" / f"{name}.pid").read_text()
    status = Path(f"/proc/{int(text)}/status").read_text()
    return int(re.search(r"^VmRSS:\s+(\d+)", status, re.MULTILINE)[1])


def check_guests(nestwalk: Path, folder: Path) -> None:
    """Two real guests: what they were given, what they hold, and what they tell of themselves."""
    cache = Path(os.environ.get("NESTWALK_CACHE", REPOSITORY / ".build/oracles")) / "boot"
    kernel, archive = guest.files(cache, folder)
    server = daemon.Daemon(folder)
    try:
        consoles = {}
        for name, memory, stats in [("told", 192, "<stats period='1'/>"), ("silent", 160, "")]:
            consoles[name] = folder / "run" / f"{name}.console"
            xml = folder / f"{name}.xml"
            xml.write_text(domain(name, kernel, archive, memory, stats, consoles[name]))
            done = server.virsh("create", str(xml))
            expect(f"{name} starts", done.returncode == 0, done.stderr)
        end = time.monotonic() + 60
        while time.monotonic() < end and not all(
            path.exists() and b"guest is ready" in path.read_bytes() for path in consoles.values()):
            time.sleep(0.2)
        time.sleep(2)
        run = Command(nestwalk, "--uri", server.uri)
        expect("the guests are read", run.status == 0, run.errors)
        for name, memory in [("told", 192), ("silent", 160)]:
            expect(f"{name}: memory", kibibytes(run.value(name, "memory")) == memory << 10, run.output)
            expect(f"{name}: monitor", (run.value(name, "monitor") or "").startswith("qemu"), run.output)
            expect(f"{name}: balloon", kibibytes(run.value(name, "current")) == memory << 10, run.output)
            expect(
                f"{name}: free page reporting",
                (run.value(name, "freePageReporting") or "").startswith("true"), run.output)
            told, held = kibibytes(run.value(name, "resident")), resident(name, folder)
            expect(f"{name}: {told} KiB resident, and {held} of the kernel’s",
                   abs(told - held) < 0.1 * held)
        working = run.value("told", "workingSet") or ""
        expect("the guest tells its working set",
               0 < kibibytes(working) < 192 << 10 and "(derived" in working, working)
        faults = run.value("told", "minorFaults") or "0"
        expect("the guest tells its faults", int(faults.split()[0]) > 100, faults)
        # The driver tells once when it starts, and never again.
        expect("a balloon without a period is told of",
               "silent: its balloon has no statistics period" in run.errors, run.errors)
        written = Command(nestwalk, "--uri", server.uri, "--allow-write", "--interval", "1s")
        working = written.value("silent", "workingSet") or ""
        expect("with a period it tells", 0 < kibibytes(working) < 160 << 10
               and " s old" not in working and "silent:" not in written.errors, written.errors)
        xml = server.virsh("dumpxml", "silent").stdout
        expect("the period is taken back", "<stats period" not in xml, xml)
        inventory = folder / "guests.yaml"
        inventory.write_text(run.output)
        checked = subprocess.run(
            [nestwalk, "density", inventory, "--check"], capture_output=True, text=True, check=False)
        expect("their sizes are compared with what is predicted",
               checked.returncode == 0 and "held by the process: off by" in checked.stdout
               and "told " in checked.stdout, checked.stdout + checked.stderr)
        print(f"guests: {run.value('told', 'resident')}, {run.value('told', 'workingSet')}")
        server.hold()
        hung = Command(nestwalk, "--uri", server.uri, "--timeout", "2s", limit=30)
        server.release()
        expect("a daemon that hangs", hung.status == 1 and "within 2 s" in hung.errors, hung.errors)
    finally:
        server.stop()


def main() -> int:
    """All parts, one after another."""
    parser = argparse.ArgumentParser(description="Holds import libvirt against libvirt.")
    parser.add_argument("--nestwalk", type=Path, default=REPOSITORY / ".build/release/nestwalk")
    parser.add_argument("--without-guest", action="store_true", help="leave out the QEMU guests")
    options = parser.parse_args()
    missing = ""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        check_hidden(options.nestwalk, folder)
        check_test_driver(options.nestwalk, folder)
        check_shims(folder)
        check_unruly(options.nestwalk, folder)
        if not options.without_guest:
            (folder / "guest").mkdir()
            try:
                check_guests(options.nestwalk, folder / "guest")
            except (daemon.Unavailable, guest.packages.Unavailable) as reason:
                missing = str(reason)
    if failures:
        print(f"{len(failures)} failures")
        return 1
    if missing:
        print(f"the QEMU guests are left out: {missing}")
        return SKIPPED
    print("libvirt: the test driver, both shims, unruly hosts and two QEMU guests agree")
    return 0


if __name__ == "__main__":
    sys.exit(main())
