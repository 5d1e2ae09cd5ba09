"""Kinds by the names that people give them, with those that custom resources bring."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from tuik8s.api.kinds.base import Kind
from tuik8s.api.kinds.registry import KindRegistry, builtin
from tuik8s.api.types import Object
from tuik8s.components.supervisor.directory import Refusal

CRDS = "customresourcedefinitions.apiextensions.k8s.io"


def kinds_with(definitions: Iterable[Object]) -> KindRegistry:
    """The built-in kinds and those of the definitions that are established."""
    from tuik8s.components.apiserver.customresources.kinds import kinds_of
    from tuik8s.components.apiserver.customresources.names import is_established

    kinds = builtin()
    for definition in definitions:
        if is_established(definition):
            for kind in kinds_of(definition):
                kinds.add(kind)
    return kinds


def kind_named(kinds: KindRegistry, word: str) -> Kind:
    """A kind by any of its names. Raises Refusal."""
    wanted, names = word.lower(), list[str]()
    for kind in kinds.all():
        if wanted in kind.names:
            return kind
        names += kind.names
    near = difflib.get_close_matches(wanted, names, 1)
    hint = f"did you mean {near[0]!r}?" if near else "kubectl api-resources lists them"
    raise Refusal(f"no kind {word!r} in this cluster; {hint}")
