"""Both transports, one suite: what is lost, repeated or late on the way is noticed and healed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bus.rigs import LiveRig, Rig, SimulatedRig
from tests.bus.shelf import pod
from tuik8s.api.types import Key, Reply, Request
from tuik8s.bus.client import Client, decode
from tuik8s.bus.informer import Informer
from tuik8s.world.links import LinkRule, both_ways


@pytest.fixture(params=["memory", "zeromq"])
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    made: Rig = SimulatedRig() if request.param == "memory" else LiveRig(tmp_path)
    yield made
    made.close()


def following(client: Client, partition: str = "") -> Informer:
    informer = Informer(client, "pods", partition=partition)
    informer.start()
    return informer


def equal(informer: Informer, rig: Rig, partition: str = "") -> bool:
    """Whether the cache is what is on the shelf, byte for byte."""
    cache = {place: informer.data(*place) for place in informer.keys()}  # noqa: SIM118
    return informer.synced and cache == rig.shelf.state("pods", partition)


def test_round_trip(rig: Rig) -> None:
    rig.serve()
    client = rig.client()
    got: list[Reply] = []
    client.create("pods", pod("a"), got.append)
    client.get("pods", "shop", "nobody", got.append)
    assert rig.run_until(lambda: len(got) == 2)
    assert [reply.code for reply in got] == [201, 404]
    assert decode(got[0])["metadata"] == {
        "name": "a",
        "namespace": "shop",
        "resourceVersion": "1",
    }


def test_pipelined_requests_are_answered_in_order(rig: Rig) -> None:
    rig.serve()
    client = rig.client()
    got: list[int] = []
    for number in range(500):
        client.create("pods", pod(f"p{number}"), lambda reply: got.append(reply.revision))
    assert rig.run_until(lambda: len(got) == 500)
    assert got == list(range(1, 501))


def test_requests_sent_before_the_server_is_there_reach_it(rig: Rig) -> None:
    client = rig.client()
    informer = following(client)
    got: list[Reply] = []
    client.create("pods", pod("early"), got.append)
    rig.run_until(lambda: False, 200)
    rig.serve()
    assert rig.run_until(lambda: bool(got) and equal(informer, rig))


def test_nobody_there_is_an_unknown_outcome_at_the_deadline(rig: Rig) -> None:
    client = rig.client()
    got: list[Reply] = []
    client.create("pods", pod("a"), got.append, deadline_ms=3_000)
    assert rig.run_until(lambda: bool(got), 6_000)
    assert got[0].code == 0
    assert client.statistics()["waiting"] == 0


def test_partitions_get_their_own_and_see_moves(rig: Rig) -> None:
    server = rig.serve()
    everything, mine = following(rig.client()), following(rig.client(), "n1")
    assert rig.run_until(lambda: everything.synced and mine.synced)
    server.put("pods", pod("a"))
    server.put("pods", pod("b", node="n2"))
    server.put("pods", pod("a", node="n1"))
    assert rig.run_until(lambda: len(everything) == 2 and len(mine) == 1)
    assert mine.keys() == [("shop", "a")]
    server.put("pods", pod("a", node="n2"))
    assert rig.run_until(lambda: len(mine) == 0)
    assert rig.run_until(lambda: equal(everything, rig))
    assert everything._clone.counts["gaps"] == 0


@pytest.mark.slow
def test_lost_repeated_late_and_overtaking_frames_are_healed(rig: Rig) -> None:
    """At a third lost and a fifth doubled, every write is done once and every cache is right."""
    server = rig.serve()
    rig.links.set(
        both_ways(
            LinkRule(
                sender="kubelet/*",
                drop_per_mille=300,
                duplicate_per_mille=200,
                jitter_ms=20,
                reorder=True,
            )
        )
    )
    client = rig.client()
    informer, mine = following(client), following(rig.client("kubelet/n2"), "n2")
    got: list[Reply] = []
    for number in range(100):
        client.create(
            "pods", pod(f"p{number}", node=f"n{number % 3}"), got.append, deadline_ms=60_000
        )
    assert rig.run_until(lambda: len(got) == 100, 100_000)
    assert [reply.code for reply in got] == [201] * 100
    creates = [request for _, request in server.handled if request.verb == "create"]
    assert len(creates) == 100, "a repeated request was done twice"
    server.delete(Key("pods", "shop", "p7"))
    assert rig.run_until(lambda: equal(informer, rig) and equal(mine, rig, "n2"), 100_000)


def test_a_lost_last_event_is_noticed_by_the_bookmark(rig: Rig) -> None:
    server = rig.serve()
    informer = following(rig.client())
    assert rig.run_until(lambda: informer.synced)
    rig.links.set([LinkRule(receiver="kubelet/n1", cut=True)])
    server.put("pods", pod("unseen"))
    rig.run_until(lambda: False, 300)
    assert len(informer) == 0
    rig.links.set([])
    assert rig.run_until(lambda: equal(informer, rig), 3_000)


def test_a_long_cut_is_noticed_although_nothing_happens_afterwards(rig: Rig) -> None:
    server = rig.serve()
    informer = following(rig.client())
    assert rig.run_until(lambda: informer.synced)
    rig.links.set(both_ways(LinkRule(sender="kubelet/n1", cut=True)))
    server.put("pods", pod("unseen"))
    rig.run_until(lambda: False, 15_000)
    rig.links.set([])
    assert rig.run_until(lambda: equal(informer, rig), 8_000)


def test_a_new_publisher_means_that_everybody_lists_again(rig: Rig) -> None:
    server = rig.serve()
    informer = following(rig.client())
    server.put("pods", pod("a"))
    server.put("pods", pod("b"))
    assert rig.run_until(lambda: equal(informer, rig))
    before = informer._clone.epoch
    rig.stop_server()
    rig.shelf.objects.pop(Key("pods", "shop", "a"))
    rig.shelf.revision += 1
    server = rig.serve()
    assert rig.run_until(lambda: equal(informer, rig), 20_000)
    server.put("pods", pod("c"))
    assert rig.run_until(lambda: equal(informer, rig))
    assert informer._clone.epoch == server.publisher.epoch != before


@pytest.mark.slow
def test_a_slow_subscriber_holds_up_nobody_and_says_so(rig: Rig) -> None:
    server = rig.serve()
    quick, slow = following(rig.client("a")), following(rig.client("b"))
    assert rig.run_until(lambda: quick.synced and slow.synced)
    rig.pause("b")
    fat = "x" * 2_000
    for number in range(24_000):
        server.put("pods", pod(f"p{number % 500}", load=fat))
        if number % 200 == 0:
            rig.run_until(lambda: quick.revision == rig.shelf.revision, 10_000)
    assert rig.run_until(lambda: equal(quick, rig))
    assert quick._clone.counts["gaps"] == 0
    rig.resume("b")
    assert rig.run_until(lambda: equal(slow, rig), 60_000)
    assert slow._clone.counts["resyncs"] > 0, "whether an event or a beat showed the hole"
    assert any(" W b " in line and "Listing again" in line for line in rig.lines)


def test_a_repeated_write_is_answered_from_memory(rig: Rig) -> None:
    server = rig.serve()
    client = rig.client()
    got: list[Reply] = []
    request = Request(verb="create", resource="pods", body=b"", content_type="application/msgpack")
    first = Request(verb="list", resource="pods", query={"stream": ["pods/"]})
    client.call(first, got.append)
    client.create("pods", pod("a"), got.append, idempotency="k1")
    client.create("pods", pod("a"), got.append, idempotency="k1")
    client.call(request, got.append, idempotency="k1")
    assert rig.run_until(lambda: len(got) == 4)
    assert [reply.code for reply in got] == [200, 201, 201, 201]
    assert [entry.verb for _, entry in server.handled] == ["list", "create"]


def test_acting_as_somebody_else_takes_permission(rig: Rig) -> None:
    server = rig.serve()
    got: list[Reply] = []
    rig.client().get("pods", "shop", "a", got.append, user="system:admin")
    rig.client("ui", "system:admin").get("pods", "shop", "a", got.append, user="jane")
    assert rig.run_until(lambda: len(got) == 2)
    assert sorted(reply.code for reply in got) == [403, 404]
    assert [user for user, _ in server.handled] == ["jane"]


@pytest.mark.parametrize(
    "frames",
    [
        pytest.param((), id="none"),
        pytest.param((b"",), id="empty"),
        pytest.param((b"\xc1garbage",), id="no msgpack"),
        pytest.param((b"\xdd\xff\xff\xff\xff",), id="huge array"),
        pytest.param((b"\xc6\xff\xff\xff\xff" + b"x" * 10,), id="huge bytes"),
        pytest.param((b"\x91" * 100_000,), id="deep"),
        pytest.param((b"\x95\x01\x02\xa1k\xa0\x80", b"more"), id="too many parts"),
    ],
)
def test_malformed_frames_are_dropped(frames: tuple[bytes, ...]) -> None:
    rig = SimulatedRig()
    server = rig.serve()
    client = rig.client()
    server.server._on_request("system:node:n1#1", frames)
    client._on_reply(frames)
    client.feeds.receive((b"pods/-/a/b", *frames))
    client.feeds.receive((b"~", *frames))
    client.feeds.receive((b"!pods/!", *frames))
    client.feeds.receive(frames)
    assert server.server.statistics()["malformed"] == 1
    assert client.statistics()["malformed"] == 1
    assert client.statistics()["malformed_events"] >= 3


def test_what_is_past_its_deadline_is_remembered_no_more() -> None:
    """A repetition that late would be refused as expired, so its memory is nobody's."""
    rig = SimulatedRig(7)
    server = rig.serve()
    client = rig.client()
    got: list[Reply] = []
    for name in "abc":
        client.create("pods", pod(name), got.append, deadline_ms=2_000)
    assert rig.run_until(lambda: len(got) == 3)
    assert server.server.statistics()["remembered"] == 3
    rig.run_until(lambda: False, 3_000)
    client.create("pods", pod("d"), got.append)
    assert rig.run_until(lambda: len(got) == 4)
    assert server.server.statistics()["remembered"] == 1
