"""CSIStorageCapacity.

Source: k8s.io/kubernetes pkg/apis/storage/validation (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api import names
from tuik8s.api.errors import FieldError
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.printing import NAME, UNSET, field, text
from tuik8s.api.kinds.validation.labels import selector
from tuik8s.api.kinds.validation.resources import nonnegative_quantity
from tuik8s.api.kinds.validation.text import check
from tuik8s.api.kinds.validation.values import Errors, immutable
from tuik8s.api.types import Object

_AMOUNTS: Final = ("capacity", "maximumVolumeSize")
_FIXED: Final = ("nodeTopology", "storageClassName")


def validate(capacity: Object) -> list[FieldError]:
    errors: Errors = []
    selector(errors, "nodeTopology", capacity.get("nodeTopology"))
    name = capacity.get("storageClassName", "")
    check(errors, "storageClassName", name, names.dns1123_subdomain)
    for amount in _AMOUNTS:
        if capacity.get(amount) is not None:
            nonnegative_quantity(errors, amount, capacity[amount])
    return errors


def validate_update(new: Object, old: Object) -> list[FieldError]:
    errors = validate(new)
    for name in _FIXED:
        immutable(errors, name, new.get(name), old.get(name))
    return errors


RULES = Rules(
    validate=validate,
    validate_update=validate_update,
    columns=(
        NAME,
        text("StorageClassName", field("storageClassName"), "@storageClassName"),
        text("Capacity", field("capacity", UNSET), "@capacity"),
    ),
    generation_ignores=None,
)
