"""The state that every handler works on: store, kinds, policies, and the parts built on them."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from tuik8s.api.errors import FieldError
from tuik8s.api.kinds.registry import KindRegistry
from tuik8s.api.openapi.documents import Documents
from tuik8s.api.types import Object
from tuik8s.components.apiserver.admission.registry import Admission, plugins
from tuik8s.components.apiserver.allocators import IDENTITY, Allocators
from tuik8s.components.apiserver.authentication.registry import Authentication, authenticators
from tuik8s.components.apiserver.authorization.base import Attributes
from tuik8s.components.apiserver.authorization.rbac import Rbac
from tuik8s.components.apiserver.authorization.registry import Authorization, authorizers
from tuik8s.components.apiserver.config import ApiServerConfig
from tuik8s.components.apiserver.decoding import Bodies
from tuik8s.components.apiserver.disturbances import Disturbances
from tuik8s.components.apiserver.effects import Dial, Effect, Fetched, Pause, Settle, Together
from tuik8s.components.apiserver.objects import Objects, decode_msgpack, storage_of
from tuik8s.components.apiserver.routes import Routes
from tuik8s.components.apiserver.service_tokens import TokenSigner
from tuik8s.components.apiserver.strategies import Strategy, require_valid
from tuik8s.components.apiserver.summaries import Summaries
from tuik8s.components.apiserver.telemetry import Telemetry
from tuik8s.components.apiserver.watching import Hub
from tuik8s.components.store.store import Store
from tuik8s.components.store.types import Change, Entry

if TYPE_CHECKING:
    from tuik8s.api.kinds.base import Kind
    from tuik8s.components.apiserver.call import Call, Outcome
    from tuik8s.components.apiserver.subresources.scale import ScalePaths
    from tuik8s.world.base import World

Perform = Callable[[Any, Callable[[Any], None]], None]
"""(effect, resume): carry the effect out and call resume with its result."""
_NO_CONNECTIONS: Final = (
    "in simulated time there are requests and no connections; a cluster of `tuik8s up` has them"
)
_LOOPBACK: Final = "may not be in the loopback range"


class StoreReader:
    """Objects by resource id, for policies (see `authorization.base.Reader`)."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._generations: dict[str, int] = {}
        self._followers: dict[str, list[Callable[[str, str], None]]] = {}
        store.on_commit(self._count)

    def get(self, resource: str, namespace: str, name: str) -> Object | None:
        entry = self._store.get(f"{resource}/{namespace}/{name}")
        return None if entry is None else decode_msgpack(entry.value)

    def list_(self, resource: str, namespace: str = "") -> list[Object]:
        prefix = f"{resource}/{namespace}/" if namespace else f"{resource}/"
        return [decode_msgpack(entry.value) for entry in self._store.range(prefix).entries]

    def generation(self, resource: str) -> int:
        return self._generations.get(resource, 0)

    def follow(self, resource: str, on_change: Callable[[str, str], None]) -> None:
        self._followers.setdefault(resource, []).append(on_change)

    def _count(self, changes: list[Change]) -> None:
        for change in changes:
            resource, namespace, name = change.key.split("/", 2)
            self._generations[resource] = change.revision
            for on_change in self._followers.get(resource, ()):
                on_change(namespace, name)


class Core:
    """Everything behind the doors. `kinds` may grow at run time.

    terminating: resource ids whose definition waits for its last instances.
    """

    def __init__(
        self, world: World, store: Store, kinds: KindRegistry, config: ApiServerConfig
    ) -> None:
        self.world = world
        self.store = store
        self.kinds = kinds
        self.config = config
        self.rng = world.rng("apiserver")
        self.objects = Objects(store, config.limits)
        self.reader = StoreReader(store)
        self.routes = Routes(kinds)
        self.bodies = Bodies(kinds)
        self.signer = TokenSigner(config, world.disk("keys"))
        self.authentication = Authentication(authenticators(config, self.signer, self.reader))
        self.rbac = Rbac(self.reader)
        self.authorization = Authorization(authorizers(self.reader, self.rbac))
        self.admission = Admission(plugins(self))
        self.allocators = Allocators(self.objects, kinds, config, world.rng("allocators"))
        self.openapi = Documents(kinds)
        self.hub = Hub(world, store, self.objects, config.limits)
        self._on_loopback = ipaddress.ip_network(config.pod_cidr).is_loopback
        self.telemetry = Telemetry()
        self.disturbances = Disturbances(world)
        self.scale_paths: dict[str, ScalePaths] = {}
        self.terminating: set[str] = set()
        self.summaries = Summaries()
        self.performers: dict[type, Perform] = {}
        self.connect: Callable[[Call, Object], Outcome] | None = None
        self._strategies: dict[tuple[str, str], Strategy] = {}

    def start(self) -> None:
        """The store was opened: take what its objects hold."""
        self.allocators.rebuild()

    def perform_effect(self, effect: Effect, resume: Callable[[Any], None]) -> None:
        """Carry an effect out and call resume with its result, now or later."""
        if isinstance(effect, Pause):
            self.world.call_after(effect.delay_ms, lambda: resume(None))
            return
        if isinstance(effect, Settle):
            self.store.when_durable(lambda: resume(None), lambda full: resume(None))
            return
        if isinstance(effect, Together):
            self._perform_together(effect, resume)
            return
        perform = self.performers.get(type(effect))
        if perform is None:
            why = "no kubelet runs here" if self.config.read_only else "no network"
            resume(_NO_CONNECTIONS if isinstance(effect, Dial) else Fetched(0, error=why))
        else:
            perform(effect, resume)

    def _perform_together(self, effect: Together, resume: Callable[[Any], None]) -> None:
        results: dict[int, Any] = {}
        count = len(effect.effects)

        def take(index: int, result: Any) -> None:
            results[index] = result
            if len(results) == count:
                resume([results[i] for i in range(count)])

        for index, each in enumerate(effect.effects):
            self.perform_effect(each, partial(take, index))
        if not count:
            resume([])

    def forget_lost(self) -> None:
        """Writes were taken back, for want of room: their revisions will mean something else."""
        self.objects.encodings.forget_after(self.store.revision)
        self.allocators.rebuild()

    def strategy(self, kind: Kind) -> Strategy:
        """The strategy of a kind's main resource."""
        key = (kind.resource, kind.version)
        found = self._strategies.get(key)
        if found is None or found.kind is not kind:
            found = self._strategies[key] = Strategy(kind)
        return found

    def ttl_ms(self, kind: Kind) -> int:
        """How long an object lives by itself; 0 for ever. Events go after an hour."""
        return self.config.event_ttl_ms if storage_of(kind) == "events" else 0

    def delete_now(self, call: Call, entry: Entry) -> None:
        """Remove an object for good."""
        self.objects.remove(entry, call.user.name, call.request.cause)

    def require_valid(self, call: Call, obj: Object, errors: list[FieldError]) -> None:
        """Raise ApiError (422) when there are errors that count here.

        Upstream refuses loopback addresses in Endpoints. Pods of a cluster that lives on loopback
        addresses have no others, and neither has the server itself.
        """
        if errors and (self._on_loopback or call.user.name == IDENTITY):
            errors = [error for error in errors if _LOOPBACK not in error.text]
        require_valid(call.kind, obj, errors)

    def attributes_of(self, call: Call, verb: str) -> Attributes:
        """What a request asks for, with another verb (create by update)."""
        request = call.request
        return Attributes(
            user=call.user,
            verb=verb,
            group=request.group,
            version=request.version,
            resource=request.resource,
            namespace=request.namespace,
            name=request.name,
        )
