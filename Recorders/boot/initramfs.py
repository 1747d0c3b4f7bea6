"""The guest's first and only programs: busybox and a script that says when the guest is ready."""

from __future__ import annotations

import stat
from pathlib import Path

# Writing 1 to pvpanic's port stops the machine at once: 0x505.
_READY_PORT = 1285

_INIT = f"""#!/bin/sh
/bin/busybox mount -t devtmpfs none /dev
/bin/busybox mount -t proc none /proc
/bin/busybox cat /proc/uptime
/bin/busybox printf '\\001' | /bin/busybox dd of=/dev/port bs=1 seek={_READY_PORT} 2>/dev/null
/bin/busybox poweroff -f
"""


def archive(busybox: Path, init: str = _INIT, files: dict[str, bytes] | None = None) -> bytes:
    """An archive in cpio's new ASCII format, which the kernel unpacks; `files` are beside the script."""
    folder = stat.S_IFDIR | 0o755
    program = stat.S_IFREG | 0o755
    entries: list[tuple[str, int, bytes, tuple[int, int]]] = [
        ("bin", folder, b"", (0, 0)),
        ("dev", folder, b"", (0, 0)),
        ("proc", folder, b"", (0, 0)),
        ("bin/busybox", program, busybox.read_bytes(), (0, 0)),
        ("bin/sh", stat.S_IFLNK | 0o777, b"busybox", (0, 0)),
        ("init", program, init.encode(), (0, 0)),
        ("dev/console", stat.S_IFCHR | 0o600, b"", (5, 1)),
        *((name, stat.S_IFREG | 0o644, data, (0, 0)) for name, data in (files or {}).items()),
        ("TRAILER!!!", 0, b"", (0, 0)),
    ]
    text = bytearray()
    for number, (name, mode, data, device) in enumerate(entries):
        encoded = name.encode() + b"\0"
        fields = [number + 1, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(encoded), 0]
        text += b"070701" + b"".join(b"%08X" % field for field in fields) + encoded
        text += bytes(-len(text) % 4)
        text += data
        text += bytes(-len(text) % 4)
    return bytes(text)
