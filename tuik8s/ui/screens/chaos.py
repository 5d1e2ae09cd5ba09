"""The `!` menu: what to break, where, for how long; then a confirmation that says what it will hit.

What can be chosen comes from the Fault kind's own definition, so the menu knows what the server
knows.
"""

from __future__ import annotations

import json

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tuik8s.api.types import Object
from tuik8s.ui.feed import CRDS, Feed
from tuik8s.ui.widgets.confirm import Confirm

FAULTS = "faults.chaos.tuik8s.dev"
HEAL = "heal all faults"
NOTHING = "nothing can be broken here (is the cluster --control-plane-only?); Esc goes back"
DURATIONS = ("10s", "30s", "1m", "5m", "10m", "until healed")
COMPONENTS = ("apiserver", "controller-manager", "scheduler")
ACTIONS = "chaos.tuik8s.dev/actions"
"""The annotation of the Fault kind that says what can be broken, and how."""


class ChaosMenu(ModalScreen[None]):
    """Three choices, one after the other; Esc goes back a step."""

    DEFAULT_CSS = """
    ChaosMenu { align: center middle; }
    ChaosMenu Vertical { width: 110; max-width: 95%; height: auto; max-height: 80%;
        border: round $error; background: $surface; padding: 0 1; }
    ChaosMenu OptionList { height: auto; max-height: 20; border: none; background: $surface; }
    ChaosMenu OptionList:focus { border: none; }
    """
    BINDINGS = [
        Binding("escape,q", "back", "Back", id="chaos.back"),
        Binding("j", "down", "Down", show=False, id="chaos.down"),
        Binding("k", "up", "Up", show=False, id="chaos.up"),
    ]

    def __init__(self, feed: Feed, target: str) -> None:
        super().__init__()
        self.feed = feed
        self._target = target
        self._chosen: list[str] = []

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(id="question", markup=False)
            yield OptionList(id="choices")

    def on_mount(self) -> None:
        self._ask()

    def action_back(self) -> None:
        if not self._chosen:
            self.dismiss()
            return
        self._chosen.pop()
        self._ask()

    def action_down(self) -> None:
        self.query_one(OptionList).action_cursor_down()

    def action_up(self) -> None:
        self.query_one(OptionList).action_cursor_up()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        choice = str(event.option.id)
        if choice == HEAL:
            self._heal()
            return
        self._chosen.append(choice)
        if len(self._chosen) == 3:
            self._confirm(*self._chosen)
        else:
            self._ask()

    def _ask(self) -> None:
        questions = (
            "break what?",
            f"{self._chosen[0] if self._chosen else ''} where?",
            f"{' '.join(self._chosen)}  for how long?",
        )
        options = (self._actions, self._targets, lambda: list(DURATIONS))[len(self._chosen)]()
        question = questions[len(self._chosen)] if options else NOTHING
        self.query_one("#question", Static).update(question)
        choices = self.query_one(OptionList)
        choices.clear_options()
        choices.add_options([Option(self._shown(text), id=text) for text in options])
        choices.focus()
        if options:
            at = options.index(self._target) if self._target in options else 0
            choices.highlighted = at

    def _shown(self, option: str) -> str:
        """An option as it is offered: an action with what it does."""
        action = actions_of(self.feed.get(CRDS, "", FAULTS)).get(option)
        return f"{option:<24}{action['words']}" if action is not None else option

    def _actions(self) -> list[str]:
        crd = self.feed.get(CRDS, "", FAULTS)
        active = any(self.feed.items(FAULTS)) if crd is not None else False
        return [*([HEAL] if active else []), *actions_of(crd)]

    def _targets(self) -> list[str]:
        """What the chosen action may break: the one thing, or all that there is of its kinds."""
        action = actions_of(self.feed.get(CRDS, "", FAULTS))[self._chosen[0]]
        if action["only"]:
            return [action["only"]]
        nodes = sorted(n["metadata"]["name"] for n in self.feed.items("nodes"))
        found = [f"node/{name}" for name in nodes] if "node" in action["targets"] else []
        if "component" in action["targets"]:
            skipped = 1 if action["group"] == "link" else 0
            found += [f"component/{name}" for name in COMPONENTS[skipped:]]
            kinds = ("kubelet", "kube-proxy")
            found += [f"component/{kind}/{node}" for node in nodes for kind in kinds]
        for kind in ("pod", "service"):
            if kind in action["targets"]:
                metas = [obj["metadata"] for obj in self.feed.items(f"{kind}s")]
                found += sorted(f"{kind}/{meta['namespace']}/{meta['name']}" for meta in metas)
        return found

    def _confirm(self, action: str, target: str, duration: str) -> None:
        needs = actions_of(self.feed.get(CRDS, "", FAULTS))[action]["needs"]
        spec: Object = {"action": action, "target": target, **needs}
        if duration != DURATIONS[-1]:
            spec["for"] = duration
        flags = "".join(
            f" --{name} {spec[name]}" for name in spec if name not in ("action", "target")
        )
        same = f"tuik8s chaos {action} {target}{flags}"
        question = f"{action.upper()} {target} {duration} ?"

        def answered(yes: bool | None) -> None:
            if yes:
                fault = {
                    "apiVersion": "chaos.tuik8s.dev/v1",
                    "kind": "Fault",
                    "metadata": {"generateName": f"{action}-"},
                    "spec": spec,
                }
                self.feed.create(FAULTS, fault, self._told)
                self.app.notify(same, markup=False)
            self.dismiss()

        self.app.push_screen(Confirm(question, self._blast(target), same), answered)

    def _blast(self, target: str) -> str:
        """What a fault there touches, in numbers."""
        kind, _, name = target.partition("/")
        if kind in ("pod", "service"):
            return f"the {kind} {name}"
        if kind == "node":
            node = name
        else:
            node = name.partition("/")[2]
        if not node:
            return f"the whole cluster waits for {name}"
        pods = sum(pod["spec"].get("nodeName") == node for pod in self.feed.items("pods"))
        return f"{node}: {pods} pod{'s' * (pods != 1)}"

    def _heal(self) -> None:
        kind = self.feed.kind("fault")
        for fault in list(self.feed.items(FAULTS)):
            if kind is not None:
                self.feed.delete(kind, fault, self._told)
        self.app.notify("tuik8s chaos heal all", markup=False)
        self.dismiss()

    def _told(self, why: str) -> None:
        if why:
            self.app.notify(why, severity="error", markup=False)


def actions_of(crd: Object | None) -> dict[str, Object]:
    """The actions that the Fault kind knows, by name (see `components.chaos.catalogue`)."""
    notes = (crd or {}).get("metadata", {}).get("annotations") or {}
    found: dict[str, Object] = json.loads(notes.get(ACTIONS, "{}"))
    return found
