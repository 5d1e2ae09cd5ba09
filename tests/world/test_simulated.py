"""A simulated world: time, dying, pausing, skew, the network table, and that a seed repeats."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial

import pytest

from tuik8s.world.base import DiskFailed
from tuik8s.world.network import (
    Address,
    AddressTaken,
    Answering,
    Forwarding,
    HttpAnswer,
    HttpRequest,
    Refused,
)
from tuik8s.world.rules import DiskRule, PaceRule
from tuik8s.world.simulated import EPOCH_MS, Simulation
from tuik8s.world.simulated_network import NoAnswer

CLIENT = Address("127.0.0.1", 40_000)
GET = HttpRequest("GET", "/")


def test_time_jumps_from_event_to_event() -> None:
    simulation = Simulation(1)
    world = simulation.host("a").world
    seen: list[int] = []
    world.call_after(3_600_000, lambda: seen.append(world.now_ms()))
    simulation.run_ms(7_200_000)
    assert seen == [EPOCH_MS + 3_600_000]
    assert simulation.now_ms == EPOCH_MS + 7_200_000


def test_call_soon_comes_after_everything_due() -> None:
    simulation = Simulation(1)
    world, ran = simulation.host("a").world, list[str]()

    def due_first() -> None:
        world.call_soon(lambda: ran.append("soon"))

    world.call_at(0, due_first)
    world.call_at(0, lambda: ran.append("due"))
    assert simulation.step()
    assert simulation.step()
    assert simulation.step()
    assert not simulation.step()
    assert ran == ["due", "soon"]


def test_run_while() -> None:
    simulation = Simulation(1)
    world, ran = simulation.host("a").world, list[int]()
    for number in range(5):
        world.call_after(1_000 * number, partial(ran.append, number))
    assert simulation.run_while(lambda: len(ran) < 3, 10_000)
    assert simulation.now_ms == EPOCH_MS + 2_000
    assert not simulation.run_while(lambda: len(ran) < 9, 10_000)
    assert simulation.now_ms == EPOCH_MS + 12_000


def test_a_dead_party_does_nothing_more_and_restarts_fresh() -> None:
    simulation = Simulation(1)
    host, ran = simulation.host("a"), list[str]()
    first_uid = host.world.rng("uid").uid()
    host.world.call_after(1, lambda: ran.append("x"))
    host.network.listen(Address("127.0.0.1", 80), Answering(lambda _: HttpAnswer()))
    disk = host.world.disk("store")
    disk.append("log", b"durable")
    disk.sync("log")
    disk.append("log", b"unsynced")
    simulation.crash("a")
    assert not simulation.alive("a")
    simulation.run_ms(10)
    assert ran == []
    with pytest.raises(Refused):
        simulation.connect(CLIENT, Address("127.0.0.1", 80), GET)
    again = simulation.host("a").world
    assert again.disk("store").read("log").startswith(b"durable")
    assert again.rng("uid").uid() != first_uid, "a restart must not repeat its draws"


def test_a_paused_party_catches_up_in_order() -> None:
    simulation = Simulation(1)
    world, ran = simulation.host("a").world, list[int]()
    for number in range(3):
        world.call_after(number, partial(ran.append, number))
    simulation.pause("a")
    assert simulation.paused("a")
    simulation.run_ms(100)
    assert ran == []
    simulation.resume("a")
    simulation.run_ms(1)
    assert ran == [0, 1, 2]


def test_a_skewed_clock_moves_ahead_and_never_back() -> None:
    simulation = Simulation(1)
    world, seen = simulation.host("a").world, list[int]()
    simulation.skew("a", 60_000)
    ahead = world.now_ms()
    assert ahead == EPOCH_MS + 60_000
    world.call_at(ahead + 10, lambda: seen.append(simulation.now_ms - EPOCH_MS))
    simulation.run_ms(10)
    assert seen == [10]
    simulation.skew("a", 0)
    assert world.now_ms() == ahead + 10
    world.call_at(ahead + 20, lambda: seen.append(simulation.now_ms - EPOCH_MS))
    simulation.run_ms(1_000)
    assert seen == [10, 30], "the clock goes at half speed until it is right"
    simulation.run_ms(119_000)
    assert world.now_ms() == simulation.now_ms


def test_a_slow_party_takes_its_time_for_each_turn() -> None:
    simulation = Simulation(1)
    host, seen = simulation.host("a"), list[tuple[str, int]]()

    def note(what: str) -> None:
        seen.append((what, simulation.now_ms - EPOCH_MS))

    simulation.set_rules([PaceRule(party="a", delay_ms=100)])
    simulation.run_ms(1_000)
    for number in range(3):
        host.world.call_after(10 * number, partial(note, f"call {number}"))
        host.world.call_after(10 * number, partial(note, f"same {number}"))
    simulation.host("b").world.call_after(10, lambda: note("other"))
    simulation.run_ms(1_000)
    assert seen == [
        ("call 0", 1_000), ("same 0", 1_000), ("other", 1_010),
        ("call 1", 1_100), ("same 1", 1_100), ("call 2", 1_100), ("same 2", 1_100),
    ]  # fmt: skip
    simulation.set_rules([])
    simulation.run_ms(1_000)
    host.world.call_after(1, partial(note, "quick"))
    simulation.run_ms(1)
    assert seen[-1] == ("quick", 3_001)


def test_the_bus_hears_of_a_slow_turn_when_it_is_over() -> None:
    simulation = Simulation(1)
    server = simulation.host("apiserver").serve()
    heard: list[int] = []
    server.on_request = lambda peer, frames: heard.append(simulation.now_ms - EPOCH_MS)
    client = simulation.host("a").dial("me")
    simulation.set_rules([PaceRule(party="a", delay_ms=100)])
    simulation.run_ms(1)
    simulation.host("a").world.call_after(999, lambda: assert_sent(client.send((b"x",))))
    simulation.run_ms(2_000)
    assert heard == [1_101]


def assert_sent(sent: bool) -> None:
    assert sent


def test_a_party_whose_disk_fails_ends() -> None:
    simulation = Simulation(1)
    world = simulation.host("a").world
    simulation.set_rules([DiskRule(party="a", disk="store", do="failing")])
    simulation.run_ms(1)
    world.call_soon(lambda: world.disk("store").sync("log"))
    with pytest.raises(DiskFailed):
        simulation.run_ms(1)
    ended: list[str] = []
    simulation.on_failed = ended.append
    world.call_soon(lambda: world.disk("store").sync("log"))
    simulation.run_ms(1)
    assert ended == ["a"]
    assert not simulation.alive("a")


def test_requests_pass_forwarders_to_pods() -> None:
    simulation = Simulation(1)
    pods, proxy = simulation.host("kubelet/n1"), simulation.host("kube-proxy/n1")
    good, bad, service = (Address("127.9.0.1", port) for port in (8080, 8081, 80))
    pods.network.listen(good, Answering(lambda r: HttpAnswer(body=r.path.encode())))
    told: list[object] = []
    forward = Forwarding(
        lambda client: (bad, good),
        lambda client, target: told.append(("open", target)),
        lambda client, target, sent, got: told.append(("close", target, sent, got)),
        lambda client, target: told.append(("failed", target)),
    )
    listener = proxy.network.listen(service, forward)
    other = simulation.host("kube-proxy/n2").network.listen(service, forward)
    other.close()
    assert simulation.connect(CLIENT, service, HttpRequest("GET", "/x")).body == b"/x"
    assert told == [("failed", bad), ("open", good), ("close", good, 0, 2)]
    simulation.pause("kubelet/n1")
    with pytest.raises(NoAnswer):
        simulation.connect(CLIENT, service, GET)
    with pytest.raises(AddressTaken):
        pods.network.listen(service, Answering(lambda _: HttpAnswer()))
    listener.close()
    with pytest.raises(Refused):
        simulation.connect(CLIENT, service, GET)
    free = pods.network.listen(Address("127.9.0.1", 0), Answering(lambda _: HttpAnswer()))
    assert free.address.port > 0


TRACE = """
import hashlib, sys
sys.path.insert(0, ".")
from tests.bus.rigs import SimulatedRig
from tests.bus.shelf import pod
from tuik8s.bus.informer import Informer
from tuik8s.world.base import DiskFailed
from tuik8s.world.links import LinkRule
rig = SimulatedRig(seed=int(sys.argv[1]))
server = rig.serve()
rig.links.set([LinkRule(drop_per_mille=200, duplicate_per_mille=100, jitter_ms=30, reorder=True)])
lines = rig.lines
for n in range(5):
    client = rig.client(f"kubelet/n{n}", f"system:node:n{n}")
    world = client.world
    names = {"name": lambda o: [o["metadata"]["name"]]}
    informer = Informer(client, "pods", indices=names)
    informer.on_change(lambda c, w=world: lines.append(f"{w.now_ms()} {w.party} {c}"))
    informer.start()
    for m in range(10):
        client.create("pods", pod(f"p{n}-{m}", node=f"n{m % 3}"), lambda r, w=world: lines.append(
            f"{w.now_ms()} {w.party} {r.code} {r.revision} {w.rng('x').uid()}"))
rig.run_until(lambda: False, 5_000)
rig.simulation.crash("kubelet/n1")
rig.simulation.pause("kubelet/n2")
rig.run_until(lambda: False, 20_000)
rig.simulation.resume("kubelet/n2")
rig.run_until(lambda: False, 40_000)
count = rig.simulation.heap.events_count
print(len(lines), count, hashlib.sha256(repr(lines).encode()).hexdigest())
"""


@pytest.mark.slow
def test_the_same_seed_repeats_the_run_under_two_hash_seeds() -> None:
    def run(seed: int, hash_seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        command = [sys.executable, "-c", TRACE, str(seed)]
        return subprocess.check_output(command, env=environment, text=True)

    assert run(5, "1") == run(5, "2") != run(6, "1")
