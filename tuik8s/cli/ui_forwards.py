"""The dashboard's port-forwards: kept in its process, on its loop, until it is left."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tuik8s.cli.forwards import LocalForward
from tuik8s.components.supervisor.directory import DataDirectory, Refusal
from tuik8s.ui.control import Unable
from tuik8s.ui.forwarding import Forwarded

HOST = "127.0.0.1"


class Forwards:
    """All of one dashboard. directory: of the cluster, None where nothing may be opened."""

    def __init__(self, directory: DataDirectory | None) -> None:
        self._directory = directory
        self._open: list[LocalForward] = []
        self._beginning: set[asyncio.Task[None]] = set()

    def there(self) -> list[Forwarded]:
        return list(self._open)

    def begin(
        self,
        namespace: str,
        target: str,
        port: str,
        local_port: int,
        done: Callable[[Forwarded | str], None],
    ) -> None:
        """See `Machine.forward`. Raises Unable."""
        if self._directory is None:
            raise Unable("ports are forwarded to this machine, not to a browser")
        running = self._directory.read_running()
        if running is None:
            raise Unable("the cluster does not run")
        forward = LocalForward(running, namespace, target, port)

        async def listen() -> None:
            try:
                await forward.listen(HOST, local_port)
            except Refusal as refusal:
                done(str(refusal))
                return
            self._open.append(forward)
            done(forward)

        task = asyncio.get_running_loop().create_task(listen())
        self._beginning.add(task)
        task.add_done_callback(self._beginning.discard)

    def stop(self, forwarded: Forwarded) -> None:
        for forward in [each for each in self._open if each is forwarded]:
            forward.close()
            self._open.remove(forward)

    def close(self) -> None:
        for task in self._beginning:
            task.cancel()
        for forward in self._open:
            forward.close()
        self._open.clear()
