"""CSINode.

Source: k8s.io/kubernetes pkg/apis/storage/validation (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api.errors import FieldError, duplicate, invalid, required
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.pod_spec.volume_sources import csi_driver_name
from tuik8s.api.kinds.printing import AGE, NAME, count_of, number
from tuik8s.api.kinds.strategy import spec_of
from tuik8s.api.kinds.validation.text import qualified_name
from tuik8s.api.kinds.validation.values import Errors, same
from tuik8s.api.types import Object

_NODE_ID_LIMIT: Final = 192


def default(node: Object) -> None:
    spec_of(node)


def validate(node: Object) -> list[FieldError]:
    errors: Errors = []
    seen: set[str] = set()
    for i, driver in enumerate(node["spec"].get("drivers") or ()):
        at, name = f"spec.drivers[{i}]", driver.get("name", "")
        csi_driver_name(errors, f"{at}.name", name)
        _node_id(errors, f"{at}.nodeID", driver.get("nodeID", ""))
        count = (driver.get("allocatable") or {}).get("count")
        if count is not None and count < 0:
            detail = "must be a non-negative integer"
            errors.append(invalid(f"{at}.allocatable.count", count, detail))
        _keys(errors, f"{at}.topologyKeys", driver.get("topologyKeys") or [])
        if name in seen:
            errors.append(duplicate(f"{at}.name", name))
        seen.add(name)
    return errors


def _node_id(errors: Errors, path: str, value: str) -> None:
    if not value:
        errors.append(required(path))
    elif len(value) > _NODE_ID_LIMIT:
        detail = f"must be {_NODE_ID_LIMIT} characters or less"
        errors.append(invalid(path, value, detail))


def _keys(errors: Errors, path: str, keys: list[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if not key:
            errors.append(required(path))
        if key in seen:
            errors.append(duplicate(path, key))
        seen.add(key)
        qualified_name(errors, path, key)


def validate_update(new: Object, old: Object) -> list[FieldError]:
    errors = validate(new)
    before = {driver.get("name"): driver for driver in old["spec"].get("drivers") or ()}
    for driver in new["spec"].get("drivers") or ():
        known = before.get(driver.get("name"))
        if known is not None and not same(_fixed(driver), _fixed(known)):
            detail = "field is immutable"
            errors.append(invalid("CSINodeDriver", driver, detail))
    return errors


def _fixed(driver: Object) -> Object:
    """What may not change in a driver: all but how many volumes it takes."""
    return {key: value for key, value in driver.items() if key != "allocatable"}


RULES = Rules(
    default=default,
    validate=validate,
    validate_update=validate_update,
    columns=(
        NAME,
        number(
            "Drivers",
            count_of("spec.drivers"),
            "Drivers indicates the number of CSI drivers registered on the node",
        ),
        AGE,
    ),
    generation_ignores=None,
    unconditional_update=False,
)
