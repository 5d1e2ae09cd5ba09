"""tuik8s chaos: from arguments to a Fault, and what is told to those who mistype."""

from __future__ import annotations

import argparse
from typing import Any, cast

import pytest

from tuik8s.cli import chaos
from tuik8s.cli.api import ApiClient, ApiRefusal
from tuik8s.cli.chaos import _wait_taken_up
from tuik8s.cli.fault_view import action_text, actions_text, equivalent
from tuik8s.components.chaos.actions.registry import ACTIONS
from tuik8s.components.chaos.catalogue import summary_of
from tuik8s.components.supervisor.directory import Refusal


def parse(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    chaos.add_arguments(parser)
    return parser.parse_args(words)


def test_fault_of_arguments() -> None:
    fault = chaos.fault_of(parse("node-stop", "node/node-2", "--for", "10m", "--as", "f1"))
    assert fault["metadata"] == {"name": "f1"}
    assert fault["spec"] == {"action": "node-stop", "target": "node/node-2", "for": "10m"}


def test_name_is_made_up_by_the_server() -> None:
    fault = chaos.fault_of(parse("link-drop", "node/node-2", "--percent", "20"))
    assert fault["metadata"] == {"generateName": "link-drop-"}
    assert fault["spec"]["percent"] == 20


def test_equivalent_reads_as_the_same_fault() -> None:
    import yaml

    words = ("link-delay", "node/n", "--delay", "1s", "--as", "f")
    fault = chaos.fault_of(parse(*words))
    text = equivalent(fault)
    lines = text.splitlines()
    assert lines[0].startswith("kubectl create -f - ")
    assert yaml.safe_load("\n".join(lines[1:-1])) == fault


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("node-stp", "node/x"), "did you mean 'node-stop'"),
        (("node-stop",), "node-stop needs a target\nusage: tuik8s chaos node-stop TARGET"),
        (("heal",), "heal all"),
    ],
)
def test_mistakes(words: tuple[str, ...], message: str) -> None:
    with pytest.raises(Refusal, match=message):
        chaos.run(parse(*words))


def test_many_pods_some_of_them() -> None:
    words = ("pod-kill", "pods", "-l", "app=web", "--count", "50%", "--seed", "3", "--override")
    assert chaos.fault_of(parse(*words))["spec"] == {
        "action": "pod-kill",
        "target": "pods",
        "selector": "app=web",
        "count": "50%",
        "seed": 3,
        "override": True,
    }


def test_actions_are_listed_by_group() -> None:
    lines = actions_text().splitlines()
    at = [
        lines.index(f"  {group}")
        for group in ("component", "disk", "node", "api", "link", "traffic", "pod")
    ]
    assert at == sorted(at)
    assert lines[at[-1] + 1].split()[0] == "pod-kill"


def test_an_action_says_what_it_takes_and_what_is_to_be_seen() -> None:
    text = action_text("pod-slow-start")
    assert text.startswith("usage: tuik8s chaos pod-slow-start TARGET --delay 200ms")
    for words in ("Symptom:", "Recovery:", "targets: pod/NAME, pods", "--delay: needed"):
        assert words in text


@pytest.mark.parametrize("action", list(ACTIONS))
def test_every_action_says_what_it_does(action: str) -> None:
    summary = summary_of(action)
    assert len(summary) > 20
    assert not summary.startswith(action)


class _Ended:
    """An API server that the fault ended, and that is back at the third question."""

    asked = 0

    def get(self, path: str) -> dict[str, Any]:
        self.asked += 1
        if self.asked == 1:
            raise Refusal("the API does not answer: Remote end closed connection")
        if self.asked == 2:
            raise ApiRefusal(503, "not yet")
        return {"status": {"phase": "Active"}}


def test_an_api_server_that_the_fault_ended_is_waited_for() -> None:
    api = _Ended()
    assert _wait_taken_up(cast("ApiClient", api), "f")["status"]["phase"] == "Active"
    assert api.asked == 3
