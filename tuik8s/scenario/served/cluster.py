"""The cluster in a test's hands: its clock, its objects, its faults, and the kubeconfig of its API.

    cluster.apply("shop.yaml")
    cluster.wait(available="deployment/frontend")
    with cluster.fault("node-stop", "node/node-2"):
        cluster.advance("6m")

Durations are texts such as `30s`, `5m`, `1h30m`. Calls may come from any thread and block it: an
asyncio test whose loop must go on says `await asyncio.to_thread(cluster.wait, ...)`.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from tuik8s.api.times import parse_duration
from tuik8s.api.types import Object
from tuik8s.components.chaos.crd import GROUP
from tuik8s.components.supervisor.directory import DataDirectory
from tuik8s.config import ClusterConfig
from tuik8s.scenario.conditions import CONDITIONS, holds_of
from tuik8s.scenario.expressions import Expression, context_of
from tuik8s.scenario.names import ObjectName
from tuik8s.scenario.served.authority import HOST, authority
from tuik8s.scenario.served.failures import Failed, Refused
from tuik8s.scenario.served.hosted import Hosted
from tuik8s.scenario.served.objects import DEFAULT, Objects
from tuik8s.scenario.served.requests import parse_name, told
from tuik8s.scenario.served.thread import background
from tuik8s.scenario.state import State

CLIENTS_RATE = 10.0
"""Simulated seconds in a real one while a client watches: it needs the time to react."""
FAULT_WITHIN = "30s"
IN_FORCE_AFTER = "10ms"
"""A fault counts once its status is stored: chaos hears of that, then does it."""


class Cluster(Objects):
    """See the module's text. Close it when done.

    server: URL of the API. kubeconfig: the file with which any client reaches it, as administrator.
    Errors: Failed (an assertion) when what was waited for did not come about.
    """

    def __init__(self, directory: Path, config: ClusterConfig | None = None, seed: int = 0) -> None:
        self.config = config or ClusterConfig()
        self.seed = seed

        async def open_() -> tuple[Hosted, int]:
            hosted = Hosted(self.config, seed)
            return hosted, await hosted.listen()

        self._hosted, port = background().call(open_())
        self.server = f"https://{HOST}:{port}"
        self.kubeconfig = directory / "kubeconfig"
        authority().write_kubeconfig(self.kubeconfig, self.server)

    def close(self) -> None:
        """End the cluster; its address answers no more."""
        self._call(self._hosted.close())

    def reset(self) -> None:
        """Back to the state when just started, clock and all; clients' connections are cut."""
        self._call(self._hosted.reset())

    def save_log(self, directory: Path) -> Path:
        """Write the log as a data directory, for `tuik8s ... --data DIR`; returns directory."""
        data = DataDirectory(directory)
        data.log.mkdir(parents=True, exist_ok=True)
        data.write_config(self._hosted.simulation.config)
        for name, content in self._call(self._hosted.log_files()).items():
            (data.log / name).write_bytes(content)
        return directory

    def digest(self) -> str:
        """The digest of the log: equal for equal seeds and equal requests at equal times."""
        return self._call(self._hosted.digest())

    @property
    def watches(self) -> int:
        """How many watches clients hold over HTTPS: an operator that has one is at work."""
        return self._hosted.watches

    # --- time ---------------------------------------------------------------------------------

    @property
    def now(self) -> datetime.datetime:
        """The cluster's time; it begins with 2026 and stands unless told to pass."""
        return datetime.datetime.fromtimestamp(self._hosted.heap.now_ms / 1000, datetime.UTC)

    def advance(self, duration: str, *, rate: float = 0) -> None:
        """Let so much time pass. rate: at most so many seconds in a real one; 0 jumps."""
        self._call(self._hosted.run(parse_duration(duration), rate=rate))

    def settle(self, *, quiet: str = "5s", within: str = "10m", rate: float | None = None) -> None:
        """Let time pass until the cluster is at rest: for `quiet`, nothing but heartbeats.

        rate: see `wait`. Raises Failed when it is still changing after `within`.
        """
        __tracebackhide__ = True
        hosted, quiet_ms, begin_ms = self._hosted, parse_duration(quiet), self._hosted.heap.now_ms

        def rests() -> bool:
            return hosted.heap.now_ms - max(begin_ms, hosted.changed_ms) >= quiet_ms

        if not self._run(rests, within, rate):
            raise Failed(f"not at rest within {within}; the last change: {hosted.last_change}")

    def wait(
        self,
        holds: Callable[[], bool] | None = None,
        *,
        within: str = "60s",
        rate: float | None = None,
        namespace: str = DEFAULT,
        **condition: str,
    ) -> None:
        """Let time pass until something holds, at most `within`.

            wait(available="deployment/web")      any word of scenario.conditions
            wait(expr="pods('app=web').all(p, p.status.phase == 'Running')")
            wait(lambda: my_client_sees_it())     asked whenever something was written

        rate: simulated seconds in a real one at most. As it is, 10 while a client watches over
        HTTPS, so that it can react, else the clock jumps. Raises Failed, saying what there is.
        """
        __tracebackhide__ = True
        if (holds is None) is not (len(condition) == 1):
            raise ValueError(f"wait for one thing: a callable, {', '.join(CONDITIONS)} or expr")
        if holds is not None:
            self._wait_for(holds, within, rate)
            return
        ((word, text),) = condition.items()
        if word == "expr":
            self._wait_for_expression(Expression(text), within, rate)
        elif word in CONDITIONS:
            self._wait_for_object(word, parse_name(text, namespace), within, rate)
        else:
            raise ValueError(f"no condition {word!r}; there are: {', '.join(CONDITIONS)}, expr")

    @contextmanager
    def running(self, rate: float = CLIENTS_RATE) -> Iterator[None]:
        """Time passes by itself inside, rate seconds in a real one: for clients that wait.

        with cluster.running():
            subprocess.run(["kubectl", "rollout", "status", "deployment/web"], check=True)
        """
        self._call(self._hosted.begin_running(rate))
        try:
            yield
        finally:
            self._call(self._hosted.stop_running())

    def _run(self, until: Callable[[], bool], within: str | int, rate: float | None = None) -> bool:
        limit_ms = parse_duration(within) if isinstance(within, str) else within
        if rate is None:
            rate = CLIENTS_RATE if self._hosted.watches else 0
        return self._call(self._hosted.run(limit_ms, until, rate))

    def _wait_for(self, holds: Callable[[], bool], within: str, rate: float | None) -> None:
        """holds is asked in the test's own thread, where it may ask the cluster things."""
        __tracebackhide__ = True
        hosted = self._hosted
        end_ms = hosted.heap.now_ms + parse_duration(within)
        while not holds():
            if hosted.heap.now_ms >= end_ms:
                raise Failed(f"did not come to hold within {within}")
            seen = hosted.revision
            self._run(partial(hosted.has_grown, seen), end_ms - hosted.heap.now_ms, rate)

    def _wait_for_object(
        self, word: str, target: ObjectName, within: str, rate: float | None
    ) -> None:
        __tracebackhide__ = True
        found: Object | None = None

        def look(state: State) -> bool:
            nonlocal found
            found = state.get(*target[::2], target.namespace)
            return holds_of(word, found)

        if not self._run(self._whenever_written(look), within, rate):
            raise Failed(f"wait {word} {target}: not within {within}; {told(target, found)}")

    def _wait_for_expression(self, expression: Expression, within: str, rate: float | None) -> None:
        __tracebackhide__ = True

        def look(state: State) -> bool:
            return expression.holds(context_of(state, lambda: self._hosted.heap.now_ms))

        if not self._run(self._whenever_written(look), within, rate):
            raise Failed(f"wait {expression.text}: not within {within}")

    def _whenever_written(self, look: Callable[[State], bool]) -> Callable[[], bool]:
        """Ask look only when the log has grown, and the API server lives."""
        hosted, asked = self._hosted, -1
        state: State | None = None

        def holds() -> bool:
            nonlocal asked, state
            api = hosted.api
            if api is None or hosted.revision == asked:
                return False
            asked = hosted.revision
            if state is None or not state.is_of(api):
                state = State(api)
            return look(state)

        return holds

    # --- faults -------------------------------------------------------------------------------

    @contextmanager
    def fault(self, action: str, target: str, *, name: str = "", **spec: Any) -> Iterator[str]:
        """Something is broken inside, and healed after; gives the fault's name.

        spec: further fields of the Fault, such as delay="200ms", percent=20, for_="10m". Some
        milliseconds pass until it is in force. Raises Refused when it cannot be.
        """
        meta = {"name": name} if name else {"generateName": f"{action}-"}
        fields = {key.rstrip("_"): value for key, value in spec.items()}
        body = {"action": action, "target": target, **fields}
        fault = {"apiVersion": f"{GROUP}/v1", "kind": "Fault", "metadata": meta, "spec": body}
        name = self.create(fault)["metadata"]["name"]
        try:
            self._take_up(name)
            yield name
        finally:
            self.heal(name)

    def heal(self, name: str = "") -> None:
        """Heal a fault, or all of them, and wait until it is undone."""
        self._run(lambda: self._hosted.api is not None, FAULT_WITHIN, 0)
        names = [name] if name else [each["metadata"]["name"] for each in self.list("faults")]
        for each in names:
            try:
                self.delete(f"fault/{each}")
            except Refused as refused:
                if refused.code != 404:
                    raise
            self.wait(gone=f"fault/{each}", within=FAULT_WITHIN, rate=0)

    def _take_up(self, name: str) -> None:
        status: Object = {}

        def look(state: State) -> bool:
            nonlocal status
            status = (state.get("fault", name) or {}).get("status") or {}
            return bool(status.get("phase"))

        holds = self._whenever_written(look)
        if not self._run(lambda: self._hosted.api is None or holds(), FAULT_WITHIN, 0):
            raise Failed(f"fault {name} was not taken up within {FAULT_WITHIN}")
        if status.get("phase") == "Refused":
            raise Refused(422, {"message": status.get("message", ""), "reason": "Invalid"})
        self.advance(IN_FORCE_AFTER)
