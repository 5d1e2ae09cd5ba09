"""Connections to the ports of a pod for one client, many at a time.

    open(port) -> the kubelet says where the port is -> Dial -> bytes both ways

Nothing is kept for a side that does not read: then the other one is not read either.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from tuik8s.api.remote_command import unpacked
from tuik8s.api.remote_port import Reached, unreachable
from tuik8s.components.apiserver.effects import Dial, Dialled, Fetched, KubeletCall
from tuik8s.components.apiserver.streaming import Pipe

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

EARLY_BYTES_MAX: Final = 64 * 1024
"""What a client may send before it is connected."""


class Forward:
    """One connection of the client, from before it is open until its end.

    on_data: takes what the pod sends; on_end: called once, when it sends no more; on_problem:
    called once before that, with words, when the connection failed.
    """

    def __init__(self, session: PortForwards, port: int) -> None:
        self.on_data: Callable[[bytes], None] = lambda data: None
        self.on_end: Callable[[], None] = lambda: None
        self.on_problem: Callable[[str], None] = lambda text: None
        self.port = port
        self.is_over = False
        self.is_full = False
        self._session = session
        self._pipe: Pipe | None = None
        self._early: list[bytes] = []
        self._early_bytes = 0
        self._has_ended = self._is_told = False
        self._pod = ""

    def write(self, data: bytes) -> None:
        """Bytes of the client."""
        if self._pipe is not None:
            self._pipe.write(data)
        elif not self.is_over:
            self._early.append(data)
            self._early_bytes += len(data)
            self._set_full(self._early_bytes > EARLY_BYTES_MAX)

    def end(self) -> None:
        """The client sends no more."""
        self._has_ended = True
        if self._pipe is not None:
            self._pipe.end()
        if self._is_told:
            self.close()

    def hold(self, is_held: bool) -> None:
        if self._pipe is not None:
            self._pipe.hold(is_held)

    def close(self) -> None:
        if not self.is_over:
            self.is_over = True
            self._early.clear()
            self._set_full(False)
            if self._pipe is not None:
                self._pipe.close()
            self._session.forget(self)

    def on_kubelet(self, fetched: Any) -> None:
        """Where the port is."""
        assert isinstance(fetched, Fetched), "a kubelet answers over HTTP"
        if self.is_over:
            return
        if fetched.status != 200:
            node = self._session.node
            text = fetched.body.decode(errors="replace").strip()
            why = f"error dialing backend: {node}:10250: {fetched.error or 'no answer'}"
            self._fail(text if fetched.status else why)
            return
        try:
            reached: Reached = unpacked(fetched.body, Reached)
        except ValueError as problem:
            self._fail(f"{self._session.node}:10250 answered what cannot be read: {problem}")
            return
        self._pod = reached.pod
        self._session.dial(Dial(reached.host, reached.port, reached.is_outside), self._connected)

    def _connected(self, dialled: Dialled) -> None:
        if isinstance(dialled, str):
            if not self.is_over:
                self._fail(unreachable(self.port, self._pod, dialled))
            return
        if self.is_over:
            dialled.close()
            return
        self._pipe = dialled
        dialled.on_data = self.on_data
        dialled.on_end = self._tell_end
        dialled.on_lost = self._lost
        dialled.on_hold = self._set_full
        for data in self._early:
            dialled.write(data)
        self._early.clear()
        self._set_full(False)
        if self._has_ended:
            dialled.end()
        if not self._session.is_held:
            dialled.start()

    def _fail(self, text: str) -> None:
        self.on_problem(text)
        self._tell_end()
        self.close()

    def _lost(self) -> None:
        self._pipe = None
        self._tell_end()
        self.close()

    def _tell_end(self) -> None:
        if not self._is_told:
            self._is_told = True
            self.on_end()
            if self._has_ended:
                self.close()

    def _set_full(self, is_full: bool) -> None:
        if is_full != self.is_full:
            self.is_full = is_full
            self._session.on_full()


class PortForwards:
    """See `streaming.Session`. path: where the kubelet of node is asked, without the port.

    ports: those that the client asked for in the query. on_start: the protocol opens them then, if
    it is one that does.
    """

    def __init__(self, core: Core, node: str, path: str, ports: tuple[int, ...]) -> None:
        self.on_end: Callable[[], None] = lambda: None
        self.on_hold: Callable[[bool], None] = lambda is_held: None
        self.on_start: Callable[[], None] = lambda: None
        self.node = node
        self.ports = ports
        self.is_held = self._is_holding = self._is_over = False
        self._core = core
        self._path = path
        self._forwards: dict[Forward, None] = {}

    def start(self) -> None:
        self.on_start()

    def open(self, port: int) -> Forward:
        """A connection; its callbacks are to be set, then `begin` is called with it."""
        forward = Forward(self, port)
        self._forwards[forward] = None
        return forward

    def begin(self, forward: Forward) -> None:
        call = KubeletCall(self.node, "GET", f"{self._path}?port={forward.port}")
        self._core.perform_effect(call, forward.on_kubelet)

    def dial(self, effect: Dial, resume: Callable[[Dialled], None]) -> None:
        self._core.perform_effect(effect, resume)

    def forget(self, forward: Forward) -> None:
        self._forwards.pop(forward, None)

    def on_full(self) -> None:
        """Read from the client only while everything that it writes to is read."""
        is_holding = any(forward.is_full for forward in self._forwards)
        if is_holding != self._is_holding:
            self._is_holding = is_holding
            self.on_hold(is_holding)

    def hold(self, is_held: bool) -> None:
        self.is_held = is_held
        for forward in self._forwards:
            forward.hold(is_held)

    def end(self) -> None:
        """The protocol has nothing more to say."""
        if not self._is_over:
            self._is_over = True
            for forward in list(self._forwards):
                forward.close()
            self.on_end()

    def close(self) -> None:
        self.end()
