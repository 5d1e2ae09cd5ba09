"""The API server as a component: store, core, pipeline and the bus door, on the world of a host.

The HTTP door is opened by the process that the component lives in (`live.py`); in a simulated
world there is none, and everybody speaks through the bus.
"""

from __future__ import annotations

from collections.abc import Mapping

from tuik8s.api.kinds.registry import builtin
from tuik8s.components.apiserver import bootstrap, computed
from tuik8s.components.apiserver.bus_door import BusDoor
from tuik8s.components.apiserver.config import ApiServerConfig
from tuik8s.components.apiserver.core import Core
from tuik8s.components.apiserver.customresources.definitions import Definitions
from tuik8s.components.apiserver.flow_schemas import FlowSchemas
from tuik8s.components.apiserver.objects import last_state
from tuik8s.components.apiserver.performers import simulated_performers
from tuik8s.components.apiserver.pipeline import Pipeline
from tuik8s.components.base import Host
from tuik8s.components.store.options import StoreOptions
from tuik8s.components.store.store import Store
from tuik8s.world.base import Disk


class ApiServer:
    """One API server. `store` and `kinds` may be read by those who look at a whole cluster.

    disk: where the log is, when not on the host's own disk.
    """

    name = "apiserver"

    def __init__(self, host: Host, config: ApiServerConfig, disk: Disk | None = None) -> None:
        world = host.world
        self._host = host
        self.config = config
        options = StoreOptions(history_ms=config.history_ms, read_only=config.read_only)
        self.store = Store(world, disk or world.disk("store"), options, last_state)
        self.kinds = builtin()
        for kind in computed.kinds_of(config):
            self.kinds.add(kind)
        self.core = Core(world, self.store, self.kinds, config)
        self.pipeline = Pipeline(self.core)
        self.core.performers.update(simulated_performers(host.network))
        self.definitions = Definitions(self.pipeline)
        self.flow_schemas = FlowSchemas(self.core)
        self.bus: BusDoor | None = None

    def start(self) -> None:
        """Read the log, then open the bus and create what a cluster always has."""
        recovery = self.store.open()
        self.core.world.log.info(
            "Store opened", revision=recovery.revision, keys=recovery.keys, torn=recovery.torn_bytes
        )
        self.core.start()
        self.definitions.start()
        self.flow_schemas.start()
        self.bus = BusDoor(self.pipeline, self._host.serve())
        self.bus.start()
        if not self.config.read_only:
            bootstrap.create_missing(self.pipeline)
        self.store.when_durable(lambda: self._host.ready(revision=self.store.revision))

    def statistics(self) -> Mapping[str, int]:
        """Counters of requests, watches, revisions; `bus.` and `store.`: of these."""
        bus = self.bus.statistics() if self.bus is not None else {}
        return {
            "requests": self.pipeline.requests_count,
            "faults": self.pipeline.faults_count,
            "watches": self.core.hub.count,
            "encoded": self.core.objects.encodings.encoded_count,
            "revision": self.store.revision,
            **{f"bus.{name}": value for name, value in bus.items()},
            **{f"store.{name}": value for name, value in self.store.statistics().items()},
        }


def build(host: Host, config: ApiServerConfig) -> ApiServer:
    """The component of a process."""
    return ApiServer(host, config)
