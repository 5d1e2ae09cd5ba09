"""Clones and informers: whatever the links do, the cache is the server's state in the end."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bus.rigs import SimulatedRig
from tests.bus.shelf import ShelfServer, pod
from tuik8s.api.types import Key, Object, Reply
from tuik8s.bus.client import object_of
from tuik8s.bus.clone import Change
from tuik8s.bus.informer import Informer
from tuik8s.world.links import LinkRule

NAMES = st.sampled_from("abcd")
STEPS = st.one_of(
    st.tuples(st.just("put"), NAMES, st.sampled_from(["", "n1", "n2"])),
    st.tuples(st.just("delete"), NAMES),
    st.tuples(st.just("run"), st.integers(1, 2_000)),
    st.tuples(st.just("links"), st.sampled_from(["clear", "lossy", "cut"])),
    st.tuples(st.just("restart")),
    st.tuples(st.just("pause"), st.booleans()),
)
LINKS = {
    "clear": [],
    "lossy": [
        LinkRule(drop_per_mille=300, duplicate_per_mille=200, jitter_ms=400, reorder=True),
    ],
    "cut": [LinkRule(receiver="kubelet/*", cut=True)],
}


class Model:
    """What a follower makes of the changes it is told, by the naive rules."""

    def __init__(self, informer: Informer) -> None:
        self.objects: dict[Key, object] = {}
        informer.on_change(self.take)

    def take(self, change: Change) -> None:
        if change.type == "ADDED":
            assert change.key not in self.objects, f"{change} of something that is there"
            assert change.old is None
        else:
            assert change.key in self.objects, f"{change} of nothing"
        if change.type == "MODIFIED":
            assert change.old == self.objects[change.key]
        if change.new is None:
            del self.objects[change.key]
        else:
            self.objects[change.key] = change.new


def node_of(obj: dict[str, dict[str, str]]) -> list[str]:
    return [obj["spec"].get("nodeName", "")]


def named(data: bytes) -> Object:
    return {"metadata": {"name": object_of(data)["metadata"]["name"]}}


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, max_size=40), st.integers(0, 1000))
def test_clone_and_model_agree(steps: list[tuple[object, ...]], seed: int) -> None:
    rig = SimulatedRig(seed)
    server = rig.serve()
    client = rig.client()
    whole = Informer(client, "pods", indices={"node": node_of})
    part = Informer(client, "pods", partition="n1")
    models = [Model(whole), Model(part)]
    early = whole.by_index("node", "n1")  # from now on it is kept up to date
    assert early == []
    late = Informer(client, "pods", indices={"node": node_of})
    for informer in (whole, part, late):
        informer.start()
    for step in steps:
        server = take(rig, server, step)
    rig.links.set([])
    rig.resume("kubelet/n1")
    rig.run_until(lambda: False, 90_000)
    for informer, model, partition in ((whole, models[0], ""), (part, models[1], "n1")):
        state = rig.shelf.state("pods", partition)
        assert informer.synced
        assert {p: informer.data(*p) for p in informer.keys()} == state  # noqa: SIM118
        assert {(k.namespace, k.name) for k in model.objects} == set(state)
        assert all(informer.get(k.namespace, k.name) == v for k, v in model.objects.items())
    counts = Counter(node_of(obj)[0] for obj in whole.items())
    assert {v: len(whole.by_index("node", v)) for v in whole._indices["node"]} == counts
    assert {v: len(late.by_index("node", v)) for v in counts} == counts
    for node in counts:
        names = [obj["metadata"]["name"] for obj in late.glance(named, "node", node)]
        assert sorted(names) == sorted(o["metadata"]["name"] for o in whole.by_index("node", node))


def take(rig: SimulatedRig, server: ShelfServer, step: tuple[object, ...]) -> ShelfServer:
    match step:
        case ("put", str(name), str(node)):
            server.put("pods", pod(name, node=node))
        case ("delete", str(name)):
            server.delete(Key("pods", "shop", name))
        case ("run", int(duration_ms)):
            rig.run_until(lambda: False, duration_ms)
        case ("links", str(which)):
            rig.links.set(LINKS[which])
        case ("pause", bool(paused)):
            (rig.pause if paused else rig.resume)("kubelet/n1")
        case _:
            rig.stop_server()
            return rig.serve()
    return server


def test_informers_of_one_stream_share_a_clone_and_late_ones_are_told() -> None:
    rig = SimulatedRig()
    server = rig.serve()
    client = rig.client()
    first = Informer(client, "pods")
    first.start()
    server.put("pods", pod("a", node="n1"))
    rig.run_until(lambda: len(first) == 1)
    late = Informer(client, "pods", indices={"node": node_of})
    model = Model(late)
    synced: list[bool] = []
    late.on_sync(lambda: synced.append(True))
    late.start()
    server.put("pods", pod("a", node="n2"))
    rig.run_until(lambda: False, 1_000)
    assert synced == [True]
    assert list(model.objects.values()) == [late.get("shop", "a")]
    assert late.by_index("node", "n2") == [late.get("shop", "a")]
    assert late.by_index("node", "n1") == []
    assert len([r for _, r in server.handled if r.verb == "list"]) == 1
    assert client.statistics()["clones"] == 1


def test_failed_lists_are_tried_again_with_back_off() -> None:
    rig = SimulatedRig()
    server = rig.serve()
    server.server._handle = lambda user, request, respond: respond(Reply(code=503))
    informer = Informer(rig.client(), "pods")
    informer.start()
    rig.run_until(lambda: False, 60_000)
    failed = informer._clone.counts["failed_lists"]
    assert 5 <= failed <= 15
    server.server._handle = server.handle
    assert rig.run_until(lambda: informer.synced, 25_000)


@pytest.mark.parametrize(("version", "errors"), [("", 0), ("v1", 0), ("v2", 1)])
def test_an_unexpected_version_is_reported_once(version: str, errors: int) -> None:
    rig = SimulatedRig()
    server = rig.serve()
    informer = Informer(rig.client(), "pods", version=version)
    informer.start()
    for name in "ab":
        server.put("pods", {"apiVersion": "v1", **pod(name)})
    rig.run_until(lambda: len(informer) == 2)
    assert sum("unexpected version" in line for line in rig.lines) == errors
