"""Who reads the keys of a dashboard's terminal."""

from __future__ import annotations

import os
import sys

import pytest

from tests.clients.terminal import opened

pytestmark = pytest.mark.real

CONTINUED = """
import os, signal, threading
from textual.app import App
from tuik8s.cli.ui_terminal import Terminal

class Continued(App):
    def on_mount(self):
        os.kill(os.getpid(), signal.SIGCONT)
        self.call_later(self.count)

    def count(self):
        names = [thread.name for thread in threading.enumerate()]
        self.exit(names.count("textual-input"))

print("readers:", Continued(driver_class=Terminal).run())
"""


def test_who_is_continued_without_having_been_suspended_reads_keys_once() -> None:
    with opened([sys.executable, "-c", CONTINUED], os.environ) as terminal:
        terminal.await_text(b"readers: 1")
        assert terminal.await_end() == 0
