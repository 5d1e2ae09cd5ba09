"""Chaos.

Faults are objects of the API, carried out by one component and a hand on the processes.
"""

from tuik8s.components.chaos.base import Hand
from tuik8s.components.chaos.component import Chaos, build

__all__ = ["Chaos", "Hand", "build"]
