"""How often Python looks for cycles: seldom, in every process of ours.

A process holds many long-lived objects and makes few cycles. With Python's own thresholds each of
them is looked at again and again: making ten thousand rows took twice as long.
"""

from __future__ import annotations

import gc
from typing import Final

_THRESHOLD: Final = (50_000, 20, 50)


def collect_seldom() -> None:
    """Call once, early."""
    gc.set_threshold(*_THRESHOLD)
