"""What processes use, as the system says it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tuik8s.components.supervisor.usage import usage

pytestmark = pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="no /proc here")

WORK = "import time\nwhile time.process_time() < 0.2: pass\nprint('done', flush=True)\ninput()"


def test_a_process_that_worked_used_the_processor() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WORK], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        found = usage(process.pid)
        process.kill()
    assert found["cpu_ms"] >= 150
    assert found["memory_bytes"] > 1 << 20
    assert usage(process.pid) == {}
