"""R-WAL-5: a real process under load, killed again and again (SIGKILL), on a real disk."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.components.store.plant import TinyWorld
from tests.components.store.victim import OPTIONS, state_after
from tuik8s.components.store import Store
from tuik8s.world.live_disk import RealDisk

ROOT = Path(__file__).parents[3]


def killed_after(directory: Path, seed: int, seconds: float) -> int:
    """Run the victim, kill it; the last revision that it acknowledged."""
    command = [sys.executable, "-m", "tests.components.store.victim", str(directory), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as victim:
        assert victim.stdout is not None
        first = victim.stdout.readline()
        time.sleep(seconds)
        victim.kill()
        lines = [first, *victim.stdout.read().split(b"\n")]
    return int([line for line in lines if line.strip()][-1])


@pytest.mark.real
@pytest.mark.slow
def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    """50 times: every acknowledged write is there, and nothing that was not written."""
    chance = random.Random(7)
    acknowledged = 1
    for seed in range(50):
        last = killed_after(tmp_path, seed, chance.random() * 0.08)
        assert last >= acknowledged
        disk = RealDisk(tmp_path)
        store = Store(TinyWorld(), disk, OPTIONS)
        store.open()
        disk.close()
        assert store.revision >= last
        held = {entry.key: entry.value for entry in store.range("").entries}
        assert held == state_after(store.revision)
        acknowledged = store.revision
    assert acknowledged > 5000
