"""The controller manager: one process, one connection, one cache, many controllers.

Each controller begins as soon as everything that it reads is cached and the Lease is ours. It acts
as its own service account in kube-system, so that the log names it as author and RBAC gives it only
its own rights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from tuik8s.api.types import Object
from tuik8s.bus.client import Client, told
from tuik8s.bus.clone import Change as BusChange
from tuik8s.bus.leader import LeaderElection
from tuik8s.components.base import Component, Host
from tuik8s.components.controllers.base import Change, ControllersConfig, Reconciler
from tuik8s.components.controllers.cache import Cache
from tuik8s.components.controllers.parts.kinds import (
    CRDS,
    EVENTS,
    builtin_resources,
    custom_resource,
)
from tuik8s.components.controllers.process import ControllerLoop
from tuik8s.components.controllers.registry import reconcilers

IDENTITY = "system:kube-controller-manager"
LEASE = "kube-controller-manager"
ACCOUNTS = "serviceaccounts"
ACCOUNT_MAKER = "serviceaccount"


class Controllers:
    """See the module's text."""

    name = "controller-manager"

    def __init__(self, host: Host, members: Sequence[Reconciler]) -> None:
        self._host = host
        self._world = host.world
        self._client = Client(host.world, host.dial(IDENTITY), lean=True)
        self._cache = Cache(self._client, self._on_change, self._begin)
        self._loops = [
            ControllerLoop(host.world, self._client, self._cache, member) for member in members
        ]
        self._leader = LeaderElection(
            host.world, self._client, LEASE, LEASE, self._begin, self._stop
        )
        self._waiting = list(self._loops)
        self._is_ready = False
        self._needed: tuple[str, ...] = ()
        self._of_everything = [loop for loop in self._loops if loop.sees_everything]
        self._by_resource: dict[str, list[ControllerLoop]] = {}
        for loop in self._loops:
            if not loop.sees_everything:
                for resource in loop.resources:
                    self._by_resource.setdefault(resource, []).append(loop)

    def start(self) -> None:
        needed = dict.fromkeys(resource for loop in self._loops for resource in loop.resources)
        if self._of_everything:
            served = (s.resource for s in builtin_resources() if s.resource != EVENTS)
            needed.update(dict.fromkeys([CRDS, *served]))
        self._needed = tuple(needed)
        for resource in self._needed:
            self._cache.follow(resource)
        self._leader.start()

    def statistics(self) -> Mapping[str, int]:
        counts = told([self._client])
        for loop in self._loops:
            for name, value in loop.statistics().items():
                counts[f"{loop.name}.{name}"] = value
        return counts

    def _on_change(self, change: BusChange) -> None:
        resource = change.key.resource
        seen = Change(resource, change.old, change.new)
        if resource == CRDS and change.new is not None and self._of_everything:
            self._follow_custom(change.new)
        for loop in (*self._by_resource.get(resource, ()), *self._of_everything):
            loop.on_change(seen, change.revision)
        if resource == ACCOUNTS:
            self._say_ready()

    def _follow_custom(self, crd: Object) -> None:
        """Objects of a CustomResourceDefinition have owners and namespaces like all others."""
        served = custom_resource(crd)
        if served is not None:
            resource = served.resource
            self._world.call_soon(partial(self._cache.follow, resource))

    def _stop(self) -> None:
        """The Lease is lost: leave everything alone until it is ours again."""
        for loop in self._loops:
            loop.stop()
        self._waiting = list(self._loops)

    def _begin(self) -> None:
        """Begin those controllers that may."""
        if not self._leader.is_leader:
            return
        still = []
        for loop in self._waiting:
            needed = self._needed if loop.sees_everything else loop.resources
            if all(self._cache.synced(resource) for resource in needed):
                self._world.log.info("Started controller", controller=loop.name)
                loop.begin()
            else:
                still.append(loop)
        self._waiting = still
        self._say_ready()

    def _say_ready(self) -> None:
        """Once pods can be made: all controllers run, and the first service account is there."""
        if self._is_ready or self._waiting:
            return
        makes_accounts = any(loop.name == ACCOUNT_MAKER for loop in self._loops)
        if makes_accounts and self._cache.get(ACCOUNTS, "default", "default") is None:
            return
        self._is_ready = True
        self._host.ready(controllers=len(self._loops))


def build(host: Host, config: ControllersConfig) -> Component:
    """The controller manager with the controllers that the configuration enables."""
    return Controllers(host, reconcilers(config))
