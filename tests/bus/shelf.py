"""The smallest API that can stand behind the bus: objects on a shelf, a revision, a publisher."""

from __future__ import annotations

from tuik8s.api.types import Key, Object, Reply, Request, resource_id
from tuik8s.bus.base import ServerTransport
from tuik8s.bus.client import object_of
from tuik8s.bus.frames import encode
from tuik8s.bus.publisher import Publisher
from tuik8s.bus.server import BusServer, Respond
from tuik8s.bus.topics import partition_of
from tuik8s.world.base import World


class Shelf:
    """What outlives the process: objects and revision."""

    def __init__(self) -> None:
        self.objects: dict[Key, bytes] = {}
        self.revision = 0

    def state(self, resource: str = "pods", partition: str = "") -> dict[tuple[str, str], bytes]:
        return {
            (key.namespace, key.name): data
            for key, data in self.objects.items()
            if key.resource == resource
            and (not partition or partition_of(resource, key.name, data) == partition)
        }


class ShelfServer:
    """The process: publisher, request door, and five verbs."""

    def __init__(self, world: World, transport: ServerTransport, shelf: Shelf) -> None:
        self.shelf = shelf
        self.handled: list[tuple[str, Request]] = []
        self.publisher = Publisher(world, transport)
        self.server = BusServer(world, transport, self.handle)
        self.publisher.start(shelf.revision)

    def handle(self, user: str, request: Request, respond: Respond) -> None:
        self.handled.append((user, request))
        resource = resource_id(request.group, request.resource)
        key = Key(resource, request.namespace, request.name)
        if request.verb == "list":
            respond(self._list(resource, request))
        elif request.verb == "get":
            data = self.shelf.objects.get(key)
            respond(Reply(code=404) if data is None else Reply(code=200, objects=(data,)))
        elif request.verb == "delete":
            respond(self.delete(key))
        else:
            respond(self.put(resource, object_of(request.body), user))

    def put(self, resource: str, obj: Object, author: str = "test") -> Reply:
        meta = obj["metadata"]
        key = Key(resource, meta.get("namespace", ""), meta["name"])
        self.shelf.revision += 1
        meta["resourceVersion"] = str(self.shelf.revision)
        before = self.shelf.objects.get(key)
        data = self.shelf.objects[key] = encode(obj)
        self.publisher.publish(
            key,
            "ADDED" if before is None else "MODIFIED",
            self.shelf.revision,
            data,
            partition=partition_of(resource, key.name, data),
            old_partition="" if before is None else partition_of(resource, key.name, before),
            author=author,
        )
        return Reply(code=201, revision=self.shelf.revision, objects=(data,))

    def delete(self, key: Key) -> Reply:
        data = self.shelf.objects.pop(key, None)
        if data is None:
            return Reply(code=404)
        self.shelf.revision += 1
        partition = partition_of(key.resource, key.name, data)
        self.publisher.publish(key, "DELETED", self.shelf.revision, data, partition=partition)
        return Reply(code=200, revision=self.shelf.revision, objects=(data,))

    def _list(self, resource: str, request: Request) -> Reply:
        stream = request.query["stream"][0]
        epoch, sequence = self.publisher.position(stream)
        state = self.shelf.state(resource, stream.rstrip("/").partition("/")[2])
        return Reply(
            code=200,
            revision=self.shelf.revision,
            objects=tuple(state.values()),
            epoch=epoch,
            sequence=sequence,
        )


def pod(name: str, node: str = "", namespace: str = "shop", **labels: str) -> Object:
    """A small pod."""
    meta: Object = {"name": name, "namespace": namespace}
    if labels:
        meta["labels"] = labels
    return {"metadata": meta, "spec": {"nodeName": node} if node else {}}
