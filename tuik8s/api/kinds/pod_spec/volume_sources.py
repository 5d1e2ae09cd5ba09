"""Volume plugins: the checks that pods and persistent volumes share, one small function each.

`PLUGINS` is upstream's order of sources in a pod's volume; `(field, path, check)`, where path is
what upstream calls the field in messages (`persistentDisk` for gcePersistentDisk).

Source: k8s.io/kubernetes pkg/apis/core/validation (1.36).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from tuik8s.api import names
from tuik8s.api.errors import invalid, not_supported, required, too_long
from tuik8s.api.kinds.validation.paths import local_descending, no_backsteps
from tuik8s.api.kinds.validation.text import check, dns_label, required_fields
from tuik8s.api.kinds.validation.values import Errors, between
from tuik8s.api.types import Object

Check = Callable[[Errors, str, Object], None]

HOST_PATH_TYPES: Final = (
    "",
    "BlockDevice",
    "CharDevice",
    "Directory",
    "DirectoryOrCreate",
    "File",
    "FileOrCreate",
    "Socket",
)
_IQN = re.compile(r"iqn\.\d{4}-\d{2}\.([a-zA-Z0-9\-.]+)(:[^,;*&$|\s]+)$")
_EUI = re.compile(r"^eui.[a-zA-Z0-9]{16}$")
_NAA = re.compile(r"^naa.[a-zA-Z0-9]{32}$")
_REGISTRY: Final = "must be a host:port pair or multiple pairs separated by commas"


def requires(*fields: str) -> Check:
    """A check that the fields are not empty, and nothing else."""

    def check_fields(errors: Errors, path: str, source: Object) -> None:
        required_fields(errors, path, source, *fields)

    return check_fields


def host_path(errors: Errors, path: str, source: Object) -> None:
    if not source.get("path"):
        errors.append(required(f"{path}.path"))
        return
    no_backsteps(errors, f"{path}.path", source["path"])
    kind = source.get("type")
    if kind is not None and kind not in HOST_PATH_TYPES:
        errors.append(not_supported(f"{path}.type", kind, HOST_PATH_TYPES))


def git_repo(errors: Errors, path: str, source: Object) -> None:
    required_fields(errors, path, source, "repository")
    local_descending(errors, f"{path}.directory", source.get("directory", ""))


def disk(name_field: str) -> Check:
    """A cloud disk: its id and a partition."""

    def check_disk(errors: Errors, path: str, source: Object) -> None:
        required_fields(errors, path, source, name_field)
        partition = source.get("partition", 0)
        if not 0 <= partition <= 255:
            errors.append(invalid(f"{path}.partition", partition, between(1, 255)))

    return check_disk


def nfs(errors: Errors, path: str, source: Object) -> None:
    required_fields(errors, path, source, "server", "path")
    if not source.get("path", "").startswith("/"):
        shown = source.get("path", "")
        errors.append(invalid(f"{path}.path", shown, "must be an absolute path"))


def iscsi(errors: Errors, path: str, source: Object) -> None:
    required_fields(errors, path, source, "targetPortal")
    iqn = source.get("iqn", "")
    if not iqn:
        errors.append(required(f"{path}.iqn"))
    else:
        _initiator(errors, f"{path}.iqn", iqn)
    lun = source.get("lun", 0)
    if not 0 <= lun <= 255:
        errors.append(invalid(f"{path}.lun", lun, between(0, 255)))
    uses_chap = source.get("chapAuthDiscovery") or source.get("chapAuthSession")
    if uses_chap and source.get("secretRef") is None:
        errors.append(required(f"{path}.secretRef"))
    name = source.get("initiatorName")
    if name is not None:
        _initiator(errors, f"{path}.initiatorname", name)


def _initiator(errors: Errors, path: str, name: str) -> None:
    if not name.startswith(("iqn", "eui", "naa")):
        detail = "must be valid format starting with iqn, eui, or naa"
        errors.append(invalid(path, name, detail))
        return
    pattern = {"iqn": _IQN, "eui": _EUI, "naa": _NAA}[name[:3]]
    if not pattern.search(name):
        errors.append(invalid(path, name, "must be valid format"))


def flocker(errors: Errors, path: str, source: Object) -> None:
    name, uuid = source.get("datasetName", ""), source.get("datasetUUID", "")
    if not name and not uuid:
        errors.append(required(path, "one of datasetName and datasetUUID is required"))
    if name and uuid:
        detail = "datasetName and datasetUUID can not be specified simultaneously"
        errors.append(invalid(path, "resource", detail))
    if "/" in name:
        errors.append(invalid(f"{path}.datasetName", name, "must not contain '/'"))


def secret_ref_name(errors: Errors, path: str, source: Object) -> None:
    ref = source.get("secretRef")
    if ref is not None and not ref.get("name"):
        errors.append(required(f"{path}.secretRef.name"))


def cinder(errors: Errors, path: str, source: Object) -> None:
    required_fields(errors, path, source, "volumeID")
    secret_ref_name(errors, path, source)


def quobyte(errors: Errors, path: str, source: Object) -> None:
    registry = source.get("registry", "")
    if not registry:
        errors.append(required(f"{path}.registry", _REGISTRY))
    elif len(source.get("tenant", "")) >= 65:
        detail = "must be a UUID and may not exceed a length of 64 characters"
        errors.append(required(f"{path}.tenant", detail))
    else:
        for pair in registry.split(","):
            if ":" not in pair:
                errors.append(invalid(f"{path}.registry", registry, _REGISTRY))
    required_fields(errors, path, source, "volume")


def fibre_channel(errors: Errors, path: str, source: Object) -> None:
    targets, wwids = source.get("targetWWNs") or [], source.get("wwids") or []
    at = f"{path}.targetWWNs"
    if not targets and not wwids:
        errors.append(required(at, "must specify either targetWWNs or wwids, but not both"))
    if targets and wwids:
        detail = "targetWWNs and wwids can not be specified simultaneously"
        errors.append(invalid(at, targets, detail))
    if targets:
        lun = source.get("lun")
        if lun is None:
            detail = "lun is required if targetWWNs is specified"
            errors.append(required(f"{path}.lun", detail))
        elif not 0 <= lun <= 255:
            errors.append(invalid(f"{path}.lun", lun, between(0, 255)))


def flex(errors: Errors, path: str, source: Object) -> None:
    required_fields(errors, path, source, "driver")
    for key in source.get("options") or {}:
        namespace = f".{key.partition('/')[0].lower()}"
        if namespace.endswith((".kubernetes.io", ".k8s.io")):
            detail = "kubernetes.io and k8s.io namespaces are reserved"
            errors.append(invalid(f"{path}.options[{key}]", key, detail))


def azure_disk(errors: Errors, path: str, source: Object) -> None:
    required_fields(errors, path, source, "diskName", "diskURI")
    caching, kind, uri = source.get("cachingMode"), source.get("kind"), source.get("diskURI", "")
    modes, kinds = ("None", "ReadOnly", "ReadWrite"), ("Dedicated", "Managed", "Shared")
    if caching is not None and caching not in modes:
        errors.append(not_supported(f"{path}.cachingMode", caching, modes))
    if kind is not None and kind not in kinds:
        errors.append(not_supported(f"{path}.kind", kind, kinds))
    if kind == "Managed" and not uri.startswith("/subscriptions/"):
        form = (
            "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute"
            "/disks/{disk-id}"
        )
        errors.append(not_supported(f"{path}.diskURI", uri, (form,)))
    if kind not in (None, "Managed") and not uri.startswith("https://"):
        form = "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"
        errors.append(not_supported(f"{path}.diskURI", uri, (form,)))


def storage_os(errors: Errors, path: str, source: Object) -> None:
    name = source.get("volumeName", "")
    if not name:
        errors.append(required(f"{path}.volumeName"))
    else:
        dns_label(errors, f"{path}.volumeName", name)
    if source.get("volumeNamespace"):
        dns_label(errors, f"{path}.volumeNamespace", source["volumeNamespace"])
    secret_ref_name(errors, path, source)


def csi_driver_name(errors: Errors, path: str, name: str) -> None:
    if not name:
        errors.append(required(path))
        return
    if len(name) > 63:
        errors.append(too_long(path, 63))
    for message in names.dns1123_subdomain(name.lower()):
        errors.append(invalid(path, name, message))


def csi(errors: Errors, path: str, source: Object) -> None:
    csi_driver_name(errors, f"{path}.driver", source.get("driver", ""))
    ref = source.get("nodePublishSecretRef")
    if ref is not None:
        name = ref.get("name", "")
        if not name:
            errors.append(required(f"{path}.nodePublishSecretRef.name"))
        else:
            check(errors, f"{path}.name", name, names.dns1123_subdomain)


def volume_name_and_portal(errors: Errors, path: str, name: str, source: Object) -> None:
    """iSCSI with an initiator name: the two together make a file name."""
    is_long = len(f"{name}:{source.get('targetPortal', '')}") > 64
    if source.get("initiatorName") is not None and is_long:
        detail = (
            "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters "
            "if iscsi.initiatorName is specified."
        )
        errors.append(invalid(f"{path}.name", name, detail))


PLUGINS: Final[tuple[tuple[str, str, Check], ...]] = (
    ("hostPath", "hostPath", host_path),
    ("gitRepo", "gitRepo", git_repo),
    ("gcePersistentDisk", "persistentDisk", disk("pdName")),
    ("awsElasticBlockStore", "awsElasticBlockStore", disk("volumeID")),
    ("nfs", "nfs", nfs),
    ("iscsi", "iscsi", iscsi),
    ("glusterfs", "glusterfs", requires("endpoints", "path")),
    ("flocker", "flocker", flocker),
    ("rbd", "rbd", requires("monitors", "image")),
    ("cinder", "cinder", cinder),
    ("cephfs", "cephfs", requires("monitors")),
    ("quobyte", "quobyte", quobyte),
    ("fc", "fc", fibre_channel),
    ("flexVolume", "flexVolume", flex),
    ("azureFile", "azureFile", requires("secretName", "shareName")),
    ("vsphereVolume", "vsphereVolume", requires("volumePath")),
    ("photonPersistentDisk", "photonPersistentDisk", requires("pdID")),
    ("portworxVolume", "portworxVolume", requires("volumeID")),
    ("azureDisk", "azureDisk", azure_disk),
    ("storageos", "storageos", storage_os),
    ("scaleIO", "scaleIO", requires("gateway", "system", "volumeName")),
    ("csi", "csi", csi),
)
