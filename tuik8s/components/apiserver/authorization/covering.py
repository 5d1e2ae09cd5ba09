"""Which rights some rules give that others do not, and how upstream prints them.

Source: k8s.io/component-helpers auth/rbac/validation/policy_comparator.go, k8s.io/kubernetes
pkg/registry/rbac/validation/policy_compact.go (1.36).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

import msgspec

from tuik8s.components.apiserver.authorization.rules import (
    ALL,
    Rule,
    is_resource_in,
    is_url_covered,
)


def missing(held: Iterable[Rule], wanted: Iterable[Rule]) -> list[Rule]:
    """The smallest pieces of wanted that no single rule of held covers."""
    owned = tuple(held)
    pieces = dict.fromkeys(piece for rule in wanted for piece in _pieces(rule))
    return [piece for piece in pieces if not any(_covers(rule, piece) for rule in owned)]


def described(rules: Iterable[Rule]) -> str:
    """Rules as lines: pieces of the same resource and name in one, sorted."""
    verbs: dict[Rule, tuple[str, ...]] = {}
    lines = set()
    for rule in rules:
        if rule.urls:
            lines.add(_text(rule))
            continue
        thing = msgspec.structs.replace(rule, verbs=())
        verbs[thing] = (*verbs.get(thing, ()), *rule.verbs)
    for thing, named in verbs.items():
        lines.add(_text(msgspec.structs.replace(thing, verbs=named)))
    return "\n".join(sorted(lines))


def quoted(texts: Iterable[str]) -> str:
    """A list as Go prints it with %q."""
    return f"[{' '.join(json.dumps(text, ensure_ascii=False) for text in texts)}]"


def _pieces(rule: Rule) -> Iterator[Rule]:
    for group in rule.groups:
        for resource in rule.resources:
            for verb in rule.verbs:
                for names in _single(rule.names):
                    yield Rule((verb,), (group,), (resource,), names)
    for url in rule.urls:
        for verb in rule.verbs:
            yield Rule(verbs=(verb,), urls=(url,))


def _single(names: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [(name,) for name in names] or [()]


def _covers(rule: Rule, piece: Rule) -> bool:
    """Whether a rule gives a piece; a piece has one of everything."""
    if ALL not in rule.verbs and piece.verbs[0] not in rule.verbs:
        return False
    if piece.urls:
        return any(is_url_covered(url, piece.urls[0]) for url in rule.urls)
    if ALL not in rule.groups and piece.groups[0] not in rule.groups:
        return False
    if rule.names and not (piece.names and piece.names[0] in rule.names):
        return False
    return is_resource_in(rule.resources, *_split(piece.resources[0]))


def _split(resource: str) -> tuple[str, str]:
    plural, _, subresource = resource.partition("/")
    return plural, subresource


def _text(rule: Rule) -> str:
    parts = (
        ("APIGroups", rule.groups),
        ("Resources", rule.resources),
        ("NonResourceURLs", rule.urls),
        ("ResourceNames", rule.names),
        ("Verbs", rule.verbs),
    )
    return "{" + ", ".join(f"{name}:{quoted(texts)}" for name, texts in parts if texts) + "}"
