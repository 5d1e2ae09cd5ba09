"""tuik8s chaos: from arguments to a Fault, and what is told to those who mistype."""

from __future__ import annotations

import argparse

import pytest

from tuik8s.cli import chaos
from tuik8s.components.chaos.actions.registry import ACTIONS
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
    text = chaos.equivalent(fault)
    lines = text.splitlines()
    assert lines[0].startswith("kubectl create -f - ")
    assert yaml.safe_load("\n".join(lines[1:-1])) == fault


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("node-stp", "node/x"), "did you mean 'node-stop'"),
        (("node-stop",), "needs a target, such as: tuik8s chaos node-stop node/node-1"),
        (("heal",), "heal all"),
    ],
)
def test_mistakes(words: tuple[str, ...], message: str) -> None:
    with pytest.raises(Refusal, match=message):
        chaos.run(parse(*words))


@pytest.mark.parametrize("action", list(ACTIONS))
def test_every_action_says_what_it_does(action: str) -> None:
    summary = chaos.summary_of(action)
    assert len(summary) > 20
    assert not summary.startswith(action)
