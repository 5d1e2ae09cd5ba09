"""What a process uses, as the system counts it: asked from outside, so a paused one tells, too.

Source: proc_pid_stat(5), proc_pid_statm(5). Where there is no /proc, nothing is known.
"""

from __future__ import annotations

import os
from pathlib import Path

_TICK_MS = 1000 // os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_UTIME, _STIME = 11, 12
"""Where these stand after the name, which may hold blanks and brackets itself."""


def usage(pid: int) -> dict[str, int]:
    """cpu_ms since the start, resident memory_bytes; nothing when the system does not say."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        pages = Path(f"/proc/{pid}/statm").read_bytes().split()
        ticks = int(fields[_UTIME]) + int(fields[_STIME])
        return {"cpu_ms": ticks * _TICK_MS, "memory_bytes": int(pages[1]) * _PAGE_BYTES}
    except (OSError, IndexError, ValueError):
        return {}
