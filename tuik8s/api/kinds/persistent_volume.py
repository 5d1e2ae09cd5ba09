"""PersistentVolume.

Source: k8s.io/kubernetes pkg/apis/core/validation, pkg/registry/core/persistentvolume (1.36).
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import Any, Final

from tuik8s.api import names
from tuik8s.api.errors import FieldError, forbidden, not_supported, required
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.persistent_volume_claim import CLASS_ANNOTATION, class_name
from tuik8s.api.kinds.pod_spec import affinity, claim_spec, volume_sources, warnings
from tuik8s.api.kinds.pod_spec.defaults import fill_plugin_source, round_up
from tuik8s.api.kinds.printing import AGE, NAME, UNSET, access_modes, field, text
from tuik8s.api.kinds.strategy import first_text, spec_of
from tuik8s.api.kinds.validation.go_values import json_diff
from tuik8s.api.kinds.validation.paths import no_backsteps
from tuik8s.api.kinds.validation.resources import basic_resource, positive_quantity
from tuik8s.api.kinds.validation.text import check, required_fields, secret_reference
from tuik8s.api.kinds.validation.values import Errors, immutable, same
from tuik8s.api.meta import copy_value, get_path
from tuik8s.api.times import format_time
from tuik8s.api.types import Object

_POLICIES: Final = ("Delete", "Recycle", "Retain")
_ONE_TYPE: Final = "may not specify more than 1 volume type"
_SOURCE_FIXED: Final = "spec.persistentvolumesource is immutable after creation"
_SECRET_FIELDS: Final = (
    "controllerPublishSecretRef",
    "nodePublishSecretRef",
    "controllerExpandSecretRef",
    "nodeExpandSecretRef",
)

Check = Callable[[Errors, str, Object], None]


def _local(errors: Errors, path: str, source: Object) -> None:
    if not source.get("path"):
        errors.append(required(f"{path}.path"))
    else:
        no_backsteps(errors, f"{path}.path", source["path"])


def _csi(errors: Errors, path: str, source: Object) -> None:
    volume_sources.csi_driver_name(errors, f"{path}.driver", source.get("driver", ""))
    if not source.get("volumeHandle"):
        errors.append(required(f"{path}.volumeHandle"))
    for name in _SECRET_FIELDS:
        ref = source.get(name)
        if ref is not None:
            secret_reference(errors, f"{path}.{name}", ref)


def _azure_file(errors: Errors, path: str, source: Object) -> None:
    required_fields(errors, path, source, "secretName", "shareName")
    if source.get("secretNamespace") == "":
        errors.append(required(f"{path}.secretNamespace"))


def _storage_os(errors: Errors, path: str, source: Object) -> None:
    name = source.get("volumeName", "")
    if not name:
        errors.append(required(f"{path}.volumeName"))
    else:
        check(errors, f"{path}.volumeName", name, names.dns1123_label)
    if source.get("volumeNamespace"):
        check(errors, f"{path}.volumeNamespace", source["volumeNamespace"], names.dns1123_label)
    ref = source.get("secretRef")
    if ref is not None:
        required_fields(errors, f"{path}.secretRef", ref, "name", "namespace")


_PLUGINS: Final = {field_name: (path, test) for field_name, path, test in volume_sources.PLUGINS}
_OWN: Final[dict[str, tuple[str, Check]]] = {
    "azureFile": ("azureFile", _azure_file),
    "local": ("local", _local),
    "storageos": ("storageos", _storage_os),
    "csi": ("csi", _csi),
}
_ORDER: Final = (
    "hostPath",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "glusterfs",
    "flocker",
    "nfs",
    "rbd",
    "quobyte",
    "cephfs",
    "iscsi",
    "cinder",
    "fc",
    "flexVolume",
    "azureFile",
    "vsphereVolume",
    "photonPersistentDisk",
    "portworxVolume",
    "azureDisk",
    "scaleIO",
    "local",
    "storageos",
    "csi",
)


def default(volume: Object) -> None:
    spec = spec_of(volume)
    first_text(spec, "persistentVolumeReclaimPolicy", "Retain")
    first_text(spec, "volumeMode", "Filesystem")
    fill_plugin_source(spec)
    round_up(spec.get("capacity"))
    if volume.get("status") is None:
        volume["status"] = {}
    first_text(volume["status"], "phase", "Pending")


def prepare_for_create(volume: Object, now_ms: int) -> None:
    volume["status"] = {"phase": "Pending", "lastPhaseTransitionTime": format_time(now_ms)}


def validate(volume: Object) -> list[FieldError]:
    errors: Errors = []
    spec = volume["spec"]
    modes = spec.get("accessModes")
    if not modes:
        errors.append(required("spec.accessModes"))
    claim_spec.access_modes(errors, "spec.accessModes", modes)
    _capacity(errors, "spec.capacity", spec.get("capacity"))
    policy = spec.get("persistentVolumeReclaimPolicy", "")
    if policy and policy not in _POLICIES:
        errors.append(not_supported("spec.persistentVolumeReclaimPolicy", policy, _POLICIES))
    has_affinity = _node_affinity(errors, "spec.nodeAffinity", spec.get("nodeAffinity"))
    _sources(errors, volume["metadata"].get("name", ""), spec, has_affinity)
    host_path = spec.get("hostPath")
    is_root = host_path is not None and posixpath.normpath(host_path.get("path") or ".") == "/"
    if is_root and policy == "Recycle":
        detail = "may not be 'recycle' for a hostPath mount of '/'"
        errors.append(forbidden("spec.persistentVolumeReclaimPolicy", detail))
    if spec.get("storageClassName"):
        check(errors, "spec.storageClassName", spec["storageClassName"], names.dns1123_subdomain)
    mode = spec.get("volumeMode")
    if mode is not None and mode not in claim_spec.VOLUME_MODES:
        errors.append(not_supported("spec.volumeMode", mode, claim_spec.VOLUME_MODES))
    _attributes_class(errors, spec)
    return errors


def _capacity(errors: Errors, path: str, capacity: dict[str, str] | None) -> None:
    if not capacity:
        errors.append(required(path))
    if not capacity or set(capacity) != {"storage"}:
        errors.append(not_supported(path, capacity or None, ("storage",)))
    for name, amount in (capacity or {}).items():
        basic_resource(errors, f"{path}[{name}]", amount)
        positive_quantity(errors, f"{path}[{name}]", amount)


def _node_affinity(errors: Errors, path: str, value: Object | None) -> bool:
    if value is None:
        return False
    if value.get("required") is None:
        errors.append(required(f"{path}.required", "must specify required node constraints"))
    else:
        affinity.node_selector(errors, f"{path}.required", value["required"])
    return True


def _sources(errors: Errors, name: str, spec: Object, has_affinity: bool) -> None:
    given = [field_name for field_name in _ORDER if spec.get(field_name) is not None]
    for i, field_name in enumerate(given):
        path, test = _OWN.get(field_name) or _PLUGINS[field_name]
        if i:
            errors.append(forbidden(f"spec.{path}", _ONE_TYPE))
            continue
        test(errors, f"spec.{path}", spec[field_name])
        if field_name == "iscsi":
            volume_sources.volume_name_and_portal(errors, "spec.iscsi", name, spec["iscsi"])
        if field_name == "local" and not has_affinity:
            detail = "Local volume requires node affinity"
            errors.append(required("spec.nodeAffinity", detail))
    if not given:
        errors.append(required("spec", "must specify a volume type"))


def _attributes_class(errors: Errors, spec: Object) -> None:
    name = spec.get("volumeAttributesClassName")
    if name is None:
        return
    if not name:
        detail = "an empty string is disallowed"
        errors.append(required("spec.volumeAttributesClassName", detail))
    else:
        check(errors, "spec.volumeAttributesClassName", name, names.dns1123_subdomain)
    if spec.get("csi") is None:
        detail = "has to be specified when using volumeAttributesClassName"
        errors.append(required("spec.csi", detail))


def validate_update(new: Object, old: Object) -> list[FieldError]:
    errors = validate(new)
    after, before = ({k: v["spec"].get(k) for k in _ORDER} for v in (new, old))
    if after["csi"] and before["csi"] and not before["csi"].get("controllerExpandSecretRef"):
        after["csi"] = copy_value(after["csi"])
        after["csi"].pop("controllerExpandSecretRef", None)
    if not same(after, before):
        shown = [{k: v for k, v in side.items() if v is not None} for side in (before, after)]
        diff = json_diff(shown[0], shown[1])
        errors.append(forbidden("spec.persistentvolumesource", f"{_SOURCE_FIXED}\n{diff}"))
    immutable(errors, "volumeMode", new["spec"].get("volumeMode"), old["spec"].get("volumeMode"))
    was = old["spec"].get("nodeAffinity")
    if was is not None:
        immutable(errors, "nodeAffinity", new["spec"].get("nodeAffinity"), was)
    if old["spec"].get("volumeAttributesClassName") and not new["spec"].get(
        "volumeAttributesClassName"
    ):
        detail = "update from non-nil value to nil is forbidden"
        errors.append(forbidden("spec.volumeAttributesClassName", detail))
    return errors


def warn(new: Object, old: Object | None) -> list[str]:
    found = []
    spec = new["spec"]
    noted = new["metadata"].get("annotations") or {}
    if CLASS_ANNOTATION in noted:
        found.append(
            f"metadata.annotations[{CLASS_ANNOTATION}]: deprecated since v1.8; "
            'use "storageClassName" attribute instead'
        )
    if spec.get("persistentVolumeReclaimPolicy") == "Recycle":
        found.append(
            "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. "
            "Instead, the recommended approach is to use dynamic provisioning."
        )
    terms = get_path(spec, "nodeAffinity.required.nodeSelectorTerms") or ()
    for i, term in enumerate(terms):
        at = f"spec.nodeAffinity.required.nodeSelectorTerms[{i}]"
        found.extend(warnings.node_term(at, term, checks_values=False))
    for plugin, words in _OLD_PLUGINS.items():
        if spec.get(plugin) is not None:
            found.append(f"spec.{plugin}: {words}")
    return found


_OLD_PLUGINS: Final = {
    "photonPersistentDisk": "deprecated in v1.11, non-functional in v1.16+",
    "glusterfs": "deprecated in v1.25, non-functional in v1.26+",
    "rbd": "deprecated in v1.28, non-functional in v1.31+",
    "scaleIO": "deprecated in v1.16, non-functional in v1.22+",
    "storageos": "deprecated in v1.22, non-functional in v1.25+",
    "cephfs": "deprecated in v1.28, non-functional in v1.31+",
}


def _status(volume: Object, now_ms: int) -> Any:
    if volume["metadata"].get("deletionTimestamp"):
        return "Terminating"
    return get_path(volume, "status.phase") or ""


def _claim(volume: Object, now_ms: int) -> Any:
    ref = get_path(volume, "spec.claimRef")
    return f"{ref.get('namespace', '')}/{ref.get('name', '')}" if ref else ""


def _modes(volume: Object, now_ms: int) -> Any:
    return access_modes(get_path(volume, "spec.accessModes"))


RULES = Rules(
    default=default,
    prepare_for_create=prepare_for_create,
    validate=validate,
    validate_update=validate_update,
    warnings=warn,
    columns=(
        NAME,
        text("Capacity", field("spec.capacity.storage", "0"), "@spec.capacity"),
        text("Access Modes", _modes, "@spec.accessModes"),
        text(
            "Reclaim Policy",
            field("spec.persistentVolumeReclaimPolicy"),
            "@spec.persistentVolumeReclaimPolicy",
        ),
        text("Status", _status, "@status.phase"),
        text("Claim", _claim, "@spec.claimRef"),
        text("StorageClass", class_name, "StorageClass of the pv"),
        text(
            "VolumeAttributesClass",
            field("spec.volumeAttributesClassName", UNSET),
            "VolumeAttributesClass of the pv",
        ),
        text("Reason", field("status.reason"), "@status.reason"),
        AGE,
        text("VolumeMode", field("spec.volumeMode", UNSET), "@spec.volumeMode", 1),
    ),
    generation_ignores=None,
)
