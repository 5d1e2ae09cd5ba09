"""Where no dashboard can be drawn, `tuik8s ui` says why and what to do instead."""

from __future__ import annotations

import sys

import pytest

from tuik8s.cli import ui
from tuik8s.components.supervisor.directory import Refusal


class Terminal:
    def __init__(self, *, is_one: bool) -> None:
        self._is_one = is_one

    def isatty(self) -> bool:
        return self._is_one


def use(monkeypatch: pytest.MonkeyPatch, *, tty: bool = True) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(is_one=tty))
    monkeypatch.setattr(sys, "stdout", Terminal(is_one=tty))


def test_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        use(patch, tty=False)
        with pytest.raises(Refusal, match="tuik8s up --detach"):
            ui.check_terminal()


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_cannot_place_text(monkeypatch: pytest.MonkeyPatch, term: str) -> None:
    with monkeypatch.context() as patch:
        use(patch)
        patch.setenv("TERM", term)
        with pytest.raises(Refusal, match="tuik8s ui --plain"):
            ui.check_terminal()


def test_any_size_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        use(patch)
        patch.setenv("TERM", "xterm")
        ui.check_terminal()
