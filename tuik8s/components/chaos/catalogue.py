"""Every action in words and as data, for those that offer a choice: command line and dashboard.

The Fault kind's definition carries it as an annotation, so a client knows what its server knows.
"""

from __future__ import annotations

import sys

from tuik8s.api.types import Object
from tuik8s.components.chaos.actions.registry import ACTIONS
from tuik8s.components.chaos.base import PARAMETERS

ANNOTATION = "chaos.tuik8s.dev/actions"


def catalogue() -> dict[str, Object]:
    """Each action: its group, what it does, the kinds of its targets, and what it needs.

    only: the one target that it can have, or "". needs: parameter -> an example of it. downs_pods:
    whether the pods that it hits, or those of the node, serve no more. needsFor: whether it must be
    said how long it lasts.
    """
    return {
        name: {
            "group": action.group,
            "words": summary_of(name),
            "targets": list(action.targets),
            "only": action.only,
            "symptom": symptom_of(name),
            "downsPods": action.downs_pods,
            "needsFor": action.needs_for,
            "needs": {parameter: example_of(parameter) for parameter in action.needs},
        }
        for name, action in ACTIONS.items()
    }


def example_of(parameter: str) -> int | str:
    """A value that a parameter may have, of its type."""
    known = PARAMETERS[parameter]
    return int(known.example) if known.type == "integer" else known.example


def doc_of(action: str) -> str:
    """What the action's own file says: what it does, the symptom, the recovery."""
    return (sys.modules[ACTIONS[action].plan.__module__].__doc__ or "").strip()


def symptom_of(action: str) -> str:
    """What one sees of it, in the words of its own file."""
    _, _, rest = " ".join(doc_of(action).split()).partition("Symptom: ")
    return rest.partition(" Recovery:")[0]


def summary_of(action: str) -> str:
    """What an action does, in the words of its own file, without its name in front."""
    words = " ".join(doc_of(action).split())
    words = words.removeprefix(action).lstrip(":. ")
    words = words.split(". ")[0].split(" Symptom:")[0].rstrip(".")
    return words[:1].lower() + words[1:]
