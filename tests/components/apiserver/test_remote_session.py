"""A command between its client and a kubelet that is played here."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.components.apiserver.plant import Api
from tuik8s.api.remote_command import Input, Output, packed, unpacked
from tuik8s.api.types import Object
from tuik8s.components.apiserver.effects import Fetched, KubeletCall
from tuik8s.components.apiserver.remote_session import (
    HELD_MS,
    STDIN_BYTES_MAX,
    RemoteSession,
)

Kubelet = Callable[[KubeletCall, Callable[[Fetched], None]], None]
SUCCESS = {"metadata": {}, "status": "Success"}


class Client:
    """What a client of a session gets."""

    def __init__(self, api: Api, kubelet: Kubelet) -> None:
        api.core.performers[KubeletCall] = kubelet
        self.session = RemoteSession(api.core, "n1", Output(session="1", stdout=b"$ "))
        self.output: list[tuple[int, bytes]] = []
        self.ends: list[Object] = []
        self.session.on_output = lambda channel, data: self.output.append((channel, data))
        self.session.on_status = self.ends.append
        self.session.start()


def test_what_comes_meanwhile_goes_with_the_next_question(api: Api) -> None:
    asked: list[tuple[Input, Callable[[Fetched], None]]] = []

    def kubelet(call: KubeletCall, resume: Callable[[Fetched], None]) -> None:
        asked.append((unpacked(call.body, Input), resume))

    client = Client(api, kubelet)
    for data in (b"a", b"b", b"c"):
        client.session.write(data)
    client.session.resize(80, 24)
    client.session.end_input()
    assert [given for given, _ in asked] == [Input(stdin=b"a")]
    asked[0][1](Fetched(200, packed(Output(stdout=b"A"))))
    assert asked[1][0] == Input(stdin=b"bc", is_end=True, width=80, height=24)
    asked[1][1](Fetched(200, packed(Output(stderr=b"BC", exit_code=0))))
    assert client.output == [(1, b"$ "), (1, b"A"), (2, b"BC")]
    assert (client.ends, len(asked)) == ([SUCCESS], 2)


@pytest.mark.parametrize(
    ("fetched", "message"),
    [
        (Fetched(0, error="connection refused"), "connection refused"),
        (Fetched(404, b"no such session"), "no such session"),
        (Fetched(200, b"<html>"), "cannot be read"),
        (Fetched(200, b"\x81\xa1x" + b"\x91" * 100_000), "cannot be read"),
    ],
)
def test_a_kubelet_that_makes_no_sense_ends_the_command(
    api: Api, fetched: Fetched, message: str
) -> None:
    client = Client(api, lambda call, resume: resume(fetched))
    client.session.write(b"a")
    [status] = client.ends
    assert (status["status"], client.session.is_over) == ("Failure", True)
    assert message in status["message"]


def test_a_client_that_does_not_read_is_not_asked_for_and_not_forgotten(api: Api) -> None:
    asked: list[Input] = []

    def kubelet(call: KubeletCall, resume: Callable[[Fetched], None]) -> None:
        asked.append(unpacked(call.body, Input))
        resume(Fetched(200, packed(Output(stdout=b"more"))))

    client = Client(api, kubelet)
    client.session.hold(True)
    client.session.write(b"typed meanwhile")
    api.simulation.run_ms(3 * HELD_MS)
    assert asked == [Input(is_held=True)] * len(asked)
    assert (len(asked) >= 3, client.output) == (True, [(1, b"$ ")])
    client.session.hold(False)
    assert asked[-1] == Input(stdin=b"typed meanwhile")
    assert client.output[-1] == (1, b"more")


def test_input_that_the_command_does_not_read_stops_the_client(api: Api) -> None:
    is_full, asked, holds = [True], list[Input](), list[bool]()

    def kubelet(call: KubeletCall, resume: Callable[[Fetched], None]) -> None:
        asked.append(unpacked(call.body, Input))
        resume(Fetched(200, packed(Output(is_full=is_full[0]))))

    client = Client(api, kubelet)
    client.session.on_hold = holds.append
    client.session.write(b"first")
    client.session.write(b"x" * (STDIN_BYTES_MAX + 1))
    client.session.end_input()
    assert ([given.stdin for given in asked if given.stdin], holds) == ([b"first"], [True])
    is_full[0] = False
    api.simulation.run_ms(5_000)
    sent = b"".join(given.stdin for given in asked)
    assert (len(sent), holds) == (5 + STDIN_BYTES_MAX + 1, [True, False])
    assert [given.is_end for given in asked].count(True) == 1
