"""The container runtimes, by name."""

from __future__ import annotations

from collections.abc import Callable

from tuik8s.components.kubelet.runtimes.base import Runtime
from tuik8s.components.kubelet.runtimes.sim import SimRuntime

RUNTIMES: dict[str, Callable[[], Runtime]] = {"sim": SimRuntime}
