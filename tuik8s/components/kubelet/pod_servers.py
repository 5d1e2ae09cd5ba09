"""Answers on the pods' own addresses: one listener per port that a running container declares."""

from __future__ import annotations

from collections.abc import Callable

from tuik8s.components.kubelet.pod_life import PodLife
from tuik8s.components.kubelet.runtimes.base import Runtime
from tuik8s.world.base import World
from tuik8s.world.network import (
    Address,
    AddressTaken,
    Answering,
    Forwarding,
    HttpAnswer,
    HttpRequest,
    Listener,
    Network,
)


class PodServers:
    """All listeners of the pods of one process, by pod and port."""

    def __init__(self, world: World, network: Network, runtime: Runtime) -> None:
        self._world = world
        self._network = network
        self._runtime = runtime
        self._open: dict[str, dict[Address, tuple[str, Listener]]] = {}

    def sync(self, life: PodLife) -> None:
        """Listen on what the pod's running containers declare, and on nothing else."""
        wanted = {address: c.id for address, c in life.listens.items()}
        have = self._open.setdefault(life.uid, {})
        for address in [a for a, (owner, _) in have.items() if wanted.get(a) != owner]:
            have.pop(address)[1].close()
        for address, container_id in wanted.items():
            if address not in have:
                self._listen(have, life, address, container_id)
        if not have:
            del self._open[life.uid]

    def reached(self, life: PodLife, port: int) -> tuple[Address, bool] | None:
        """Where a port of a pod really is, and whether that is an address of the machine itself."""
        for container in life.containers:
            real = self._runtime.address_of(container.id) if container.is_running else ""
            if real:
                return Address(real, port), True
        entry = self._open.get(life.uid, {}).get(Address(life.ip, port))
        return None if entry is None else (entry[1].address, False)

    def close(self, uid: str) -> None:
        for _, listener in self._open.pop(uid, {}).values():
            listener.close()

    def __len__(self) -> int:
        return sum(len(ports) for ports in self._open.values())

    def _listen(
        self,
        have: dict[Address, tuple[str, Listener]],
        life: PodLife,
        address: Address,
        container_id: str,
    ) -> None:
        try:
            listener = self._network.listen(address, self._service(address, container_id))
        except AddressTaken as taken:
            self._world.log.warning(
                "Pod cannot listen", pod="/".join(life.key), address=str(address), why=str(taken)
            )
            return
        have[address] = (container_id, listener)

    def _service(self, address: Address, container_id: str) -> Answering | Forwarding:
        """Forward to a container that really runs, answer for one that does not."""
        real = self._runtime.address_of(container_id)
        if not real:
            return Answering(self._answer(container_id))
        target = (Address(real, address.port),)
        return Forwarding(
            route=lambda client: target,
            on_open=lambda client, reached: None,
            on_close=lambda client, reached, sent, received: None,
            on_failed=lambda client, refused: None,
            outside=True,
        )

    def _answer(self, container_id: str) -> Callable[[HttpRequest], HttpAnswer]:
        def answer(request: HttpRequest) -> HttpAnswer:
            return self._runtime.answer(container_id, request, self._world.now_ms())

        return answer
