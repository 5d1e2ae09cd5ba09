"""Connections to ports of a pod, between a client's protocol and a pod that are played here."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from tests.components.apiserver.plant import Api
from tests.components.apiserver.test_upgrades import masked
from tuik8s.api.remote_command import packed
from tuik8s.api.remote_port import Reached
from tuik8s.components.apiserver.effects import Dial, Fetched, KubeletCall
from tuik8s.components.apiserver.port_forwards import EARLY_BYTES_MAX, PortForwards
from tuik8s.components.apiserver.upgrades import spdy, websocket
from tuik8s.components.apiserver.upgrades.port_channels import PortChannels
from tuik8s.components.apiserver.upgrades.spdy_forwards import SpdyForwards
from tuik8s.components.apiserver.upgrades.tunnel import Tunnel

REACHED = Fetched(200, packed(Reached("uid", "127.20.0.2", 80)))


class Pod:
    """See `streaming.Pipe`: what was written to it, and whether it is read."""

    def __init__(self) -> None:
        self.on_data: Callable[[bytes], None] = lambda data: None
        self.on_end: Callable[[], None] = lambda: None
        self.on_lost: Callable[[], None] = lambda: None
        self.on_hold: Callable[[bool], None] = lambda is_held: None
        self.got: list[bytes] = []
        self.said: list[str] = []

    def start(self) -> None:
        self.said.append("start")

    def write(self, data: bytes) -> None:
        self.got.append(data)

    def end(self) -> None:
        self.said.append("end")

    def hold(self, is_held: bool) -> None:
        self.said.append("hold" if is_held else "read")

    def close(self) -> None:
        self.said.append("close")


class Rig:
    """A session; `connect` has what was dialled connected, or fail in words."""

    def __init__(self, api: Api, ports: tuple[int, ...] = (), kubelet: Fetched = REACHED) -> None:
        self.dialled: list[tuple[Dial, Callable[[Any], None]]] = []
        self.asked: list[str] = []
        self.holds: list[bool] = []
        self.ends = 0
        api.core.performers[Dial] = lambda effect, resume: self.dialled.append((effect, resume))

        def ask(call: KubeletCall, resume: Callable[[Fetched], None]) -> None:
            self.asked.append(call.path)
            resume(kubelet)

        api.core.performers[KubeletCall] = ask
        self.session = PortForwards(api.core, "n1", "/portForward/default/a", ports)
        self.session.on_hold = self.holds.append
        self.session.on_end = self._end

    def _end(self) -> None:
        self.ends += 1

    def connect(self, why_not: str = "") -> Pod:
        pod = Pod()
        self.dialled.pop(0)[1](why_not or pod)
        return pod


class Spdy(Rig):
    """A client that speaks SPDY; `wire` gives the data frames that came since, by stream."""

    def __init__(self, api: Api, **more: Any) -> None:
        super().__init__(api, **more)
        self._sent: list[bytes] = []
        self._pack = zlib.compressobj(zdict=spdy.DICTIONARY)
        self._frames = spdy.Frames()
        self.carrier = SpdyForwards(self.session, self._sent.append, lambda: None)

    def open(self, stream: int, kind: str, request: str = "0", port: str = "80") -> None:
        fields = {"streamtype": kind, "port": port, "requestid": request}
        words = [word.encode() for pair in fields.items() for word in pair]
        plain = struct.pack(">I", len(fields))
        plain += b"".join(struct.pack(">I", len(word)) + word for word in words)
        block = self._pack.compress(plain) + self._pack.flush(zlib.Z_SYNC_FLUSH)
        head = struct.pack(">HHIIIH", 0x8003, spdy.SYN_STREAM, 10 + len(block), stream, 0, 0)
        self.carrier.receive(head + block)

    def take_sent(self) -> list[bytes]:
        """What was written since."""
        sent, self._sent[:] = list(self._sent), []
        return sent

    def open_both(self) -> None:
        self.open(1, "error")
        self.open(3, "data")

    def wire(self) -> list[tuple[int, bytes, bool]]:
        frames = self._frames.feed(b"".join(self._sent))
        self._sent.clear()
        return [(f.stream, f.data, f.is_last) for f in frames if f.kind == spdy.DATA]


def test_bytes_go_both_ways_and_each_side_may_end_first(api: Api) -> None:
    rig = Spdy(api)
    rig.open_both()
    assert rig.asked == ["/portForward/default/a?port=80"]
    rig.carrier.receive(spdy.data(3, b"early"))
    assert rig.dialled[0][0] == Dial("127.20.0.2", 80)
    pod = rig.connect()
    rig.carrier.receive(spdy.data(3, b"late", is_last=True))
    assert (pod.got, pod.said) == ([b"early", b"late"], ["start", "end"])
    pod.on_data(b"answer")
    pod.on_end()
    assert rig.wire() == [(3, b"answer", False), (1, b"", True), (3, b"", True)]
    assert pod.said == ["start", "end", "close"]
    assert rig.ends == 0
    rig.session.close()
    assert rig.ends == 1


@pytest.mark.parametrize(
    ("kubelet", "why", "text"),
    [
        (REACHED, "connection refused", b"dial tcp4 127.0.0.1:80: connect: connection refused"),
        (Fetched(404, b"pod does not exist"), "", b"pod does not exist"),
        (Fetched(0, error="no such file"), "", b"error dialing backend: n1:10250: no such file"),
        (Fetched(200, b"<html>"), "", b"cannot be read"),
    ],
)
def test_what_goes_wrong_is_told_on_the_error_stream(
    api: Api, kubelet: Fetched, why: str, text: bytes
) -> None:
    rig = Spdy(api, kubelet=kubelet)
    rig.open_both()
    if why:
        rig.connect(why)
    told, *ends = rig.wire()
    assert (told[0], text in told[1]) == (1, True)
    assert ends == [(1, b"", True), (3, b"", True)]


def test_simulated_time_has_no_connections_and_says_so(api: Api) -> None:
    rig = Spdy(api)
    del api.core.performers[Dial]
    rig.open_both()
    assert b"in simulated time there are requests and no connections" in rig.wire()[0][1]


def test_a_client_that_gives_up_while_it_is_connected_leaves_nothing(api: Api) -> None:
    rig = Spdy(api)
    rig.open_both()
    rig.carrier.receive(struct.pack(">HHIII", 0x8003, spdy.RST_STREAM, 8, 3, 5))
    assert rig.wire() == [(1, b"", True)]
    assert rig.connect().said == ["close"]


def test_nothing_is_kept_for_who_does_not_read(api: Api) -> None:
    rig = Spdy(api)
    rig.open_both()
    rig.carrier.receive(spdy.data(3, b"x" * (EARLY_BYTES_MAX + 1)))
    assert rig.holds == [True]
    pod = rig.connect()
    assert rig.holds == [True, False]
    pod.on_hold(True)
    pod.on_hold(False)
    assert rig.holds == [True, False, True, False]
    rig.session.hold(True)
    rig.session.hold(False)
    assert pod.said == ["start", "hold", "read"]


@pytest.mark.parametrize(("kind", "port"), [("other", "80"), ("data", "0"), ("data", "9" * 5000)])
def test_streams_that_make_no_sense_end_the_connection(api: Api, kind: str, port: str) -> None:
    with pytest.raises(ValueError, match="a stream of type"):
        Spdy(api).open(1, kind, port=port)


def test_channels_open_every_port_and_end_with_the_last(api: Api) -> None:
    rig = Rig(api, ports=(80, 81))
    sent: list[bytes] = []
    carrier = PortChannels(rig.session, sent.append, lambda: None)
    rig.session.start()
    ports = [b"\x00\x50\x00", b"\x01\x50\x00", b"\x02\x51\x00", b"\x03\x51\x00"]
    assert sent == [websocket.frame(websocket.BINARY, each) for each in ports]
    pod = rig.connect()
    carrier.receive(masked(b"\x00hello") + masked(b"\x01no") + masked(b"\x63no"))
    assert pod.got == [b"hello"]
    sent.clear()
    rig.connect("connection refused")
    pod.on_data(b"hi")
    pod.on_end()
    assert sent[-2:] == [
        websocket.frame(websocket.BINARY, b"\x00hi"),
        websocket.frame(websocket.CLOSE, websocket.NORMAL),
    ]
    assert rig.ends == 1


def test_a_channel_is_ended_by_its_client(api: Api) -> None:
    rig = Rig(api, ports=(80,))
    carrier = PortChannels(rig.session, lambda data: None, lambda: None)
    rig.session.start()
    pod = rig.connect()
    carrier.receive(masked(b"\xff\x00"))
    assert pod.said == ["start", "end"]


def test_a_client_is_asked_whether_it_is_there_and_its_answer_is_not_answered(api: Api) -> None:
    rig = Spdy(api)
    rig.carrier.ping()
    [asked] = rig.take_sent()
    rig.carrier.receive(asked)
    assert rig.take_sent() == []
    rig.carrier.receive(spdy.ping(struct.pack(">I", 7)))
    assert rig.take_sent() == [spdy.ping(struct.pack(">I", 7))]
    sent: list[bytes] = []
    Tunnel(lambda write, hang_up: SpdyForwards(rig.session, write, hang_up), sent.append,
           lambda: None).ping()  # fmt: skip
    assert sent == [websocket.frame(websocket.BINARY, asked)]
    PortChannels(rig.session, sent.append, lambda: None).ping()
    assert sent[1:] == [websocket.frame(websocket.PING, b"")]
