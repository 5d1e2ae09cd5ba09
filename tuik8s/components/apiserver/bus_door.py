"""The bus door: requests of components into the same pipeline, and every change out as an event.

The peer's identity is its user. A list carries the place in its stream: the epoch and the number of
the last event before the snapshot, so that a clone knows which events come after it. Lists are
therefore read when nothing waits to become durable: then the snapshot and the stream agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tuik8s.api.types import Key, Reply, Request, resource_id
from tuik8s.bus.publisher import Publisher
from tuik8s.bus.server import BusServer, Respond, may_act_as
from tuik8s.bus.topics import PARTITION_FIELDS, UNBOUND, partition_of, stream_of
from tuik8s.components.apiserver.answers import Answer
from tuik8s.components.apiserver.authentication.base import Credentials
from tuik8s.components.apiserver.options import first
from tuik8s.components.apiserver.routes import Route
from tuik8s.components.apiserver.staleness import Delayed
from tuik8s.components.store.errors import NoSpace

if TYPE_CHECKING:
    from tuik8s.bus.base import ServerTransport
    from tuik8s.components.apiserver.pipeline import Pipeline
    from tuik8s.components.store.types import Change


_NODE = "system:node:"
_ACCOUNT = "system:serviceaccount:"


class BusDoor:
    """Serves one bus."""

    def __init__(self, pipeline: Pipeline, transport: ServerTransport) -> None:
        self._pipeline = pipeline
        self._core = pipeline.core
        world = self._core.world
        self.publisher = Publisher(world, transport)
        self.server = BusServer(world, transport, self._handle, allowed=self._may_act_as)
        self._late = Delayed(world, self._publish)
        self._core.store.on_commit(self._late)
        self._core.telemetry.tell = self.publisher.tell

    def _may_act_as(self, identity: str, user: str) -> bool:
        """Also a node as the service account of a pod that it runs.

        Upstream's kubelet gets such a pod a token, and what runs in it asks with that.
        """
        if may_act_as(identity, user):
            return True
        node, account = identity.removeprefix(_NODE), user.removeprefix(_ACCOUNT)
        if node == identity or account == user:
            return False
        namespace, _, name = account.partition(":")
        return any(
            pod["spec"].get("nodeName") == node and pod["spec"].get("serviceAccountName") == name
            for pod in self._core.reader.list_("pods", namespace)
        )

    def start(self) -> None:
        """Begin to tell of changes."""
        self.publisher.start(self._core.store.durable_revision)

    def statistics(self) -> Mapping[str, int]:
        return {**self.server.statistics(), **self.publisher.statistics()}

    def _handle(self, user: str, request: Request, respond: Respond) -> None:
        route = self._route(request)
        if request.verb == "list" and route.kind is not None:
            self._list_when_durable(user, request, route, respond)
            return
        self._pipeline.handle(
            request, route, Credentials(peer=user), lambda answer: respond(_reply(answer))
        )

    def _list_when_durable(
        self, user: str, request: Request, route: Route, respond: Respond
    ) -> None:
        """A full disk takes back what waits, and what is left is durable."""

        def lost(full: NoSpace) -> None:
            self._core.forget_lost()
            self._list(user, request, route, respond)

        self._core.store.when_durable(lambda: self._list(user, request, route, respond), lost)

    def _list(self, user: str, request: Request, route: Route, respond: Respond) -> None:
        def reply(answer: Answer) -> None:
            stream = first(request.query, "stream") or stream_of(
                resource_id(request.group, request.resource)
            )
            epoch, sequence = self.publisher.position(stream)
            respond(_reply(answer, epoch, sequence))

        self._pipeline.handle(request, route, Credentials(peer=user), reply)

    def _route(self, request: Request) -> Route:
        kinds = self._core.kinds
        if request.version:
            kind = kinds.lookup(request.group, request.version, request.resource)
        else:
            kind = kinds.by_resource(resource_id(request.group, request.resource))
        return Route(
            verb=request.verb,
            path=request.path,
            group=request.group,
            version=request.version,
            resource=request.resource,
            subresource=request.subresource,
            namespace=request.namespace,
            name=request.name,
            kind=kind,
            known_group=True,  # a refusal on the bus is a Status, never text
        )

    def _publish(self, changes: list[Change]) -> None:
        publish = self.publisher.publish
        for change in changes:
            resource, namespace, name = change.key.split("/", 2)
            partition, old_partition = UNBOUND, ""
            if resource in PARTITION_FIELDS:
                partition = partition_of(resource, name, change.value)
                if change.previous is not None:
                    old_partition = partition_of(resource, name, change.previous)
            publish(
                Key(resource, namespace, name),
                change.type,
                change.revision,
                change.value,
                partition=partition,
                old_partition=old_partition,
                author=change.author,
                cause=change.cause,
                at_ms=change.at_ms,
            )
        floor = self._late.floor
        if floor is not None:  # bookmarks vouch for what has been told, not for what is held
            self.publisher.revision = min(self.publisher.revision, floor)


def _reply(answer: Answer, epoch: str = "", sequence: int = 0) -> Reply:
    return Reply(
        code=answer.code,
        revision=answer.revision,
        warnings=answer.warnings,
        objects=answer.parts,
        epoch=epoch,
        sequence=sequence,
    )
