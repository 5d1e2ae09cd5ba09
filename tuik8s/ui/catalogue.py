"""What can be broken, as the Fault kind's own definition says it, and how one finds it. Pure.

The server writes its catalogue into an annotation of the definition; whoever may edit definitions
may spoil it, so what does not read is left out.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

import msgspec

from tuik8s.api.types import Object
from tuik8s.ui.consequences import WORKLOADS

FAULTS = "faults.chaos.tuik8s.dev"
ACTIONS = "chaos.tuik8s.dev/actions"
KEYS = {
    "k": "component-kill", "c": "node-stop", "p": "link-cut", "d": "link-drop", "l": "link-delay",
    "s": "clock-skew",
}  # fmt: skip
"""Keys of the menu that choose an action without looking."""
NARROWING = {"r": "disk"}
"""Keys that choose a group."""


class Action(msgspec.Struct, frozen=True, rename="camel"):
    """One way to break something (see `components.chaos.catalogue`)."""

    group: str
    words: str
    targets: tuple[str, ...]
    only: str = ""
    needs: dict[str, int | str] = {}
    symptom: str = ""
    downs_pods: bool = False
    needs_for: bool = False

    def takes(self, target: str) -> bool:
        """Whether this may be broken by it."""
        kind = target.partition("/")[0]
        if self.only:
            return target == self.only
        return kind in self.targets or (kind in WORKLOADS and "pod" in self.targets)


def actions_of(definition: Object | None) -> dict[str, Action]:
    """The actions that the definition of the Fault kind tells of, by name."""
    notes = (definition or {}).get("metadata", {}).get("annotations") or {}
    try:
        raw = msgspec.json.decode(str(notes.get(ACTIONS, "{}")), type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, RecursionError):
        return {}
    found: dict[str, Action] = {}
    for name, each in raw.items():
        try:
            found[name] = msgspec.json.decode(each, type=Action)
        except (msgspec.DecodeError, RecursionError):
            continue
    return found


def targets_of(kind: str, obj: Object) -> list[str]:
    """What may be broken of an object, as a fault names it, the likeliest first."""
    meta = obj["metadata"]
    itself = "/".join(filter(None, (kind, meta.get("namespace"), meta["name"])))
    node = meta["name"] if kind == "node" else (obj.get("spec") or {}).get("nodeName", "")
    found = [itself] if kind in ("pod", "service", "node", *WORKLOADS) else []
    found += [f"node/{node}", f"component/kubelet/{node}"] if node else []
    return list(dict.fromkeys(found))


def fault_of(spec: Object, name: str = "") -> Object:
    """The Fault to create. name: "" has one made up."""
    meta = {"name": name} if name else {"generateName": f"{spec['action']}-"}
    return {"apiVersion": "chaos.tuik8s.dev/v1", "kind": "Fault", "metadata": meta, "spec": spec}


def command_of(spec: Object) -> str:
    """What one would type for a fault."""
    words = ["tuik8s", "chaos", spec["action"], spec.get("target", "")]
    for name, value in spec.items():
        if name not in ("action", "target"):
            words += [f"--{name}"] if value is True else [f"--{name}", str(value)]
    return shlex.join(word for word in words if word)


def narrowed(names: Iterable[str], text: str, actions: dict[str, Action]) -> list[str]:
    """Those that a text means, best first: in its name, in its words or symptom, by some letters
    of its name in their order."""
    wanted = text.casefold().split()
    ranked = [(rank, name) for name in names if (rank := _rank(name, wanted, actions)) is not None]
    return [name for _, name in sorted(ranked, key=lambda each: each[0])]


def _rank(name: str, wanted: Sequence[str], actions: dict[str, Action]) -> int | None:
    action = actions.get(name)
    said = f"{action.words} {action.symptom}".casefold() if action is not None else ""
    worst = 0
    for word in wanted:
        if word in name.casefold():
            rank = 0 if name.casefold().startswith(word) else 1
        elif word in said:
            rank = 2
        elif _in_order(word, name.casefold()):
            rank = 3
        else:
            return None
        worst = max(worst, rank)
    return worst


def _in_order(letters: str, text: str) -> bool:
    left = iter(text)
    return all(letter in left for letter in letters)  # `in` goes on where it stopped
