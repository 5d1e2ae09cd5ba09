"""A proxy mode: compile the rules (pure), then say where they are listened for.

`compile` turns service ports into a `RuleSet`: a value in deterministic order, which tests
compare and the dashboard shows. The component alone opens and closes listeners. To add a mode:
one file here, one line in `registry.py`, one test.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from tuik8s.api.routing.rules import ProxyNode, RuleSet
from tuik8s.api.routing.services import ServicePort


class Mode(Protocol):
    """One way of writing the rules."""

    name: str
    has_local_ports: bool
    """Whether each service proxy also listens on a random port of its own."""

    def compile(self, ports: Iterable[ServicePort], node: ProxyNode) -> RuleSet: ...

    def explain(self, rules: RuleSet) -> list[str]:
        """The rules as an operator would see them, one line each."""
        ...
