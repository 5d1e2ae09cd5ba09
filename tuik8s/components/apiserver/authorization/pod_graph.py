"""What the pods of every node use: Secrets, ConfigMaps, claims, accounts.

Built when first asked for; from then on the pods that changed are looked at again when the next
question comes, so that a thousand changes between two questions about a node cost one look each.

Source: k8s.io/kubernetes plugin/pkg/auth/authorizer/node/graph.go (1.36).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from tuik8s.api.types import Object
from tuik8s.components.apiserver.authorization.base import Reader

_MIRROR: Final = "kubernetes.io/config.mirror"
_CLAIMS: Final = "persistentvolumeclaims"
_SECRETS: Final = "secrets"
_VOLUME_SECRETS: Final = (
    ("azureFile", "secretName"),
    ("cephfs", "secretRef"),
    ("cinder", "secretRef"),
    ("flexVolume", "secretRef"),
    ("iscsi", "secretRef"),
    ("rbd", "secretRef"),
    ("scaleIO", "secretRef"),
    ("storageos", "secretRef"),
)

Use = tuple[str, str]
"""(plural, name) in the pod's namespace."""
_Place = tuple[str, str]


class PodGraph:
    """Answers whether a node has to do with an object."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._is_built = False
        self._changed: dict[_Place, None] = {}
        self._pods: dict[_Place, tuple[str, frozenset[Use]]] = {}
        self._users: dict[tuple[str, str, str], dict[_Place, str]] = {}
        reader.follow("pods", self._on_pod)

    def is_on(self, node: str, namespace: str, pod: str) -> bool:
        """Whether the pod is bound to the node."""
        self._catch_up()
        return self._pods.get((namespace, pod), ("",))[0] == node

    def uses(self, node: str, resource: str, namespace: str, name: str) -> bool:
        """Whether a pod of the node uses the object."""
        self._catch_up()
        return node in self._users.get((resource, namespace, name), {}).values()

    def uses_volume(self, node: str, name: str) -> bool:
        """Whether a pod of the node uses the claim that a PersistentVolume is bound to."""
        volume = self._reader.get("persistentvolumes", "", name)
        claim = ((volume or {}).get("spec") or {}).get("claimRef") or {}
        place = (claim.get("namespace") or "", claim.get("name") or "")
        return bool(claim) and self.uses(node, _CLAIMS, *place)

    def _on_pod(self, namespace: str, name: str) -> None:
        if self._is_built:
            self._changed[namespace, name] = None

    def _catch_up(self) -> None:
        if not self._is_built:
            self._is_built = True
            for pod in self._reader.list_("pods"):
                self._put((pod["metadata"]["namespace"], pod["metadata"]["name"]), pod)
        elif self._changed:
            changed, self._changed = self._changed, {}
            for place in changed:
                self._put(place, self._reader.get("pods", *place))

    def _put(self, place: _Place, pod: Object | None) -> None:
        old = self._pods.pop(place, None)
        node = ((pod or {}).get("spec") or {}).get("nodeName") or ""
        new = (node, frozenset(uses_of(pod))) if pod is not None and node else None
        for resource, name in old[1] if old else ():
            key = (resource, place[0], name)
            users = self._users[key]
            del users[place]
            if not users:
                del self._users[key]
        if new is not None:
            self._pods[place] = new
            for resource, name in new[1]:
                self._users.setdefault((resource, place[0], name), {})[place] = node


def uses_of(pod: Object) -> Iterator[Use]:
    """What a pod's node must read for it; nothing for the mirror of a static pod."""
    if _MIRROR in (pod["metadata"].get("annotations") or {}):
        return
    spec = pod["spec"]
    if spec.get("serviceAccountName"):
        yield "serviceaccounts", spec["serviceAccountName"]
    for secret in spec.get("imagePullSecrets") or ():
        yield _SECRETS, secret.get("name") or ""
    for kind in ("containers", "initContainers", "ephemeralContainers"):
        for container in spec.get(kind) or ():
            yield from _of_environment(container)
    for volume in spec.get("volumes") or ():
        yield from _of_volume(volume, pod["metadata"]["name"])
    yield from _of_claims(pod)


def _of_environment(container: Object) -> Iterator[Use]:
    for source in container.get("envFrom") or ():
        yield from _of_refs(source, "secretRef", "configMapRef")
    for variable in container.get("env") or ():
        yield from _of_refs(variable.get("valueFrom") or {}, "secretKeyRef", "configMapKeyRef")


def _of_refs(source: Object, secret: str, config_map: str) -> Iterator[Use]:
    if source.get(secret):
        yield _SECRETS, source[secret].get("name") or ""
    if source.get(config_map):
        yield "configmaps", source[config_map].get("name") or ""


def _of_volume(volume: Object, pod: str) -> Iterator[Use]:
    if volume.get("secret"):
        yield _SECRETS, volume["secret"].get("secretName") or ""
    yield from _of_refs(volume, "", "configMap")
    if volume.get("persistentVolumeClaim"):
        yield _CLAIMS, volume["persistentVolumeClaim"].get("claimName") or ""
    if volume.get("ephemeral"):
        yield _CLAIMS, f"{pod}-{volume['name']}"
    for source in (volume.get("projected") or {}).get("sources") or ():
        yield from _of_refs(source, "secret", "configMap")
    if volume.get("csi"):
        yield from _of_secret((volume["csi"] or {}).get("nodePublishSecretRef"))
    for kind, field in _VOLUME_SECRETS:
        if volume.get(kind):
            yield from _of_secret(volume[kind].get(field))


def _of_secret(ref: Any) -> Iterator[Use]:
    name = ref.get("name") if isinstance(ref, dict) else ref
    if name:
        yield _SECRETS, name


def _of_claims(pod: Object) -> Iterator[Use]:
    for claim in pod["spec"].get("resourceClaims") or ():
        if claim.get("resourceClaimName"):
            yield "resourceclaims", claim["resourceClaimName"]
    for status in (pod.get("status") or {}).get("resourceClaimStatuses") or ():
        if status.get("resourceClaimName"):
            yield "resourceclaims", status["resourceClaimName"]
