"""What the disk actions share: the disk of the store, and that they end by themselves.

Healing by deletion is a write, too: a server whose disk takes no writes could not be told.
"""

from __future__ import annotations

from typing import Literal

from tuik8s.components.chaos.base import APISERVER, Effects, FaultSpec
from tuik8s.components.chaos.schedule import lasts
from tuik8s.components.chaos.shape import Refused, Shape
from tuik8s.world.rules import DiskRule

TARGETS = ("component",)
ONLY = f"component/{APISERVER}"
DISK = "store"


def disk_rule(
    spec: FaultSpec,
    shape: Shape,
    do: Literal["slow", "full", "failing", "tearing"],
    delay_ms: int = 0,
) -> Effects:
    """The rule for the disk that the API server keeps its log on. Raises Refused."""
    if shape.party(spec.target) != APISERVER:
        raise Refused(f"{spec.target} keeps nothing on a disk; component/{APISERVER} does")
    if do != "slow" and not (spec.for_ or lasts(spec)):
        raise Refused("an API server that cannot write cannot be told to heal; give `for`")
    rule = DiskRule(party=APISERVER, disk=DISK, do=do, delay_ms=delay_ms)
    return Effects(rules=(rule,))
