"""Static pods: pods of manifest files on the node, which the API only mirrors.

    manifests/NODE/*.yaml --poll--> pod NAME-NODE, run whatever the API says
                                        |
                                        '--> mirror pod in the API: shows it, cannot change it

A mirror that is deleted is made again; when its manifest goes, the pod ends and the mirror goes.

Source: k8s.io/kubernetes pkg/kubelet/config/{file,common}.go, pkg/kubelet/pod/mirror_client.go.
Differences: the hash is SHA-256 cut to upstream's 32 digits, over the file's text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from tuik8s.api.schema.decode import DecodeError, decode_json, decode_object
from tuik8s.api.schema.packed import load_kind
from tuik8s.api.schema.yaml_body import decode_yaml
from tuik8s.api.times import format_time
from tuik8s.api.types import Object, Reply
from tuik8s.bus.client import Client
from tuik8s.components.kubelet.config import KubeletConfig
from tuik8s.world.base import World

MIRROR = "kubernetes.io/config.mirror"
HASH = "kubernetes.io/config.hash"
SEEN = "kubernetes.io/config.seen"
SOURCE = "kubernetes.io/config.source"
_SUFFIXES = (".yaml", ".yml", ".json")
_Key = tuple[str, str]


def is_mirror(pod: Object) -> bool:
    return MIRROR in (pod["metadata"].get("annotations") or {})


class StaticPods:
    """Those of one node. begin and end start and stop a pod here, by its static uid."""

    def __init__(
        self,
        world: World,
        client: Client,
        node: str,
        config: KubeletConfig,
        begin: Callable[[Object], None],
        end: Callable[[str], None],
    ) -> None:
        self._world = world
        self._client = client
        self._node = node
        self._config = config
        self._begin = begin
        self._end = end
        self._owner: Object | None = None
        self._texts: dict[str, bytes] = {}
        self._pods: dict[_Key, Object] = {}
        self._mirrors: dict[_Key, Object] = {}
        self._under_way: dict[_Key, None] = {}

    def set_node(self, node: Object) -> None:
        """The node is registered: mirrors can be made, and belong to it."""
        meta = node["metadata"]
        is_first, self._owner = (
            self._owner is None,
            {
                "apiVersion": "v1",
                "kind": "Node",
                "name": meta["name"],
                "uid": meta["uid"],
                "controller": True,
            },
        )
        if is_first and self._config.manifests:
            self._poll()

    def on_mirror(self, pod: Object, *, gone: bool) -> None:
        """Hear of a mirror pod of this node."""
        key = (pod["metadata"]["namespace"], pod["metadata"]["name"])
        if gone:
            self._mirrors.pop(key, None)
        else:
            self._mirrors[key] = pod
        self._settle(key)

    def mirror_of(self, pod: Object) -> str:
        """The uid under which the API knows a pod; "" for a static pod without a mirror."""
        meta = pod["metadata"]
        if SOURCE not in (meta.get("annotations") or {}):
            return str(meta["uid"])
        mirror = self._mirrors.get((meta["namespace"], meta["name"]))
        return str(mirror["metadata"]["uid"]) if mirror is not None else ""

    # --- manifests ----------------------------------------------------------------------------

    def _poll(self) -> None:
        self._world.call_after(self._config.manifests_poll_ms, self._poll)
        disk = self._world.disk(f"{self._config.manifests}/{self._node}")
        disk.refresh()
        names = [n for n in disk.names() if n.endswith(_SUFFIXES) and not n.startswith(".")]
        texts = {name: disk.read(name) for name in names}
        if texts != self._texts:
            self._texts = texts
            self._take(texts)

    def _take(self, texts: dict[str, bytes]) -> None:
        pods: dict[_Key, Object] = {}
        for name, text in texts.items():
            try:
                pod = static_pod(text, self._node, self._world.now_ms())
            except (DecodeError, ValueError) as problem:
                self._world.log.warning("Manifest does not read", file=name, why=str(problem))
                continue
            pods[pod["metadata"]["namespace"], pod["metadata"]["name"]] = pod
        old, self._pods = self._pods, {k: old_or_new(self._pods.get(k), p) for k, p in pods.items()}
        for key, pod in old.items():
            if self._pods.get(key) is not pod:
                self._end(pod["metadata"]["uid"])
        for key, pod in self._pods.items():
            if old.get(key) is not pod:
                self._begin(pod)
        for key in dict.fromkeys((*old, *self._pods, *self._mirrors)):
            self._settle(key)

    # --- mirrors ------------------------------------------------------------------------------

    def _settle(self, key: _Key) -> None:
        """Bring the mirror to what the manifest asks for: one request at a time."""
        pod, mirror = self._pods.get(key), self._mirrors.get(key)
        if key in self._under_way or self._owner is None:
            return
        if mirror is not None:
            meta = mirror["metadata"]
            wanted = pod["metadata"]["annotations"][HASH] if pod else ""
            if "deletionTimestamp" in meta or meta["annotations"][MIRROR] != wanted:
                self._under_way[key] = None
                options = {"gracePeriodSeconds": 0, "preconditions": {"uid": meta["uid"]}}
                self._client.delete(
                    "pods",
                    *key,
                    lambda reply: self._on_reply(key, reply),
                    options,
                )
        elif pod is not None:
            self._under_way[key] = None
            self._client.create(
                "pods",
                mirror_pod(pod, self._owner),
                lambda reply: self._on_reply(key, reply),
            )

    def _on_reply(self, key: _Key, reply: Reply) -> None:
        if not reply.ok and reply.code not in (404, 409):
            self._world.log.warning("Mirror pod not settled", pod="/".join(key), code=reply.code)
        wait_ms = 0 if reply.ok else self._config.manifests_poll_ms

        def again() -> None:
            self._under_way.pop(key, None)
            self._settle(key)

        self._world.call_after(max(wait_ms, SETTLE_MS), again)


SETTLE_MS = 100
"""How long the informer may take to tell of what was just written."""


def old_or_new(old: Object | None, new: Object) -> Object:
    """The pod that is there already when the manifest still means it."""
    if old is not None and old["metadata"]["uid"] == new["metadata"]["uid"]:
        return old
    return new


def static_pod(text: bytes, node: str, now_ms: int) -> Object:
    """The pod of a manifest. Raises DecodeError or ValueError."""
    value, _ = decode_json(text) if text.lstrip()[:1] == b"{" else decode_yaml(text)
    if not isinstance(value, dict) or value.get("kind") != "Pod":
        raise ValueError("a manifest holds one Pod")
    obj, _ = decode_object(value, load_kind("", "v1", "Pod"), "Pod", strict=False)
    meta, spec = obj.get("metadata") or {}, obj.get("spec") or {}
    if not meta.get("name"):
        raise ValueError("a static pod needs metadata.name")
    if not spec.get("containers"):
        raise ValueError("a static pod needs spec.containers")
    for container in (*(spec.get("initContainers") or ()), *spec["containers"]):
        if not container.get("name") or not container.get("image"):
            raise ValueError("a static pod's containers need name and image")
    digest = hashlib.sha256(f"{node}\n".encode() + text).hexdigest()[:32]
    annotations = {
        **(meta.get("annotations") or {}),
        HASH: digest,
        SEEN: format_time(now_ms),
        SOURCE: "file",
    }
    fresh = {
        **meta,
        "name": f"{meta['name']}-{node}",
        "namespace": meta.get("namespace") or "default",
        "uid": digest,
        "annotations": annotations,
    }
    always = {"operator": "Exists", "effect": "NoExecute"}
    tolerations = [*(spec.get("tolerations") or ()), always]
    placed = {**spec, "nodeName": node, "tolerations": tolerations}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": fresh, "spec": placed}


def mirror_pod(pod: Object, owner: Object) -> Object:
    """What the API is shown of a static pod."""
    meta = {k: v for k, v in pod["metadata"].items() if k != "uid"}
    meta["annotations"] = {**meta["annotations"], MIRROR: meta["annotations"][HASH]}
    return {**pod, "metadata": {**meta, "ownerReferences": [owner]}}
