"""A command in a container while its client is connected: input to the kubelet, output back.

One question at a time is on its way to the kubelet, so that input keeps its order; what comes
meanwhile goes with the next one. With nothing to send the kubelet is asked again when it said that
something will happen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from tuik8s.api.remote_command import Input, Output, exit_status, failure, packed, unpacked
from tuik8s.api.types import Object
from tuik8s.components.apiserver.effects import Fetched, KubeletCall
from tuik8s.world.base import Timer

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

PIECE_BYTES: Final = 32 * 1024


def session_path(session: str) -> str:
    return f"/execSession/{session}"


class RemoteSession:
    """See `streaming.Stream`; `send` is not used: `on_output` and `on_status` are.

    on_output: (1 for stdout or 2 for stderr, bytes). on_status: called once with the Status that
    ends the command; `on_end` follows it.
    """

    def __init__(self, core: Core, node: str, begun: Output) -> None:
        self.send: Callable[[bytes], None] = lambda data: None
        self.on_end: Callable[[], None] = lambda: None
        self.on_output: Callable[[int, bytes], None] = lambda channel, data: None
        self.on_status: Callable[[Object], None] = lambda status: None
        self.is_over = False
        self._core = core
        self._node = node
        self._begun = begun
        self._is_asking = True
        self._stdin: list[bytes] = []
        self._is_end = False
        self._end_is_told = False
        self._size = (0, 0)
        self._timer: Timer | None = None

    def start(self) -> None:
        self._is_asking = False
        self._take(self._begun)
        self._ask_if_told()

    def write(self, data: bytes) -> None:
        """Input of the client."""
        self._stdin.append(data)
        self._ask()

    def end_input(self) -> None:
        self._is_end = True
        self._ask()

    def resize(self, width: int, height: int) -> None:
        """The client's terminal has this size, in characters."""
        self._size = (width, height)
        self._ask()

    def close(self) -> None:
        """The client has gone."""
        if not self.is_over:
            self.is_over = True
            self._stop_timer()
            gone = packed(Input(is_gone=True))
            path = session_path(self._begun.session)
            self._core.perform_effect(KubeletCall(self._node, "POST", path, gone), lambda _: None)
            self.on_end()

    def _ask(self) -> None:
        if self._is_asking or self.is_over:
            return
        self._is_asking = True
        self._stop_timer()
        data, self._stdin = b"".join(self._stdin), []
        width, height = self._size
        self._size = (0, 0)
        is_end, self._end_is_told = self._is_end and not self._end_is_told, self._is_end
        given = packed(Input(stdin=data, is_end=is_end, width=width, height=height))
        path = session_path(self._begun.session)
        self._core.perform_effect(KubeletCall(self._node, "POST", path, given), self._answered)

    def _answered(self, fetched: Any) -> None:
        self._is_asking = False
        if self.is_over:
            return
        assert isinstance(fetched, Fetched), "a kubelet answers over HTTP"
        if fetched.status != 200:
            why = fetched.error or fetched.body.decode(errors="replace") or "no answer"
            self._finish(failure(f"error sending request to {self._node}:10250: {why}"))
            return
        try:
            output: Output = unpacked(fetched.body, Output)
        except ValueError as problem:
            self._finish(failure(f"{self._node}:10250 answered what cannot be read: {problem}"))
            return
        self._take(output)
        self._ask_if_told()

    def _ask_if_told(self) -> None:
        """Hand on what the client has said meanwhile."""
        is_end_new = self._is_end and not self._end_is_told
        if not self.is_over and (self._stdin or self._size[0] or is_end_new):
            self._ask()

    def _take(self, output: Output) -> None:
        for channel, data in ((1, output.stdout), (2, output.stderr)):
            for at in range(0, len(data), PIECE_BYTES):
                self.on_output(channel, data[at : at + PIECE_BYTES])
        if output.exit_code >= 0:
            self._finish(exit_status(output.exit_code))
        else:
            self._timer = self._core.world.call_after(output.wake_ms, self._ask)

    def _finish(self, status: Object) -> None:
        self.is_over = True
        self._stop_timer()
        self.on_status(status)
        self.on_end()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
