"""A libvirt daemon of the test's own: without root's rights, in a folder of its own, on a socket there."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

NOBODY = 65534


class Unavailable(Exception):
    """The daemon can't be had on this machine."""


class Daemon:
    """libvirtd as an unprivileged user, started and stopped by its process id."""

    def __init__(self, folder: Path) -> None:
        """Starts the daemon and waits until it answers."""
        self.folder = folder
        self.socket = folder / "run" / "libvirt" / "libvirt-sock"
        programs = folder / "bin"
        configuration = folder / "config" / "libvirt"
        for path in (folder / "run", programs, configuration, folder / "cache", folder / "home"):
            path.mkdir(parents=True, exist_ok=True)
        # The daemon probes every QEMU on its path, which takes seconds each: it gets to see one.
        for name in ("qemu-system-x86_64", "qemu-img"):
            for place in ("/usr/bin", "/usr/local/bin"):
                if (Path(place) / name).exists():
                    (programs / name).symlink_to(Path(place) / name)
                    break
        # No second daemon for the guests' consoles.
        (configuration / "qemu.conf").write_text('stdio_handler = "file"\n')
        environment = {
            "HOME": str(folder / "home"), "XDG_RUNTIME_DIR": str(folder / "run"),
            "XDG_CONFIG_HOME": str(folder / "config"), "XDG_CACHE_HOME": str(folder / "cache"),
            "PATH": str(programs), "LC_ALL": "C",
        }
        command = ["/usr/sbin/libvirtd"]
        if not Path(command[0]).exists():
            raise Unavailable("libvirtd is not there")
        if os.getuid() == 0:
            for path in [folder, *folder.rglob("*")]:
                os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
            command = ["/usr/bin/setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
                       *command]
        self.log = folder / "libvirtd.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True)
        end = time.monotonic() + 40
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > end:
                text = self.log.read_text(errors="replace")
                self.stop()
                raise Unavailable(f"libvirtd does not answer: {text[-500:]}")
            time.sleep(0.2)

    @property
    def uri(self) -> str:
        """Where the daemon answers."""
        return f"qemu+unix:///session?socket={self.socket}"

    def virsh(self, *words: str) -> subprocess.CompletedProcess[str]:
        """One command of virsh."""
        return subprocess.run(
            ["virsh", "--connect", self.uri, *words], capture_output=True, text=True, timeout=60,
            check=False)

    def hold(self) -> None:
        """Makes the daemon answer nothing any more."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def release(self) -> None:
        """Lets the daemon go on."""
        os.kill(self.process.pid, signal.SIGCONT)

    def stop(self) -> None:
        """Stops the domains and the daemon."""
        if self.process.poll() is None:
            for name in self.virsh("list", "--name").stdout.split():
                self.virsh("destroy", name)
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def _answers(self) -> bool:
        return self.socket.exists() and self.virsh("version").returncode == 0
