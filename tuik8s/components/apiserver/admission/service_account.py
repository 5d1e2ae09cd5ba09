"""ServiceAccount: every pod runs as one, gets its token mounted and its pull secrets.

Source: plugin/pkg/admission/serviceaccount (1.36).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tuik8s.api.types import Object
from tuik8s.components.apiserver.admission.base import Attributes, Member
from tuik8s.components.apiserver.authorization.base import Reader
from tuik8s.components.apiserver.strategies import generated_name
from tuik8s.world.base import Rng

_MIRROR: Final = "kubernetes.io/config.mirror"
_ENFORCE: Final = "kubernetes.io/enforce-mountable-secrets"
_TRUE: Final = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_VOLUME: Final = "kube-api-access-"
_MOUNT_PATH: Final = "/var/run/secrets/kubernetes.io/serviceaccount"
_TOKEN_SECONDS: Final = 60 * 60 + 7
_CONTAINERS: Final = (("initContainers", "init container"), ("containers", "container"))


class ServiceAccounts(Member):
    """Fills in the account of new pods and what comes with it."""

    name = "ServiceAccount"
    resources = ("pods",)

    def __init__(self, reader: Reader, rng: Rng) -> None:
        self._reader = reader
        self._rng = rng

    def admit(self, attributes: Attributes) -> None:
        pod = attributes.obj
        if attributes.operation != "CREATE" or attributes.subresource or pod is None:
            return
        spec = pod.setdefault("spec", {})
        if _MIRROR in (pod["metadata"].get("annotations") or {}):
            self._judge_mirror(attributes, spec)
            return
        if not spec.get("serviceAccountName"):
            spec["serviceAccountName"] = "default"
        spec["serviceAccount"] = spec["serviceAccountName"]
        account = self._account(attributes, spec["serviceAccountName"])
        if _wants_token(account, spec):
            self._mount_token(spec)
        if not spec.get("imagePullSecrets") and account.get("imagePullSecrets"):
            spec["imagePullSecrets"] = account["imagePullSecrets"]
        self._judge(attributes, spec, account)

    def validate(self, attributes: Attributes) -> None:
        pod = attributes.obj
        if pod is None or (attributes.operation, attributes.subresource) != ("CREATE", ""):
            return
        if _MIRROR in (pod["metadata"].get("annotations") or {}):
            self._judge_mirror(attributes, pod.get("spec") or {})

    def _account(self, attributes: Attributes, name: str) -> Object:
        account = self._reader.get("serviceaccounts", attributes.namespace, name)
        if account is None:
            raise attributes.forbidden(
                f"error looking up service account {attributes.namespace}/{name}: "
                f'serviceaccount "{name}" not found'
            )
        return account

    def _mount_token(self, spec: Object) -> None:
        volumes = spec.get("volumes") or []
        known = [v["name"] for v in volumes if (v.get("name") or "").startswith(_VOLUME)]
        name = known[0] if known else generated_name(_VOLUME, self._rng)
        is_needed = False
        for field, _ in _CONTAINERS:
            for container in spec.get(field) or ():
                mounts = container.get("volumeMounts") or []
                if any(mount.get("mountPath") == _MOUNT_PATH for mount in mounts):
                    continue
                mount = {"name": name, "readOnly": True, "mountPath": _MOUNT_PATH}
                container["volumeMounts"] = [*mounts, mount]
                is_needed = True
        if is_needed and not known:
            spec["volumes"] = [*volumes, _token_volume(name)]

    @staticmethod
    def _judge_mirror(attributes: Attributes, spec: Object) -> None:
        if spec.get("serviceAccountName"):
            raise attributes.forbidden("a mirror pod may not reference service accounts")
        if next(_secrets(spec), None) is not None:
            raise attributes.forbidden("a mirror pod may not reference secrets")
        if _uses(spec, "configMap", "configMapKeyRef", "configMapRef"):
            raise attributes.forbidden("a mirror pod may not reference configmaps")
        for volume in spec.get("volumes") or ():
            for source in (volume.get("projected") or {}).get("sources") or ():
                if "serviceAccountToken" in source:
                    raise attributes.forbidden(
                        "a mirror pod may not use ServiceAccountToken volume projections"
                    )

    @staticmethod
    def _judge(attributes: Attributes, spec: Object, account: Object) -> None:
        meta = account["metadata"]
        if (meta.get("annotations") or {}).get(_ENFORCE) not in _TRUE:
            return
        who = f"service account {meta['name']} does not reference that"
        mountable = {ref.get("name") for ref in account.get("secrets") or ()}
        for words, name in _secrets(spec):
            if name not in mountable:
                raise attributes.forbidden(
                    f'{words} secret.secretName="{name}" is not allowed because {who} secret'
                )
        pullable = {ref.get("name") for ref in account.get("imagePullSecrets") or ()}
        for i, ref in enumerate(spec.get("imagePullSecrets") or ()):
            if ref.get("name") not in pullable:
                raise attributes.forbidden(
                    f'imagePullSecrets[{i}].name="{ref.get("name")}" is not allowed '
                    f"because {who} imagePullSecret"
                )


def _wants_token(account: Object, spec: Object) -> bool:
    for holder in (spec, account):
        wanted = holder.get("automountServiceAccountToken")
        if wanted is not None:
            return bool(wanted)
    return True


def _token_volume(name: str) -> Object:
    token = {"expirationSeconds": _TOKEN_SECONDS, "path": "token"}
    authority = {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}
    namespace = {
        "path": "namespace",
        "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"},
    }
    sources = [
        {"serviceAccountToken": token},
        {"configMap": authority},
        {"downwardAPI": {"items": [namespace]}},
    ]
    return {"name": name, "projected": {"sources": sources, "defaultMode": 0o644}}


def _secrets(spec: Object) -> Iterator[tuple[str, str]]:
    """Every secret that a pod uses but to pull images: (who uses it, its name)."""
    for volume in spec.get("volumes") or ():
        if "secret" in volume:
            yield "volume with", (volume["secret"] or {}).get("secretName") or ""
    for field, word in _CONTAINERS:
        for container in spec.get(field) or ():
            who = f"{word} {container.get('name')} with"
            for variable in container.get("env") or ():
                ref = (variable.get("valueFrom") or {}).get("secretKeyRef")
                if ref is not None:
                    yield f"{who} envVar {variable.get('name')} referencing", ref.get("name") or ""
            for source in container.get("envFrom") or ():
                ref = source.get("secretRef")
                if ref is not None:
                    yield f"{who} envFrom referencing", ref.get("name") or ""


def _uses(spec: Object, volume_field: str, variable_field: str, source_field: str) -> bool:
    if any(volume_field in volume for volume in spec.get("volumes") or ()):
        return True
    containers = [c for field, _ in _CONTAINERS for c in spec.get(field) or ()]
    for container in containers:
        if any(variable_field in (v.get("valueFrom") or {}) for v in container.get("env") or ()):
            return True
        if any(source_field in source for source in container.get("envFrom") or ()):
            return True
    return False
