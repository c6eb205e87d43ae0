"""Who holds a lease: a name for this process that tells another one whether it still lives."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Holder:
    """A process: its machine, its number there, and when it started (numbers are used again)."""

    machine: str
    pid: int
    started: str

    def __str__(self) -> str:
        return f"{self.machine}:{self.pid}:{self.started}"


def this_process() -> Holder:
    """The holder that this process is."""
    pid = os.getpid()
    return Holder(_machine(), pid, _started(pid))


def is_dead(text: str) -> bool:
    """True when the holder ran on this machine and surely no longer does; False when that cannot be told."""
    machine, _, rest = text.rpartition(":")[0].rpartition(":")
    started = text.rpartition(":")[2]
    if machine != _machine() or not rest.isdigit() or not started:
        return False
    return _started(int(rest)) != started


def _machine() -> str:
    """Host name, boot and the room of process numbers: another boot of the same host is another machine, and so is another
    container, whose processes cannot be seen from here.
    """
    boot, room = Path("/proc/sys/kernel/random/boot_id"), Path("/proc/self/ns/pid")
    numbers = "".join(filter(str.isdigit, str(room.readlink()))) if room.is_symlink() else ""
    return f"{socket.gethostname()[:60]}/{boot.read_text().strip()[:8] if boot.exists() else '-'}{numbers and '-'}{numbers}"


def _started(pid: int) -> str:
    """The process's start in clock ticks since boot (field 22 of /proc/PID/stat), "" when there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return "" if Path("/proc/self/stat").exists() else "-"
    # the second field may hold spaces and brackets; what follows the last bracket does not
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[19]  # a zombie does nothing more


def shown(text: str) -> str:
    """The holder in words, for the log and the health page."""
    place, _, _started_at = text.rpartition(":")
    machine, _, pid = place.rpartition(":")
    host = machine.partition("/")[0]
    return f"process {pid} on {host}" if host and pid.isdigit() else text
