"""One cluster as the background thread sees it: simulation, door, and the passing of its time.

Everything here is called on the thread's loop. The heap runs in slices, between which sockets are
served; what outside requests made due *now* runs in a turn of its own, whether time passes or not.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import Callable, Iterator
from typing import Final

from tuik8s.api.types import Request
from tuik8s.components.apiserver import ApiServer
from tuik8s.components.apiserver.answers import Answer
from tuik8s.components.apiserver.authentication.base import Credentials
from tuik8s.components.apiserver.routes import Route
from tuik8s.components.store.types import Change
from tuik8s.config import ClusterConfig
from tuik8s.scenario.served.entrance import Front
from tuik8s.scenario.served.failures import Failed, Refused
from tuik8s.scenario.simulated_cluster import ADMIN, SimulatedCluster
from tuik8s.scenario.state import HEARTBEATS
from tuik8s.world.heap import EventHeap, Gate, ScheduledCall
from tuik8s.world.simulated import EPOCH_MS

SLICE_EVENTS: Final = 50
"""So many events run between two looks at the sockets."""
TICK_S: Final = 0.005
"""How often a paced clock is looked at."""
FOR_EVER_MS: Final = 100 * 365 * 86_400_000
SILENT: Final = "the API server does not answer now (dead, paused or slow); advance the clock"


class TurningHeap(EventHeap):
    """A heap that says when something is due now, so that somebody runs it."""

    __slots__ = ("on_due",)

    def __init__(self, now_ms: int, on_due: Callable[[], None]) -> None:
        super().__init__(now_ms)
        self.on_due = on_due

    def schedule(
        self, when_ms: int, call: Callable[[], None], gate: Gate | None = None
    ) -> ScheduledCall:
        if when_ms <= self.now_ms:
            self.on_due()
        return super().schedule(when_ms, call, gate)


class Simulated(SimulatedCluster):
    """A simulated cluster that says when its API server came or went."""

    def __init__(
        self,
        config: ClusterConfig,
        seed: int,
        heap: EventHeap,
        on_api: Callable[[ApiServer | None], None],
    ) -> None:
        self._on_api = on_api
        super().__init__(config, seed, heap=heap)

    def kill(self, name: str) -> None:
        super().kill(name)
        self._tell(name)

    def hold(self, name: str) -> None:
        super().hold(name)
        self._tell(name)

    def _begin(self, name: str) -> None:
        super()._begin(name)
        self._tell(name)

    def _tell(self, name: str) -> None:
        if name == "apiserver":
            self._on_api(self.apiserver if name in self.components else None)


class Hosted:
    """See the module's text. `changed_ms`: when anything but a heartbeat was last written."""

    def __init__(self, config: ClusterConfig, seed: int) -> None:
        self.changed_ms = 0
        self.last_change = "nothing"
        self._loop = asyncio.get_running_loop()
        self._surprise: Exception | None = None
        self._turn_asked = False
        self._is_closed = False
        self._running: asyncio.Task[bool] | None = None
        self._front = Front()
        self._start(config, seed)

    def _start(self, config: ClusterConfig, seed: int) -> None:
        self.heap = TurningHeap(EPOCH_MS, self._ask_turn)
        with _all_kept():
            self.simulation = Simulated(config, seed, self.heap, self._on_api)
            self.simulation.start()

    async def listen(self) -> int:
        """Begin to answer; the port."""
        return await self._front.listen()

    async def reset(self) -> None:
        """The cluster as it was when just started, at the same address; connections are cut."""
        if self._running is not None:
            raise Failed("time passes by itself: leave `running` before a reset")
        self._front.live(None)
        self._surprise = None
        config, seed = self.simulation.config, self.simulation.seed
        await self._forget()
        self._start(config, seed)

    async def close(self) -> None:
        await self.stop_running()
        self._is_closed = True
        self._front.close()
        await self._forget()

    async def _forget(self) -> None:
        """Let go of the simulation, and collect it now: ten at once take a tenth of a second."""
        self.heap = TurningHeap(self.heap.now_ms, self._ask_turn)
        del self.simulation
        await asyncio.sleep(0)  # tasks whose connections were cut end
        if gc.isenabled():
            gc.collect(1)

    @property
    def api(self) -> ApiServer | None:
        """The living API server."""
        found = self._front.entrance
        return None if found is None else found.server

    @property
    def revision(self) -> int:
        """That of the log; -1 while the API server is dead."""
        return -1 if self.api is None else self.api.store.revision

    def has_grown(self, revision: int) -> bool:
        """Whether the log is at another revision by now."""
        return self.revision != revision

    @property
    def watches(self) -> int:
        """How many watches clients hold over HTTPS."""
        return 0 if self.api is None else self.api.core.hub.count

    # --- time ---------------------------------------------------------------------------------

    async def run(
        self, limit_ms: int, until: Callable[[], bool] = lambda: False, rate: float = 0
    ) -> bool:
        """Let time pass until until() holds, at most limit_ms; whether it came to hold.

        until is asked before the first event and after each. rate: simulated seconds that pass in
        a real one at most; 0 jumps from event to event.
        """
        heap, end_ms = self.heap, self.heap.now_ms + limit_ms
        paced_ms, seen_s = float(heap.now_ms), self._loop.time()
        try:
            while True:
                self._check()
                target_ms = end_ms
                if rate:
                    now_s = self._loop.time()
                    paced_ms = max(paced_ms, heap.now_ms) + (now_s - seen_s) * 1000 * rate
                    target_ms, seen_s = min(end_ms, int(paced_ms)), now_s
                for _ in range(SLICE_EVENTS):
                    if until():
                        return True
                    if not heap.run_next(target_ms):
                        break
                else:
                    await asyncio.sleep(0)
                    continue
                heap.run_until(target_ms)
                if target_ms >= end_ms:
                    return until()
                await asyncio.sleep(TICK_S)
        finally:
            self._ask_turn()

    async def begin_running(self, rate: float) -> None:
        """Let time pass by itself until `stop_running`. Raises Failed when it does already."""
        if self._running is not None:
            raise Failed("time passes by itself already")
        self._running = self._loop.create_task(self.run(FOR_EVER_MS, rate=rate))

    async def stop_running(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running

    def _ask_turn(self) -> None:
        if not self._turn_asked:
            self._turn_asked = True
            self._loop.call_soon(self._turn)

    def _turn(self) -> None:
        """Run what is due now."""
        self._turn_asked = False
        if self._is_closed or self._surprise is not None:
            return
        try:
            self.heap.run_until(self.heap.now_ms)
        except Exception as surprise:  # told to whoever asks next: nobody waits for this turn
            self._surprise = surprise
            self._front.close()

    def _check(self) -> None:
        if self._surprise is not None:
            raise self._surprise

    # --- requests -----------------------------------------------------------------------------

    async def ask(self, request: Request, route: Route) -> Answer:
        """The administrator's request, answered without letting time pass. Raises Refused."""
        self._check()
        entrance = self._front.entrance
        if entrance is None:
            raise Refused(0, {"message": SILENT})
        answers: list[Answer] = []
        entrance.handle(request, route, Credentials(peer=ADMIN), answers.append)
        self.heap.run_until(self.heap.now_ms)
        if not answers:
            raise Refused(0, {"message": SILENT})
        return answers[0]

    async def log_files(self) -> dict[str, bytes]:
        """The log's files by name."""
        disk = self.simulation.simulation.disk("apiserver", "store")
        return {name: disk.read(name) for name in disk.names()}

    async def digest(self) -> str:
        return self.simulation.digest()

    # --- what happens -------------------------------------------------------------------------

    def _on_api(self, server: ApiServer | None) -> None:
        if server is not self.api:
            self._front.live(server)
            if server is not None:
                server.store.on_commit(self._on_commit)

    def _on_commit(self, changes: list[Change]) -> None:
        for change in changes:
            if not change.key.startswith(HEARTBEATS):
                self.changed_ms = self.heap.now_ms
                self.last_change = f"{change.type} {change.key} by {change.author}"


@contextlib.contextmanager
def _all_kept() -> Iterator[None]:
    """No garbage collection meanwhile: nothing becomes garbage, and one takes longer than all."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
