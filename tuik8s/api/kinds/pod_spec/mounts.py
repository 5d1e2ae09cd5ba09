"""Volume mounts and block devices of a container.

Source: k8s.io/kubernetes pkg/apis/core/validation (1.36). Some errors sit on the list instead of
on its entry (`volumeMounts.subPath`), as upstream has them.
"""

from __future__ import annotations

from typing import Final

from tuik8s.api.errors import forbidden, invalid, not_found_field, not_supported, required
from tuik8s.api.kinds.validation.paths import local_descending
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.types import Object

_PROPAGATIONS: Final = ("Bidirectional", "HostToContainer", "None")
_RECURSIVE: Final = ("Disabled", "Enabled", "IfPossible")


def validate(errors: Errors, path: str, container: Object, volumes: dict[str, Object]) -> None:
    """`volumeMounts` of a container; `volumes` are the pod's sound volumes by name."""
    devices = {d.get("name", ""): d.get("devicePath", "") for d in _devices(container)}
    mount_paths: set[str] = set()
    for i, mount in enumerate(container.get("volumeMounts") or ()):
        at = f"{path}[{i}]"
        name, mount_path = mount.get("name", ""), mount.get("mountPath", "")
        if not name:
            errors.append(required(f"{at}.name"))
        if name not in volumes:
            errors.append(not_found_field(f"{at}.name", name))
        if not mount_path:
            errors.append(required(f"{at}.mountPath"))
        if mount_path in mount_paths:
            errors.append(invalid(f"{at}.mountPath", mount_path, "must be unique"))
        mount_paths.add(mount_path)
        if name in devices:
            detail = "must not already exist in volumeDevices"
            errors.append(invalid(f"{at}.name", name, detail))
        if mount_path in devices.values():
            detail = "must not already exist as a path in volumeDevices"
            errors.append(invalid(f"{at}.mountPath", mount_path, detail))
        if len(mount) > 2:
            _options(errors, path, at, mount, container, volumes.get(name) or {})


def _devices(container: Object) -> list[Object]:
    return container.get("volumeDevices") or []


def _options(
    errors: Errors, path: str, at: str, mount: Object, container: Object, volume: Object
) -> None:
    sub_path, expression = mount.get("subPath", ""), mount.get("subPathExpr", "")
    if sub_path:
        local_descending(errors, f"{path}.subPath", sub_path)
    if expression:
        if sub_path:
            detail = "subPathExpr and subPath are mutually exclusive"
            errors.append(invalid(f"{at}.subPathExpr", expression, detail))
        local_descending(errors, f"{path}.subPathExpr", expression)
    propagation = mount.get("mountPropagation")
    if propagation is not None:
        _propagation(errors, f"{path}.mountPropagation", propagation, container)
    _recursive(errors, f"{path}.recursiveReadOnly", mount)


def _propagation(errors: Errors, path: str, value: str, container: Object) -> None:
    if value not in _PROPAGATIONS:
        errors.append(not_supported(path, value, _PROPAGATIONS))
    privileged = (container.get("securityContext") or {}).get("privileged")
    if value == "Bidirectional" and not privileged:
        detail = "Bidirectional mount propagation is available only to privileged containers"
        errors.append(forbidden(path, detail))


def _recursive(errors: Errors, path: str, mount: Object) -> None:
    mode = mount.get("recursiveReadOnly")
    if mode is None or mode == "Disabled":
        return
    if mode not in _RECURSIVE:
        errors.append(not_supported(path, mode, _RECURSIVE))
        return
    if not mount.get("readOnly"):
        errors.append(forbidden(path, "may only be specified when readOnly is true"))
    if mount.get("mountPropagation") not in (None, "None"):
        detail = "may only be specified when mountPropagation is None or not specified"
        errors.append(forbidden(path, detail))


def validate_devices(
    errors: Errors, path: str, container: Object, volumes: dict[str, Object]
) -> None:
    """`volumeDevices` of a container."""
    mounts = {
        m.get("name", ""): m.get("mountPath", "") for m in container.get("volumeMounts") or ()
    }
    names: set[str] = set()
    paths: set[str] = set()
    for i, device in enumerate(_devices(container)):
        at = f"{path}[{i}]"
        name, device_path = device.get("name", ""), device.get("devicePath", "")
        _device_name(errors, f"{at}.name", name, volumes, names)
        if not device_path:
            errors.append(required(f"{at}.devicePath"))
        if device_path in paths:
            errors.append(invalid(f"{at}.devicePath", device_path, "must be unique"))
        if ".." in device_path.split("/"):
            detail = "can not contain backsteps ('..')"
            errors.append(invalid(f"{at}.devicePath", device_path, detail))
        else:
            paths.add(device_path)
        if name in mounts:
            detail = "must not already exist in volumeMounts"
            errors.append(invalid(f"{at}.name", name, detail))
        if device_path in mounts.values():
            detail = "must not already exist as a path in volumeMounts"
            errors.append(invalid(f"{at}.devicePath", device_path, detail))
        if name:
            names.add(name)


def _device_name(
    errors: Errors, path: str, name: str, volumes: dict[str, Object], names: set[str]
) -> None:
    if not name:
        errors.append(required(path))
    if name in names:
        errors.append(invalid(path, name, "must be unique"))
    volume = volumes.get(name)
    if volume is None:
        errors.append(not_found_field(path, name))
    elif volume.get("persistentVolumeClaim") is None and volume.get("ephemeral") is None:
        detail = (
            "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode"
        )
        errors.append(invalid(path, name, detail))
