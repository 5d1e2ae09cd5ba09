"""The live process around components: their worlds, data-plane network, and ends of the bus."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from tuik8s.bus.zeromq import BusAddress, ZeroMqClient, ZeroMqServer
from tuik8s.bus.zeromq_curve import ClientKeys, ServerKeys
from tuik8s.bus.zeromq_socket import Context
from tuik8s.world.base import Disk, World
from tuik8s.world.live import LiveDriver, LiveWorld
from tuik8s.world.live_network import LiveNetwork
from tuik8s.world.network import Network
from tuik8s.world.virtual import VirtualAddresses

OnReady = Callable[[str, Mapping[str, object]], None]


def _ignore_ready(party: str, facts: Mapping[str, object]) -> None:
    """Nobody waits for the parties of this process."""


class LiveProcess:
    """What the parties of one process share. Make it after the fork: ZeroMQ does not survive one.

    bus: where the server is; also: further addresses where this process, if it is the server's,
    listens (tcp). keys: this client's, for tcp; server_keys: the server's. on_ready: called with
    party and facts when a component says that it does its work. virtual_directory: where addresses
    that no interface has are Unix sockets.
    """

    def __init__(
        self,
        driver: LiveDriver,
        bus: BusAddress,
        *,
        also: tuple[BusAddress, ...] = (),
        keys: ClientKeys | None = None,
        server_keys: ServerKeys | None = None,
        allow_any_address: bool = False,
        virtual_directory: Path | None = None,
        on_ready: OnReady = _ignore_ready,
    ) -> None:
        self.driver = driver
        if virtual_directory is not None:
            driver.virtual = VirtualAddresses(virtual_directory)
        self.bus = bus
        self.also = also
        self.keys = keys
        self.server_keys = server_keys
        self.allow_any_address = allow_any_address
        self.on_ready = on_ready
        self.context = Context()

    def host(
        self, party: str, directory: str | Path, disks: Mapping[str, Disk] | None = None
    ) -> LiveHost:
        """The host of one party, with its disks below directory, but for those given by name."""
        return LiveHost(self, party, directory, disks)

    def close(self) -> None:
        """Drop what is still unsent after a moment, and end."""
        self.driver.close()
        self.context.destroy(linger=100)


class LiveHost:
    """See `components.base.Host`."""

    def __init__(
        self,
        process: LiveProcess,
        party: str,
        directory: str | Path,
        disks: Mapping[str, Disk] | None = None,
    ) -> None:
        self._process = process
        self.world: World = LiveWorld(party, process.driver, directory, disks)
        self.network: Network = LiveNetwork(
            process.driver, self.world, allow_any_address=process.allow_any_address
        )

    def dial(self, identity: str) -> ZeroMqClient:
        process = self._process
        return ZeroMqClient(
            process.driver, process.context, process.bus, self.world.party, identity, process.keys
        )

    def ready(self, **facts: object) -> None:
        self._process.on_ready(self.world.party, facts)

    def serve(self) -> ZeroMqServer:
        process = self._process
        addresses = (process.bus, *process.also)
        return ZeroMqServer(process.driver, process.context, addresses, process.server_keys)
