"""The log of a process, in a process of its own: it takes over standard output."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import asyncio, sys
from pathlib import Path
from tuik8s.world.live_log_file import LogFile

log = LogFile(Path(sys.argv[1]), bytes_max=200)
log("first")
print("printed")

async def run():
    log.attach(asyncio.get_running_loop())
    for number in range(40):
        log(f"line {number:02}")
        if number % 10 == 9:
            await asyncio.sleep(0)
    log("last")

asyncio.run(run())
log.flush()
raise SystemError("trace")
"""


def test_lines_are_written_in_order_and_the_file_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path)], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
    older, newer = (tmp_path / "a.log.1").read_text(), path.read_text()
    lines = (older + newer).splitlines()
    assert lines[:2] == ["first", "printed"]
    assert lines[2:43] == [*(f"line {number:02}" for number in range(40)), "last"]
    assert newer.rstrip().endswith("SystemError: trace")
