"""Which names of a definition are accepted: those that no other definition of its group has.

Source: k8s.io/apiextensions-apiserver pkg/controller/status/naming_controller.go,
pkg/controller/establish/establishing_controller.go (1.36).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tuik8s.api.meta import condition, copy_object, set_condition
from tuik8s.api.types import Object


def is_established(definition: Object) -> bool:
    """Whether a definition's kinds are served."""
    found = condition(definition, "Established")
    return found is not None and found["status"] == "True"


def with_status(definition: Object, others: Iterable[Object], now: str) -> Object:
    """A copy of a definition with the status that its names deserve beside other definitions.

    now: the time of conditions that change. Names that are taken keep their accepted ones.
    """
    new = copy_object(definition)
    names = new["spec"]["names"]
    status = new.setdefault("status", {})
    if status.get("conditions") is None:
        status["conditions"] = []
    plurals, kinds = _taken(new, others)
    accepted, problems = _accept(names, status.get("acceptedNames") or {}, plurals, kinds)
    status["acceptedNames"] = accepted
    if problems:
        reason, message = problems[-1]
        set_condition(new, "NamesAccepted", "False", now=now, reason=reason, message=message)
        if not is_established(new):
            set_condition(
                new,
                "Established",
                "False",
                now=now,
                reason="NotAccepted",
                message="not all names are accepted",
            )
        return new
    set_condition(
        new, "NamesAccepted", "True", now=now, reason="NoConflicts", message="no conflicts found"
    )
    if not is_established(new):
        set_condition(
            new,
            "Established",
            "True",
            now=now,
            reason="InitialNamesAccepted",
            message="the initial names have been accepted",
        )
    return new


def _taken(definition: Object, others: Iterable[Object]) -> tuple[set[str], set[str]]:
    """Resource names and kinds that other definitions of the group hold."""
    resources: set[str] = set()
    kinds: set[str] = set()
    for other in others:
        if other["spec"]["group"] != definition["spec"]["group"]:
            continue
        if other["metadata"]["name"] == definition["metadata"]["name"]:
            continue
        held = (other.get("status") or {}).get("acceptedNames") or {}
        resources.update((held.get("plural", ""), held.get("singular", "")))
        resources.update(held.get("shortNames") or ())
        kinds.update((held.get("kind", ""), held.get("listKind", "")))
    return resources - {""}, kinds - {""}


def _accept(
    names: Object, held: Object, resources: set[str], kinds: set[str]
) -> tuple[Object, list[tuple[str, str]]]:
    """The accepted names, and (reason, message) of each that is refused."""
    accepted: dict[str, Any] = dict(held)
    problems: list[tuple[str, str]] = []
    for field, reason, taken in (
        ("plural", "PluralConflict", resources),
        ("singular", "SingularConflict", resources),
        ("kind", "KindConflict", kinds),
        ("listKind", "ListKindConflict", kinds),
    ):
        name = names.get(field, "")
        if name in taken:
            problems.append((reason, f'"{name}" is already in use'))
        else:
            accepted[field] = name
    short = names.get("shortNames") or []
    clashing = [name for name in short if name in resources]
    if clashing:
        messages = [f'"{name}" is already in use' for name in clashing]
        text = messages[0] if len(messages) == 1 else "[" + ", ".join(messages) + "]"
        problems.append(("ShortNamesConflict", text))
    elif short:
        accepted["shortNames"] = list(short)
    else:
        accepted.pop("shortNames", None)
    if names.get("categories"):
        accepted["categories"] = list(names["categories"])
    else:
        accepted.pop("categories", None)
    order = ("plural", "singular", "shortNames", "kind", "listKind", "categories")
    return {name: accepted[name] for name in order if name in accepted}, problems
