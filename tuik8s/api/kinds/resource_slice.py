"""ResourceSlice.

Source: k8s.io/kubernetes pkg/apis/resource (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api import names
from tuik8s.api.errors import FieldError, duplicate, invalid, required, too_many
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.pod_spec import affinity
from tuik8s.api.kinds.printing import AGE, NAME, field, text
from tuik8s.api.kinds.resource_api import devices
from tuik8s.api.kinds.strategy import first, spec_of
from tuik8s.api.kinds.validation.text import check
from tuik8s.api.kinds.validation.values import Errors, immutable
from tuik8s.api.types import Object

_MAX_DEVICES: Final = 128
_PLACES: Final = ("nodeName", "nodeSelector", "allNodes", "perDeviceNodeSelection")
_ONE_PLACE: Final = (
    "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required"
)


def default(piece: Object) -> None:
    first(spec_of(piece), "pool", {})


def validate(piece: Object) -> list[FieldError]:
    errors: Errors = []
    spec = piece["spec"]
    devices.driver_name(errors, "spec.driver", spec.get("driver", ""))
    _pool(errors, "spec.pool", spec["pool"])
    given = [name for name in _PLACES if spec.get(name)]
    if not given:
        errors.append(required("spec", _ONE_PLACE))
    elif len(given) > 1:
        errors.append(invalid("spec", f"{{{', '.join(given)}}}", _ONE_PLACE))
    if spec.get("nodeName"):
        check(errors, "spec.nodeName", spec["nodeName"], names.dns1123_subdomain)
    if spec.get("nodeSelector") is not None:
        affinity.node_selector(errors, "spec.nodeSelector", spec["nodeSelector"])
    listed = spec.get("devices") or []
    if len(listed) > _MAX_DEVICES:
        errors.append(too_many("spec.devices", len(listed), _MAX_DEVICES))
    seen: set[str] = set()
    for i, device in enumerate(listed):
        at, name = f"spec.devices[{i}].name", device.get("name", "")
        if not name:
            errors.append(required(at))
        else:
            check(errors, at, name, names.dns1123_label)
        if name in seen:
            errors.append(duplicate(at, name))
        seen.add(name)
    return errors


def _pool(errors: Errors, path: str, pool: Object) -> None:
    name = pool.get("name", "")
    if not name:
        errors.append(required(f"{path}.name"))
    for part in name.split("/") if name else ():
        check(errors, f"{path}.name", part, names.dns1123_subdomain)
    count, generation = pool.get("resourceSliceCount", 0), pool.get("generation", 0)
    if count <= 0:
        errors.append(invalid(f"{path}.resourceSliceCount", count, "must be greater than zero"))
    if generation < 0:
        detail = "must be greater than or equal to zero"
        errors.append(invalid(f"{path}.generation", generation, detail))


def validate_update(new: Object, old: Object) -> list[FieldError]:
    errors = validate(new)
    for path in ("driver", "nodeName"):
        immutable(errors, f"spec.{path}", new["spec"].get(path), old["spec"].get(path))
    pools = [side["spec"].get("pool") or {} for side in (new, old)]
    immutable(errors, "spec.pool.name", *(pool.get("name") for pool in pools))
    return errors


RULES = Rules(
    default=default,
    validate=validate,
    validate_update=validate_update,
    columns=(
        NAME,
        text("Node", field("spec.nodeName"), "@spec.nodeName"),
        text("Driver", field("spec.driver"), "@spec.driver"),
        text("Pool", field("spec.pool.name"), "@spec.pool"),
        AGE,
    ),
    selectable={"spec.nodeName": "spec.nodeName", "spec.driver": "spec.driver"},
)
