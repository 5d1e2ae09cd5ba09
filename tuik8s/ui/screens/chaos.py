"""The `!` menu: what to break, where, for how long; then a confirmation that says what it will hit.

A key of the menu chooses without looking: with a node or pod under the cursor `!c` asks at once
whether to stop that node. Any other letter, or / first, narrows by name and symptom. What can be
chosen comes from the Fault kind's own definition, so the menu knows what the server knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tuik8s.api.types import Object
from tuik8s.ui.catalogue import (
    FAULTS,
    KEYS,
    NARROWING,
    Action,
    actions_of,
    command_of,
    fault_of,
    narrowed,
)
from tuik8s.ui.consequences import STALLS, Consequences
from tuik8s.ui.feed import CRDS, Feed
from tuik8s.ui.widgets.confirm import Confirm

if TYPE_CHECKING:
    from tuik8s.ui.app import Dashboard

HEAL, UNDO = "heal all faults", "undo the last action"
SCENARIO = "the faults of a scenario file"
BY_KEY = {"z": UNDO, "x": SCENARIO}
NOTHING = "nothing can be broken here (is the cluster --control-plane-only?); Esc goes back"
UNTIL_HEALED = "until healed"
DURATIONS = ("10s", "30s", "1m", "5m", "10m", UNTIL_HEALED)
SHORTLY = "30s"
"""For what could not be healed by hand."""
SHOWN_MAX = 300
QUESTIONS = ("break what?", "{} where?", "{}  for how long?")


class ChaosMenu(ModalScreen[None]):
    """Three choices, one after the other; Esc goes back a step."""

    DEFAULT_CSS = """
    ChaosMenu { align: center middle; }
    ChaosMenu Vertical { width: 120; max-width: 95%; height: auto; max-height: 90%;
        border: round $error; background: $surface; padding: 0 1; }
    ChaosMenu OptionList { height: auto; max-height: 24; border: none; background: $surface; }
    ChaosMenu OptionList:focus { border: none; }
    ChaosMenu #words { height: auto; max-height: 4; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[Binding]] = [  # type: ignore[assignment]
        Binding("escape", "back", "Back", id="chaos.back"),
        Binding("backspace", "erase", "Erase", show=False, id="chaos.erase"),
    ]

    def __init__(self, feed: Feed, suggested: Sequence[str]) -> None:
        """suggested: targets at hand, the likeliest first."""
        super().__init__()
        self.feed = feed
        self._suggested = list(suggested)
        self._chosen: list[str] = []
        self._typed = ""
        self._is_typing = False
        self._actions: dict[str, Action] = {}
        self._consequences = Consequences(feed.items)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(id="question", markup=False)
            yield OptionList(id="choices", markup=False)
            yield Static(id="words", markup=False)

    def on_mount(self) -> None:
        self._actions = actions_of(self.feed.get(CRDS, "", FAULTS))
        self._ask()

    # --- keys ---------------------------------------------------------------------------------

    def on_key(self, event: Key) -> None:
        char = event.character or ""
        if not char.isprintable() or len(char) != 1:
            return
        event.stop()
        is_first = not self._chosen and not self._is_typing
        if is_first and char in (*KEYS, *NARROWING, *BY_KEY):
            self._take_key(char)
        elif char == "/" and not self._is_typing:
            self._type("")
        else:
            self._type(self._typed + char)

    def _take_key(self, key: str) -> None:
        if key in BY_KEY:
            self._take(BY_KEY[key])
        elif key in NARROWING:
            self._type(NARROWING[key])
        elif KEYS[key] in self._actions:
            self._take_at_once(KEYS[key])

    def action_erase(self) -> None:
        if self._is_typing:
            self._type(self._typed[:-1])

    def action_back(self) -> None:
        if self._is_typing:
            self._stop_typing()
        elif self._chosen:
            self._chosen.pop()
        else:
            self.dismiss()
            return
        self._ask()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self._take(str(event.option.id))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        action = self._actions.get(str(event.option.id)) if not self._chosen else None
        told = f"{action.words}. {action.symptom}" if action is not None else ""
        self.query_one("#words", Static).update(told)

    def _type(self, text: str) -> None:
        self._typed, self._is_typing = text, True
        self._ask()

    def _stop_typing(self) -> None:
        self._typed, self._is_typing = "", False

    # --- what is asked ------------------------------------------------------------------------

    def _ask(self) -> None:
        step = len(self._chosen)
        options = (self._first, self._targets, lambda: list(DURATIONS))[step]()
        question = QUESTIONS[step].format(" ".join(self._chosen))
        if not self._actions:
            question = NOTHING
        if self._is_typing:
            options = narrowed(options, self._typed, self._actions)
            question = f"{question}   /{self._typed}   {len(options)} found"
        elif not step and self._suggested:
            question = f"{question}   target: {self._suggested[0]}   (letters or / narrow)"
        self.query_one("#question", Static).update(question)
        choices = self.query_one(OptionList)
        choices.clear_options()
        choices.add_options([Option(self._shown(o), id=o) for o in options[:SHOWN_MAX]])
        choices.focus()
        if options:
            usual = self._usual_duration() if step == 2 else ""
            choices.highlighted = options.index(usual) if usual in options else 0
        else:
            self.query_one("#words", Static).update("")

    def _first(self) -> list[str]:
        active = any(self.feed.items(FAULTS)) if self._actions else False
        by_key = [name for name in KEYS.values() if name in self._actions]
        others = [name for name in self._actions if name not in by_key]
        return [*([HEAL] if active else []), *by_key, *BY_KEY.values(), *others]

    def _shown(self, option: str) -> str:
        """An option as it is offered: with its key, and what it would do."""
        if self._chosen:
            if len(self._chosen) > 1:
                return option
            downs = self._actions[self._chosen[0]].downs_pods
            return f"{option:<48} {self._consequences.of(option, downs_pods=downs)}"
        action = self._actions.get(option)
        if action is None:
            key = next((key for key, name in BY_KEY.items() if name == option), " ")
            return f"{key}  {option}"
        key = next((key for key, name in KEYS.items() if name == option), " ")
        target = self._likeliest(action)
        told = self._consequences.of(target, downs_pods=action.downs_pods) if target else ""
        return f"{key}  {option:<24}{told or action.words}"

    def _likeliest(self, action: Action) -> str:
        """The suggested target that an action may break, "" for none."""
        if action.only:
            return action.only
        return next((target for target in self._suggested if action.takes(target)), "")

    def _targets(self) -> list[str]:
        """What the chosen action may break: what is at hand, then all that there is."""
        action = self._actions[self._chosen[0]]
        if action.only:
            return [action.only]
        found = [target for target in self._suggested if action.takes(target)]
        nodes = sorted(n["metadata"]["name"] for n in self.feed.items("nodes"))
        if "component" in action.targets:
            skipped = ("apiserver",) if action.group == "link" else ()
            found += [f"component/{name}" for name in STALLS if name not in skipped]
        if "node" in action.targets:
            found += [f"node/{name}" for name in nodes]
        if "component" in action.targets:
            kinds = ("kubelet", "kube-proxy")
            found += [f"component/{kind}/{node}" for node in nodes for kind in kinds]
        for kind in ("pod", "service"):
            if kind in action.targets:
                metas = [obj["metadata"] for obj in self.feed.items(f"{kind}s")]
                found += sorted(f"{kind}/{meta['namespace']}/{meta['name']}" for meta in metas)
        return list(dict.fromkeys(found))

    def _usual_duration(self) -> str:
        action, target = self._actions[self._chosen[0]], self._chosen[1]
        must_end = action.needs_for or target == "component/apiserver"
        return SHORTLY if must_end else UNTIL_HEALED

    # --- what is chosen -----------------------------------------------------------------------

    def _take(self, choice: str) -> None:
        self._stop_typing()
        if choice == HEAL:
            self._heal()
        elif choice == UNDO:
            self.dismiss()
            cast("Dashboard", self.app).action_undo()
        elif choice == SCENARIO:
            self.dismiss()
            self.app.call_later(cast("Dashboard", self.app).action_scenario)
        else:
            self._chosen.append(choice)
            if len(self._chosen) == len(QUESTIONS):
                self._confirm()
            else:
                self._ask()

    def _take_at_once(self, name: str) -> None:
        """An action by its key; what is under the cursor is its target, if it can be."""
        target = self._likeliest(self._actions[name])
        self._chosen = [name]
        if not target or self._actions[name].targets == ("component",):
            self._ask()  # a node has two of them, and the control plane has more
            return
        self._chosen.append(target)
        self._chosen.append(self._usual_duration())
        self._confirm()

    def _confirm(self) -> None:
        name, target, duration = self._chosen
        action = self._actions[name]
        spec: Object = {"action": name, "target": target, **action.needs}
        if duration != UNTIL_HEALED:
            spec["for"] = duration
        same = command_of(spec)
        affects = self._consequences.of(target, downs_pods=action.downs_pods) or target

        def answered(yes: bool | None) -> None:
            if yes:
                self.feed.create(FAULTS, fault_of(spec), self._told)
                self.app.notify(same, markup=False)
            self.dismiss()

        question = f"{name.upper()} {target} {duration} ?"
        self.app.push_screen(Confirm(question, affects, same), answered)

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
