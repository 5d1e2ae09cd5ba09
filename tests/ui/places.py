"""Every screen and dialog of the dashboard, and how somebody gets there.

A word that begins with `:` is typed as a command, any other is a key. Objects: a running
Deployment `web`, a pod `wide` that fits nowhere, a Node `node-1`.
"""

from __future__ import annotations

from typing import Any

from tests.ui.stage import Stage
from tuik8s.ui.screens.registry import SCREENS as OWN

SCREENS: dict[str, tuple[str, ...]] = {
    "pods": (":pods /",),
    "nodes": (":nodes /",),
    "deployments": (":deploy /",),
    "events": (":events",),
    "faults": (":faults",),
    "no rows": (":jobs",),
    "nothing matches": (":pods /nothing-like-this",),
    **{name: (f":{name}",) for name in OWN},
    "describe": (":pods /", "d"),
    "yaml": (":pods /", "y"),
    "events of an object": (":pods /", "d", "v"),
    "logs": (":pods /", "l"),
    "ownership": (":pods /", "d", "x"),
    "changes": (":pods /", "d", "h"),
    "change": (":pods /", "d", "h", "enter"),
    "why": (":pods /web", "w"),
    "trace": (":pods /web", "t"),
    "xray of an object": (":pods /web", "x"),
    "routes of a node": (":nodes /", "r"),
    "difference": (":pods /", "D", "enter"),
    "decision": (":pods /wide", "w"),
    "what if": (":pods /wide", "w", "i"),
    "shell": (":pods /web", "s"),
    "logs of several": (":logs all",),
    "diff": (":diff calm",),
    "beside itself": (":pods /", ":vs calm"),
}

DIALOGS: dict[str, tuple[str, ...]] = {
    "help": ("?",),
    "command": (":pods /", "colon"),
    "filter": (":pods /", "slash"),
    "grammar": (":pods /", "slash", "question_mark"),
    "columns": (":pods /", "f2"),
    "jump": (":overview", "ctrl+o"),
    "palette": (":pods /", "ctrl+p"),
    "history": (":pods /", ":history"),
    "bookmarks": (":pods /", ":bookmarks"),
    "chaos": (":nodes /", "exclamation_mark"),
    "confirm": (":deploy /", "delete"),
    "name to type": (":namespaces /^default$", "delete"),
    "replicas": (":deploy /", "s"),
}


def wide_pod() -> dict[str, Any]:
    """A pod that fits on no node: what a decision, a problem and a what-if are about."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "wide", "namespace": "default"},
        "spec": {
            "containers": [
                {"name": "main", "image": "x", "resources": {"requests": {"cpu": "400"}}}
            ]
        },
    }


def furnished() -> Stage:
    """A stage with something to see on every screen."""
    stage = Stage()
    stage.create("pods", wide_pod())
    stage.cluster.run_ms(3_000)
    return stage


async def go(stage: Stage, steps: tuple[str, ...]) -> None:
    """Leave whatever is open, then take these steps; there is a bookmark `calm`."""
    app = stage.app
    if not app.bookmarks:
        assert app.set_bookmark("calm") == ""
        await stage.wait(1_100)
    while len(app.screen_stack) > 2:
        app.pop_screen()
    app.rewinder.live()
    for step in steps:
        if step.startswith(":"):
            assert app.run_command(step[1:]) == "", step
        else:
            await stage.pilot.press("question_mark" if step == "?" else step)
        await stage.wait(1_100)
