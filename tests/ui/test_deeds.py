"""Everything that can be done from the dashboard: it shows the command that would do the same, is
in the log with the dashboard's author, and `z` goes back to just before it.
"""

from __future__ import annotations

import re
from contextlib import nullcontext
from typing import Any, NamedTuple

import pytest
import yaml

from tests.ui.places import furnished, go
from tests.ui.stage import Stage, play
from tuik8s.cli.ui_live import IDENTITY
from tuik8s.ui.control import NoControl
from tuik8s.ui.machine import NoMachine

pytestmark = pytest.mark.slow


class Desk(NoMachine):
    """An editor that sets the replicas."""

    def why_no_editor(self) -> str:
        return ""

    def edit(self, name: str, text: str) -> str:
        obj = yaml.safe_load(text)
        obj["spec"]["replicas"] = 4
        return yaml.safe_dump(obj)


class Hand(NoControl):
    """Notes which forks are asked for."""

    def __init__(self) -> None:
        self.forked: list[int] = []

    def set_rate(self, per_mille: int) -> None:
        pass

    def step(self, duration_ms: int) -> None:
        pass

    def fork(self, revision: int, *, same_addresses: bool) -> str:
        self.forked.append(revision)
        return "there"


class Deed(NamedTuple):
    """place: where; keys: what is pressed; same: the command that is shown, a pattern; key: the
    beginning of the key in the log that is changed."""

    place: tuple[str, ...]
    keys: tuple[str, ...]
    same: str
    key: str


STOPPED = {
    "apiVersion": "chaos.tuik8s.dev/v1",
    "kind": "Fault",
    "metadata": {"name": "stopped"},
    "spec": {"action": "node-stop", "target": "node/node-2"},
}
FAULT = ("exclamation_mark", "enter", "enter", "enter", "y")
WEB = r"web-[0-9a-z]+-[0-9a-z]+"

DEEDS = {
    "delete a pod": Deed(
        (":pods /^web",), ("delete",), rf"kubectl delete pods {WEB} -n default", "pods/default/web"
    ),
    "kill a pod": Deed(
        (":pods /^web",),
        ("ctrl+k",),
        rf"kubectl delete pods {WEB} -n default --grace-period=0 --force",
        "pods/default/web",
    ),
    "delete marked pods": Deed(
        (":pods /^web",),
        ("space", "space", "delete", "y"),
        rf"kubectl delete pods {WEB} {WEB} -n default",
        "pods/default/web",
    ),
    "delete by name what the filter hides": Deed(
        (":pods /nothing-like-this",),
        ("colon", *"delete", "space", *"wide", "enter"),
        "kubectl delete pods wide -n default",
        "pods/default/wide",
    ),
    "delete a deployment": Deed(
        (":deploy /",),
        ("delete", "y"),
        "kubectl delete deployments.apps web -n default",
        "deployments.apps/default/web",
    ),
    "scale": Deed(
        (":deploy /",),
        ("s", "backspace", "5", "enter"),
        "kubectl scale deployments.apps/web -n default --replicas=5",
        "deployments.apps/default/web",
    ),
    "edit": Deed(
        (":deploy /",),
        ("e",),
        "kubectl edit deployments.apps/web -n default",
        "deployments.apps/default/web",
    ),
    "a fault": Deed((":nodes /",), FAULT, r"tuik8s chaos \S+ \S+", "faults.chaos.tuik8s.dev/"),
    "heal": Deed(
        (":faults",),
        ("exclamation_mark", "enter"),
        "tuik8s chaos heal all",
        "faults.chaos.tuik8s.dev/",
    ),
}


@pytest.mark.parametrize("name", list(DEEDS))
def test_what_is_done_names_its_command_is_logged_and_can_be_undone(name: str) -> None:
    deed, hand = DEEDS[name], Hand()

    async def scene(stage: Stage) -> None:
        stage.app.machine, stage.app.control = Desk(), hand
        stage.app.suspend = nullcontext  # type: ignore[method-assign, assignment]
        if name == "heal":
            stage.create("faults.chaos.tuik8s.dev", STOPPED)
        await go(stage, deed.place)
        store = stage.cluster.apiserver.store
        stage.app.clear_notifications()
        before, acts = store.revision, len(stage.app.acts.done)
        for key in deed.keys:
            await stage.press(key)
        assert re.search(deed.same, stage.toasts), stage.toasts
        changes = [each for each in store.changes(before, "") if each.key.startswith(deed.key)]
        ours = [each for each in changes if each.author == IDENTITY]
        assert ours
        assert len(stage.app.acts.done) > acts
        await stage.press("z")
        assert "UNDO" in stage.text
        await stage.press("y")
        [revision] = hand.forked
        assert revision == ours[0].revision - 1
        for each in ours:
            assert store.get(each.key, revision) == store.get(each.key, before)

    play(scene, stage=furnished())


def test_undo_keeps_what_somebody_else_wrote_just_before() -> None:
    """Of a kind that the dashboard does not follow, and heard of by nobody here yet."""
    hand = Hand()

    async def scene(stage: Stage) -> None:
        stage.app.control = hand
        await go(stage, (":deploy /",))
        note = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "theirs", "namespace": "default"},
        }
        before = stage.cluster.apiserver.store.revision
        stage.cluster.client.create("configmaps", note, lambda reply: None)
        await stage.pilot.press("s", "backspace", "5", "enter")
        await stage.wait()
        await stage.press("z")
        await stage.press("y")
        [revision] = hand.forked
        store = stage.cluster.apiserver.store
        assert store.get("configmaps/default/theirs", revision) is not None
        web = store.get("deployments.apps/default/web", revision)
        assert web is not None
        assert web == store.get("deployments.apps/default/web", before)

    play(scene)


def test_what_was_refused_and_what_changed_nothing_is_no_deed() -> None:
    async def scene(stage: Stage) -> None:
        await go(stage, (":deploy /",))
        kind = stage.feed.kind("deploy")
        assert kind is not None
        told: list[str] = []
        await stage.wait()
        [web] = list(stage.feed.items("deployments.apps"))
        stage.feed.scale(kind, web, 3, told.append)
        stage.feed.scale(kind, web, -1, told.append)
        await stage.wait()
        assert told[0] == ""
        assert "greater than or equal to 0" in told[1]
        assert stage.app.acts.done == []

    play(scene)


@pytest.mark.parametrize(
    ("command", "same"),
    [
        ("clock pause", "tuik8s clock pause"),
        ("clock 10", "tuik8s clock 10"),
        ("clock step 30s", "tuik8s clock step 30s"),
    ],
)
def test_the_pace_of_the_cluster_names_its_command(command: str, same: str) -> None:
    async def scene(stage: Stage) -> None:
        stage.app.control = Hand()
        assert stage.app.run_command(command) == ""
        await stage.wait()
        assert same in stage.toasts

    play(scene)


@pytest.mark.parametrize(
    ("keys", "same"),
    [
        (("B",), r"tuik8s fork .*--at \d+"),
        (("colon", *"pods", "enter", "s"), r"kubectl exec -it web-\S+ -n default -c main -- sh"),
    ],
)
def test_forks_and_execs_name_their_commands(keys: tuple[str, ...], same: str) -> None:
    async def scene(stage: Stage) -> None:
        stage.app.control = Hand()
        await stage.press(*keys)
        assert re.search(same, stage.text)

    play(scene)


def test_what_was_done_and_what_a_fault_did_are_told_apart_in_the_log() -> None:
    """The author of what happens after a deed is who did it, not the dashboard."""

    async def scene(stage: Stage) -> None:
        await go(stage, (":deploy /",))
        store = stage.cluster.apiserver.store
        before = store.revision
        await stage.press("s", "backspace", "5", "enter")
        await stage.wait(5_000)
        authors: dict[str, Any] = {each.key: each.author for each in store.changes(before, "pods/")}
        assert len(authors) == 2
        assert IDENTITY not in authors.values()

    play(scene)
