"""Where no dashboard can be drawn, `tuik8s ui` says why and what to do instead."""

from __future__ import annotations

import os
import sys

import pytest

from tuik8s.cli import ui
from tuik8s.components.supervisor.directory import Refusal


class Terminal:
    def __init__(self, *, is_one: bool) -> None:
        self._is_one = is_one

    def isatty(self) -> bool:
        return self._is_one


def use(monkeypatch: pytest.MonkeyPatch, columns: int, rows: int, *, tty: bool = True) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(is_one=tty))
    monkeypatch.setattr(sys, "stdout", Terminal(is_one=tty))
    monkeypatch.setattr(os, "get_terminal_size", lambda: os.terminal_size((columns, rows)))


def test_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        use(patch, 140, 40, tty=False)
        with pytest.raises(Refusal, match="tuik8s up --detach"):
            ui.check_terminal()


@pytest.mark.parametrize(("columns", "rows"), [(59, 40), (140, 15)])
def test_too_small(monkeypatch: pytest.MonkeyPatch, columns: int, rows: int) -> None:
    with monkeypatch.context() as patch:
        use(patch, columns, rows)
        with pytest.raises(Refusal, match=f"{columns}x{rows}.*60x16"):
            ui.check_terminal()


def test_just_large_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        use(patch, 60, 16)
        ui.check_terminal()
