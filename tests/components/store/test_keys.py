"""The sorted list and its two ways to settle."""

from __future__ import annotations

import random

import pytest

from tuik8s.components.store.keys import KeyList


@pytest.mark.parametrize("changes_between_reads", [1, 10, 500])
def test_same_as_a_set(changes_between_reads: int) -> None:
    chance = random.Random(changes_between_reads)
    keys, model = KeyList(), set[str]()
    for _ in range(60):
        for _ in range(changes_between_reads):
            key = f"pods/{chance.randrange(3)}/{chance.randrange(400)}"
            if chance.random() < 0.4:
                keys.discard(key)
                model.discard(key)
            else:
                keys.add(key)
                model.add(key)
        assert keys.ordered() == sorted(model)
    low, high = keys.span("pods/1/", "pods/1/2")
    wanted = sorted(k for k in model if k.startswith("pods/1/") and k > "pods/1/2")
    assert keys.ordered()[low:high] == wanted
    assert keys.span("pods/9/") == (len(model), len(model))
