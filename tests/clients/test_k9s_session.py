"""Somebody who knows only k9s sits down before the dashboard of a running cluster."""

from __future__ import annotations

import json

import pytest

from tests.clients.live import Live
from tests.clients.terminal import dashboard

pytestmark = [pytest.mark.real, pytest.mark.slow]

POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {
        "name": "talker",
        "namespace": "default",
        "annotations": {"tuik8s.dev/behaviour": 'log "hello there"'},
    },
    "spec": {"containers": [{"name": "main", "image": "example.org/talker:1"}]},
}


@pytest.mark.parametrize("term", ["xterm-256color", "screen-256color"])
def test_pods_filter_yaml_logs_describe_back_and_quit(cluster: Live, term: str) -> None:
    (cluster.data / "ui.json").unlink(missing_ok=True)  # the first time for each
    cluster.kubectl("apply", "-f", "-", stdin=json.dumps(POD))
    with dashboard("--data", str(cluster.data), TERM=term) as terminal:
        terminal.await_text(b"LIVE")
        terminal.resize(60, 16)
        terminal.type(b":po\r")
        terminal.await_text(b"talker")
        terminal.type(b"/talk\r")
        terminal.await_answer(b"YAML")  # the hints of the table are back: the filter is taken
        terminal.type(b"y")
        terminal.await_answer(b"apiVersion")
        terminal.type(b"\x1b")
        terminal.await_answer(b"YAML")
        terminal.type(b"l")
        terminal.await_answer(b"hello there")
        terminal.type(b"\x1b")
        terminal.await_answer(b"YAML")
        terminal.type(b"d")
        terminal.await_answer(b"Namespace:")
        terminal.type(b"\x1b")
        terminal.await_answer(b"YAML")
        terminal.type(b":q\r")
        assert terminal.await_end() == 0
