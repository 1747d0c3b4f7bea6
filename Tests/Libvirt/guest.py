"""A small guest with a balloon: Debian's kernel, busybox, and the modules that the balloon needs."""

from __future__ import annotations

import lzma
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "Recorders" / "boot"))

import initramfs  # noqa: E402
import packages  # noqa: E402

# In the order in which each finds the symbols of those before it.
MODULES = ["virtio_ring", "virtio", "virtio_pci_legacy_dev", "virtio_pci_modern_dev", "virtio_pci",
           "virtio_balloon"]

INIT = f"""#!/bin/sh
/bin/busybox mount -t devtmpfs none /dev
/bin/busybox mount -t proc none /proc
for module in {' '.join(MODULES)}; do
  [ ! -e /$module.ko ] || /bin/busybox insmod /$module.ko
done
echo guest is ready
while true; do /bin/busybox sleep 1000; done
"""


def files(cache: Path, folder: Path) -> tuple[Path, Path]:
    """The kernel and the initial file system, written into a folder."""
    found = packages.fetch(cache, None)
    modules: dict[str, bytes] = {}
    tree = found.kernel.parent.parent / "lib" / "modules" / found.release
    for name in MODULES:
        # A module may be built in.
        for path in tree.rglob(f"{name}.ko*"):
            data = path.read_bytes()
            modules[f"{name}.ko"] = lzma.decompress(data) if path.suffix == ".xz" else data
    kernel, archive = folder / "kernel", folder / "initramfs"
    kernel.write_bytes(found.kernel.read_bytes())
    archive.write_bytes(initramfs.archive(found.busybox, INIT, modules))
    for path in (kernel, archive):
        path.chmod(0o644)
    return kernel, archive
