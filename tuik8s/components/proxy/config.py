"""What a kube-proxy process is told at its start."""

from __future__ import annotations

import msgspec

from tuik8s.api.routing.rules import ProxyNode


class ProxyConfig(msgspec.Struct, frozen=True, kw_only=True):
    """nodes: at least one. mode: a name of `modes.registry`. telemetry_ms: period of the counts."""

    nodes: tuple[ProxyNode, ...]
    mode: str = "userspace"
    telemetry_ms: int = 1_000
