#!/usr/bin/env python3
"""Spoils one value after another in what `nestwalk import` reads, and asks that each is told of.

An importer that passes over a value that is there and can't be used gives an inventory that looks whole
and is not. Each input here is one that is read without a word; with one value spoilt the command must
either refuse it (status 2) or say on standard error what it left out, each line beginning with the file that
it is in or the host, node or machine that it is of.

    Tests/Import/mutations.py PATH-OF-NESTWALK
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

# A value between marks is spoilt; what stands before the colon says how.
MARK = re.compile(r"‹(\w+):([^›]*)›")

SPOILT: dict[str, list[str]] = {
    "count": ["x", "-1", "99999999999999999999", "2000001", "1.5.2"],
    "number": ["x", "-1", "99999999999999999999999", "0x10"],
    "size": ["x", "-1", "99999999999999999999Ei", "2 apples"],
    "word": ["sometimes"],
    "list": ["x", "3-1", "0-99999999"],
    "digits": ["x", "-1", "18446744073709551616"],
    "power": ["0", "3", "x", "-2"],
    "seconds": ["x", "-1"],
    "words": ["x", "1.5"],
    "mapping": ["12", "[1]"],
    "items": ["12", "{a: 1}"],
    "json": ['"x"', "-1", "1.5", "null", "99999999999999999999"],
    "truth": ['"yes"', "1"],
}

OBJECTS = """\
apiVersion: v1
kind: Node
metadata: {name: one}
status:
  capacity: {cpu: "‹count:64›", memory: "‹size:256Gi›"}
  allocatable: {memory: "‹size:200Gi›", hugepages-2Mi: "‹size:4Gi›", hugepages-1Gi: "‹size:2Gi›"}
  nodeInfo: {architecture: ‹word:amd64›}
---
apiVersion: kubevirt.io/v1
kind: VirtualMachineInstance
metadata: {name: web}
spec:
  domain:
    cpu: {sockets: "‹count:2›", cores: "‹count:2›", threads: "‹count:1›"}
    memory: {guest: "‹size:4Gi›", hugepages: {pageSize: "‹power:2Mi›"}}
    firmware: {bootloader: ‹mapping:{efi: {}}›}
    devices: {autoattachMemBalloon: ‹word:true›, disks: ‹items:[]›, gpus: ‹items:[]›}
status: {nodeName: one}
---
apiVersion: kubevirt.io/v1
kind: VirtualMachineInstance
metadata: {name: small}
spec:
  domain:
    memory: ‹mapping:{guest: 1Gi}›
    resources: {requests: {cpu: "‹count:2›"}}
status: {nodeName: one}
"""

FIRECRACKER = """\
{"machine-config": {"vcpu_count": ‹json:2›, "mem_size_mib": ‹json:512›,
  "huge_pages": "‹word:2M›", "track_dirty_pages": ‹truth:false›},
 "balloon": {"amount_mib": ‹json:64›, "stats_polling_interval_s": ‹json:5›,
  "free_page_reporting": ‹truth:true›}}
"""

SAMPLES = """\
time,vm,resident,workingSet
‹seconds:0›,web,‹size:1 GiB›,‹size:512 MiB›
60,web,‹size:2 GiB›,
"""

DOMAIN = """\
<domain type='kvm' id='‹digits:1›'>
  <name>web</name>
  <memory unit='‹word:KiB›'>‹digits:4194304›</memory>
  <currentMemory unit='KiB'>‹digits:4194304›</currentMemory>
  <memtune><hard_limit unit='KiB'>‹digits:5000000›</hard_limit></memtune>
  <vcpu>‹count:2›</vcpu>
  <iothreads>‹count:1›</iothreads>
  <numatune><memory mode='strict' nodeset='‹list:0›'/></numatune>
  <memoryBacking>
    <hugepages><page size='‹power:2048›' unit='KiB'/></hugepages>
    <allocation mode='‹word:immediate›'/>
  </memoryBacking>
  <os><type>hvm</type></os>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <video><model type='qxl' ram='‹digits:65536›' vram='‹digits:65536›'/></video>
    <memballoon model='virtio' freePageReporting='‹word:on›'><stats period='‹count:5›'/></memballoon>
  </devices>
</domain>
"""

CAPTURED: dict[str, str] = {
    "capture/machine": "‹word:x86_64›\n",
    "capture/second": "‹digits:1000›\n",
    "proc/sys/kernel/hostname": "host-a\n",
    "proc/meminfo": "MemTotal: ‹digits:67108864› kB\nMemAvailable: ‹digits:33554432› kB\n"
    "PageTables: ‹digits:1024› kB\nSwapTotal: ‹digits:0› kB\n",
    "proc/zoneinfo": "Node ‹count:0›, zone Normal\n  pages free ‹digits:100›\n"
    "        min ‹digits:10›\n        low ‹digits:20›\n        high ‹digits:30›\n"
    "        managed ‹digits:16000000›\n",
    "sys/devices/system/cpu/online": "‹list:0-31›\n",
    "sys/devices/system/node/node0/meminfo": "Node 0 MemTotal: ‹digits:67108864› kB\n",
    "sys/devices/system/node/node0/cpulist": "‹list:0-31›\n",
    "sys/devices/system/node/node0/distance": "‹words:10›\n",
    "sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages": "‹digits:4096›\n",
    "sys/devices/system/node/node0/hugepages/hugepages-2048kB/free_hugepages": "‹digits:1›\n",
    "sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages": "‹digits:4096›\n",
    "sys/kernel/mm/transparent_hugepage/enabled": "always [‹word:madvise›] never\n",
    "sys/kernel/mm/ksm/run": "‹digits:1›\n",
    "sys/kernel/mm/ksm/pages_to_scan": "‹digits:100›\n",
    "sys/kernel/mm/ksm/pages_sharing": "‹digits:7›\n",
    "sys/fs/cgroup/machine.slice/memory.max": "‹digits:60000000000›\n",
    "sys/fs/cgroup/machine.slice/memory.current": "‹digits:4096›\n",
    "virsh/domains/1/dumpxml": DOMAIN,
    "virsh/domains/1/dommemstat": "actual ‹digits:4194304›\nrss ‹digits:2097152›\n"
    "available ‹digits:4000000›\nusable ‹digits:3000000›\nlast_update ‹digits:999›\n",
    "virsh/domstats": "Domain: 'web'\n  vcpu.current=‹count:2›\n  balloon.disk_caches=‹digits:9›\n",
}


# What each file describes, by which a line may name its place instead.
DESCRIBED: dict[str, list[str]] = {
    "objects.yaml": ["one", "web", "small"],
    "vm.json": ["vm"],
    "samples.csv": ["web"],
    "host.tar": ["host-a", "web"],
}


def plain(text: str) -> str:
    """The text as it is written where nothing is spoilt."""
    return MARK.sub(lambda mark: mark[2], text)


def spoilt(text: str) -> Iterator[tuple[str, str]]:
    """The text with each of its marked values spoilt in each way, and what was done."""
    for mark in MARK.finditer(text):
        before, after = plain(text[: mark.start()]), plain(text[mark.end() :])
        for value in SPOILT[mark[1]]:
            yield f"{mark[2]} → {value}", before + value + after


def is_placed(line: str, name: str) -> bool:
    """Whether a line on standard error begins with the file that it is about, or with what that describes."""
    about = line.removeprefix("nestwalk import: ").lstrip()
    return any(re.match(re.escape(place) + r"[:\s]", about) for place in [name, *DESCRIBED[name]])


def archive(files: dict[str, str]) -> bytes:
    """A tar archive of files, as the capture script makes one."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path, text in files.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(text.encode())
            tar.addfile(entry, io.BytesIO(text.encode()))
    return buffer.getvalue()


def inputs() -> Iterator[tuple[str, str, bytes]]:
    """Every input: its file's name, what was done to it (nothing at first), and its bytes."""
    for name, text in [("objects.yaml", OBJECTS), ("vm.json", FIRECRACKER), ("samples.csv", SAMPLES)]:
        yield name, "", plain(text).encode()
        for change, bytes_ in spoilt(text):
            yield name, change, bytes_.encode()
    whole = {path: plain(text) for path, text in CAPTURED.items()}
    yield "host.tar", "", archive(whole)
    for path, text in CAPTURED.items():
        for change, changed in spoilt(text):
            yield "host.tar", f"{path}: {change}", archive(whole | {path: changed})


def main() -> int:
    """Runs the command on every input; the status says whether it told of every spoilt value."""
    command = Path(sys.argv[1]).resolve()
    tried, silent = 0, []
    with tempfile.TemporaryDirectory() as folder:
        for name, change, content in inputs():
            (Path(folder) / name).write_bytes(content)
            arguments = [str(command), "import", name]
            if name in ("vm.json", "samples.csv"):
                arguments += ["--host-memory", "64G"]
            done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, timeout=60)
            tried += 1
            told = done.stderr.strip()
            wanted = [0] if not change else [0, 2]
            placed = all(is_placed(line, name) for line in told.splitlines())
            if done.returncode not in wanted or bool(told) != bool(change) or not placed:
                silent.append(f"{name}: {change or 'whole'}: status {done.returncode}: {told}")
    for line in silent:
        print(line)
    print(f"{tried} inputs, {len(silent)} not told of as they should be")
    return 1 if silent else 0


if __name__ == "__main__":
    sys.exit(main())
