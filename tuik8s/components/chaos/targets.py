"""The names in a target."""

from __future__ import annotations

from tuik8s.components.chaos.base import FaultSpec


def namespace_and_name(spec: FaultSpec) -> tuple[str, str]:
    """Those of the target `KIND/NAME` or `KIND/NAMESPACE/NAME`."""
    _, _, rest = spec.target.partition("/")
    namespace, slash, name = rest.partition("/")
    return (namespace, name) if slash else (spec.namespace, rest)
