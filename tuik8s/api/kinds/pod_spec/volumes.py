"""Volumes of a pod: names, one source each, files from secrets, config maps and fields.

Source: k8s.io/kubernetes pkg/apis/core/validation (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api import names, quantity
from tuik8s.api.errors import duplicate, forbidden, invalid, required
from tuik8s.api.kinds.pod_spec import claim_spec, env
from tuik8s.api.kinds.pod_spec.containers import pull_policy
from tuik8s.api.kinds.pod_spec.volume_sources import PLUGINS, volume_name_and_portal
from tuik8s.api.kinds.validation.paths import file_mode, local_non_reserved
from tuik8s.api.kinds.validation.text import dns_label
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.types import Object

_ONE_TYPE: Final = "may not specify more than 1 volume type"
_WORDS: Final = {"cephfs": "cephFS", "downwardAPI": "downwarAPI"}
_PLUGIN_CHECKS: Final = {field: (path, check) for field, path, check in PLUGINS}
_ORDER: Final = (
    "emptyDir",
    "hostPath",
    "gitRepo",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "secret",
    "nfs",
    "iscsi",
    "glusterfs",
    "flocker",
    "persistentVolumeClaim",
    "rbd",
    "cinder",
    "cephfs",
    "quobyte",
    "downwardAPI",
    "fc",
    "flexVolume",
    "configMap",
    "azureFile",
    "vsphereVolume",
    "photonPersistentDisk",
    "portworxVolume",
    "azureDisk",
    "storageos",
    "projected",
    "scaleIO",
    "csi",
    "ephemeral",
    "image",
)


def validate(
    errors: Errors, path: str, volumes: list[Object], pod_name: str, is_pod: bool
) -> dict[str, Object]:
    """Append what is wrong; answer the volumes that are sound, by name."""
    sound: dict[str, Object] = {}
    created = {
        f"{pod_name}-{volume.get('name', '')}"
        for volume in volumes
        if pod_name and volume.get("ephemeral") is not None
    }
    for i, volume in enumerate(volumes):
        at, name, before = f"{path}[{i}]", volume.get("name", ""), len(errors)
        _source(errors, at, volume, pod_name, is_pod)
        if not name:
            errors.append(required(f"{at}.name"))
        else:
            dns_label(errors, f"{at}.name", name)
        if name in sound:
            errors.append(duplicate(f"{at}.name", name))
        if len(errors) == before:
            sound[name] = volume
        claim = (volume.get("persistentVolumeClaim") or {}).get("claimName", "")
        if claim in created:
            detail = "must not reference a PVC that gets created for an ephemeral volume"
            errors.append(invalid(f"{at}.persistentVolumeClaim.claimName", claim, detail))
    return sound


def _source(errors: Errors, path: str, volume: Object, pod_name: str, is_pod: bool) -> None:
    fields = [field for field in volume if field != "name" and volume[field] is not None]
    if len(fields) > 1:
        fields.sort(key=_ORDER.index)
    if not fields:
        errors.append(required(path, "must specify a volume type"))
        return
    field = fields[0]
    if field in _PLUGIN_CHECKS:
        word, check = _PLUGIN_CHECKS[field]
        check(errors, f"{path}.{word}", volume[field])
        if field == "iscsi":
            volume_name_and_portal(errors, path, volume.get("name", ""), volume[field])
    else:
        _own_source(errors, f"{path}.{field}", field, volume[field], is_pod)
        if field == "ephemeral":
            _claim_name(errors, f"{path}.name", volume.get("name", ""), pod_name)
    errors.extend(
        forbidden(f"{path}.{_WORDS.get(extra, extra)}", _ONE_TYPE) for extra in fields[1:]
    )


def _own_source(errors: Errors, path: str, field: str, source: Object, is_pod: bool) -> None:
    """The sources that only pods have."""
    if field == "emptyDir":
        limit = source.get("sizeLimit")
        if limit is not None and quantity.parse(limit) < quantity.parse("0"):
            detail = "SizeLimit field must be a valid resource quantity"
            errors.append(forbidden(f"{path}.sizeLimit", detail))
    elif field in ("secret", "configMap"):
        name_field = "secretName" if field == "secret" else "name"
        if not source.get(name_field):
            errors.append(required(f"{path}.{name_field}"))
        file_mode(errors, f"{path}.defaultMode", source.get("defaultMode"))
        for i, item in enumerate(source.get("items") or ()):
            _key_to_path(errors, f"{path}.items[{i}]", item)
    elif field == "downwardAPI":
        file_mode(errors, f"{path}.defaultMode", source.get("defaultMode"))
        for item in source.get("items") or ():
            _downward_file(errors, path, item)
    elif field == "projected":
        file_mode(errors, f"{path}.defaultMode", source.get("defaultMode"))
        _projections(errors, path, source.get("sources") or [])
    elif field == "persistentVolumeClaim":
        if not source.get("claimName"):
            errors.append(required(f"{path}.claimName"))
    elif field == "ephemeral":
        template = source.get("volumeClaimTemplate")
        if template is None:
            errors.append(required(f"{path}.volumeClaimTemplate"))
        else:
            claim_spec.validate_template(errors, f"{path}.volumeClaimTemplate", template)
    elif field == "image":
        if is_pod and not source.get("reference"):
            errors.append(required(f"{path}.reference"))
        pull_policy(errors, f"{path}.pullPolicy", source.get("pullPolicy", ""))


def _claim_name(errors: Errors, path: str, volume_name: str, pod_name: str) -> None:
    if not pod_name or not volume_name:
        return
    claim = f"{pod_name}-{volume_name}"
    for message in names.dns1123_subdomain(claim):
        errors.append(invalid(path, volume_name, f'PVC name "{claim}": {message}'))


def _key_to_path(errors: Errors, path: str, item: Object) -> None:
    for field in ("key", "path"):
        if not item.get(field):
            errors.append(required(f"{path}.{field}"))
    local_non_reserved(errors, f"{path}.path", item.get("path", ""))
    file_mode(errors, f"{path}.mode", item.get("mode"))


def _downward_file(errors: Errors, path: str, item: Object) -> None:
    if not item.get("path"):
        errors.append(required(f"{path}.path"))
    local_non_reserved(errors, f"{path}.path", item.get("path", ""))
    if item.get("fieldRef") is not None:
        env.field_reference(errors, f"{path}.fieldRef", item["fieldRef"], env.VOLUME_FIELDS)
        if item.get("resourceFieldRef") is not None:
            detail = "fieldRef and resourceFieldRef can not be specified simultaneously"
            errors.append(invalid(path, "resource", detail))
    elif item.get("resourceFieldRef") is not None:
        ref = item["resourceFieldRef"]
        env.resource_reference(errors, f"{path}.resourceFieldRef", ref, True)
    else:
        errors.append(required(path, "one of fieldRef and resourceFieldRef is required"))
    file_mode(errors, f"{path}.mode", item.get("mode"))


def _projections(errors: Errors, path: str, sources: list[Object]) -> None:
    seen: set[str] = set()
    for i, source in enumerate(sources):
        at = f"{path}.sources[{i}]"
        for field in ("secret", "configMap"):
            if source.get(field) is not None:
                _projected_keys(errors, path, f"{at}.{field}", source[field], seen)
        for item in (source.get("downwardAPI") or {}).get("items") or ():
            _downward_file(errors, f"{at}.downwardAPI", item)
            _unique_path(errors, path, item.get("path", ""), item.get("path", ""), seen)
        token = source.get("serviceAccountToken")
        if token is not None:
            _token(errors, path, f"{at}.serviceAccountToken", token)
        if sum(1 for value in source.values() if value is not None) > 1:
            detail = "may not specify more than 1 volume type per source"
            errors.append(forbidden(at, detail))


def _projected_keys(errors: Errors, path: str, at: str, source: Object, seen: set[str]) -> None:
    name = source.get("name", "")
    if not name:
        errors.append(required(f"{at}.name"))
    for i, item in enumerate(source.get("items") or ()):
        _key_to_path(errors, f"{at}.items[{i}]", item)
        _unique_path(errors, path, item.get("path", ""), name, seen)


def _unique_path(errors: Errors, path: str, value: str, shown: str, seen: set[str]) -> None:
    if not value:
        return
    if value in seen:
        errors.append(invalid(path, shown, "conflicting duplicate paths"))
    seen.add(value)


def _token(errors: Errors, path: str, at: str, token: Object) -> None:
    seconds = token.get("expirationSeconds", 0)
    if seconds < 600:
        detail = "may not specify a duration less than 10 minutes"
        errors.append(invalid(f"{at}.expirationSeconds", seconds, detail))
    if seconds > 1 << 32:
        detail = "may not specify a duration larger than 2^32 seconds"
        errors.append(invalid(f"{at}.expirationSeconds", seconds, detail))
    if not token.get("path"):
        errors.append(required(f"{path}.path"))
    else:
        local_non_reserved(errors, f"{path}.path", token["path"])
