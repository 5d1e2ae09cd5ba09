"""The conditions that a kubelet posts of its node: ready, and under what pressure.

Source: k8s.io/kubernetes pkg/kubelet/nodestatus/setters.go (1.36).
"""

from __future__ import annotations

from collections.abc import Set
from typing import NamedTuple

READY = ("Ready", "True", "KubeletReady", "kubelet is posting ready status")


class _Pressure(NamedTuple):
    """type; reason and message without and with the pressure."""

    type: str
    relaxed: tuple[str, str]
    pressed: tuple[str, str]


_PRESSURES = {
    "memory": _Pressure(
        "MemoryPressure",
        ("KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        ("KubeletHasInsufficientMemory", "kubelet has insufficient memory available"),
    ),
    "disk": _Pressure(
        "DiskPressure",
        ("KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        ("KubeletHasDiskPressure", "kubelet has disk pressure"),
    ),
    "pid": _Pressure(
        "PIDPressure",
        ("KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        ("KubeletHasInsufficientPID", "kubelet has insufficient PID available"),
    ),
}


def conditions_under(pressures: Set[str]) -> list[tuple[str, str, str, str]]:
    """(type, status, reason, message) of every condition, in upstream's order."""
    found = []
    for name, pressure in _PRESSURES.items():
        is_pressed = name in pressures
        words = pressure.pressed if is_pressed else pressure.relaxed
        found.append((pressure.type, str(is_pressed), *words))
    return [*found, READY]


def turned(before: Set[str], after: Set[str]) -> list[str]:
    """The reasons of the Events that upstream records when pressures come and go."""
    reasons = []
    for name, pressure in _PRESSURES.items():
        if (name in before) != (name in after):
            words = pressure.pressed if name in after else pressure.relaxed
            reasons.append(words[0].replace("Kubelet", "Node", 1))
    return reasons
