"""A command in a container while its client is connected: input to the kubelet, output back.

One question at a time is on its way to the kubelet, so that input keeps its order; what comes
meanwhile goes with the next one. With nothing to send the kubelet is asked again when it said that
something will happen.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, Final

from tuik8s.api.errors import ApiError, internal_error
from tuik8s.api.remote_command import IDLE_MS, Input, Output, exit_status, failure, packed, unpacked
from tuik8s.api.types import Object
from tuik8s.components.apiserver.answers import Answer
from tuik8s.components.apiserver.effects import Effect, Fetched, KubeletCall, Pause, Waiting
from tuik8s.world.base import Timer

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

PIECE_BYTES: Final = 32 * 1024
BEGIN_MS_MAX: Final = 30_000
"""How long the volumes of a pod are waited for."""
WAIT_MS_MIN: Final = 10
HELD_MS: Final = IDLE_MS // 3
STDIN_BYTES_MAX: Final = 256 << 10
"""What the client may have sent that the command has not read, before it is not read any more."""


def session_path(session: str) -> str:
    return f"/execSession/{session}"


class RemoteSession:
    """See `streaming.Session`.

    on_output: (1 for stdout or 2 for stderr, bytes). on_status: called once with the Status that
    ends the command; `on_end` follows it.
    """

    def __init__(self, core: Core, node: str, begun: Output) -> None:
        self.on_end: Callable[[], None] = lambda: None
        self.on_hold: Callable[[bool], None] = lambda is_held: None
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
        self._is_held = self._is_holding = self._is_full = False

    def start(self) -> None:
        self._is_asking = False
        self._take(self._begun)
        self._ask_if_told()

    def write(self, data: bytes) -> None:
        """Input of the client."""
        self._stdin.append(data)
        self._hold_client()
        self._ask()

    def end_input(self) -> None:
        self._is_end = True
        self._ask()

    def resize(self, width: int, height: int) -> None:
        """The client's terminal has this size, in characters."""
        self._size = (width, height)
        self._ask()

    def hold(self, is_held: bool) -> None:
        """A client that does not read is not asked for: the command waits at the kubelet."""
        self._is_held = is_held
        if is_held:
            self._stop_timer()
            self._say_held()
        elif not self._is_asking:
            self._ask()

    def _say_held(self) -> None:
        """The kubelet hears that the client is still there, else it would end the command."""
        if self._is_held and not self.is_over:
            held = packed(Input(is_held=True))
            path = session_path(self._begun.session)
            self._core.perform_effect(KubeletCall(self._node, "POST", path, held), lambda _: None)
            self._timer = self._core.world.call_after(HELD_MS, self._say_held)

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
        if self._is_asking or self._is_held or self.is_over:
            return
        self._is_asking = True
        self._stop_timer()
        data = b""
        if not self._is_full:  # what does not fit waits, and with it the end of the input
            data, self._stdin = b"".join(self._stdin), []
            self._hold_client()
        width, height = self._size
        self._size = (0, 0)
        is_end = self._is_end and not self._end_is_told and not self._stdin
        self._end_is_told = self._end_is_told or is_end
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
        has_input = self._stdin or (self._is_end and not self._end_is_told)
        if not self.is_over and (self._size[0] or (has_input and not self._is_full)):
            self._ask()

    def _hold_client(self) -> None:
        is_holding = sum(map(len, self._stdin)) > STDIN_BYTES_MAX
        if is_holding != self._is_holding:
            self._is_holding = is_holding
            self.on_hold(is_holding)

    def _take(self, output: Output) -> None:
        self._is_full = output.is_full
        for channel, data in ((1, output.stdout), (2, output.stderr)):
            for at in range(0, len(data), PIECE_BYTES):
                self.on_output(channel, data[at : at + PIECE_BYTES])
        if output.problem:
            self._finish(failure(output.problem))
        elif output.exit_code >= 0:
            self._finish(exit_status(output.exit_code))
        elif not self._is_held:
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


def begin(node: str, path: str) -> Generator[Effect, Any, Output]:
    """The first output; asked again while the kubelet looks up what the pod's volumes hold.

    Raises ApiError.
    """
    waited_ms = 0
    while waited_ms < BEGIN_MS_MAX:
        output = output_of((yield KubeletCall(node, "POST", path)), node)
        if output.session:
            return output
        wait_ms = max(output.wake_ms, WAIT_MS_MIN)
        yield Pause(wait_ms)
        waited_ms += wait_ms
    raise internal_error("timed out waiting for the volumes of the pod: context deadline exceeded")


def open_session(core: Core, node: str, path: str) -> Waiting:
    """Begin, then leave HTTP."""
    begun = yield from begin(node, path)
    return Answer(101, session=RemoteSession(core, node, begun))


def output_of(fetched: Fetched, node: str) -> Output:
    """What the kubelet answered. Raises ApiError with its words."""
    if fetched.status == 0:
        why = fetched.error or "no answer"
        raise internal_error(f"error dialing backend: {node}:10250: {why}")
    if fetched.status != 200:
        text = fetched.body.decode(errors="replace").strip()
        reason = "NotFound" if fetched.status == 404 else "InternalError"
        raise ApiError(fetched.status, reason, text)
    found: Output = unpacked(fetched.body, Output)
    return found
