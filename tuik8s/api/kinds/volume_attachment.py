"""VolumeAttachment.

Source: k8s.io/kubernetes pkg/apis/storage/validation (1.36).
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api import names
from tuik8s.api.errors import FieldError, forbidden, invalid, required, too_long
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.pod_spec.volume_sources import csi_driver_name
from tuik8s.api.kinds.printing import AGE, NAME, field, text
from tuik8s.api.kinds.strategy import fresh_status, spec_of
from tuik8s.api.kinds.validation.go_values import Struct, go_value
from tuik8s.api.kinds.validation.text import check
from tuik8s.api.kinds.validation.values import IMMUTABLE, Errors, same
from tuik8s.api.meta import get_path
from tuik8s.api.types import Object

_ONE_SOURCE: Final = "must specify exactly one of inlineVolumeSpec and persistentVolumeName"
_METADATA_LIMIT_BYTES: Final = 256 * 1024
_MESSAGE_LIMIT: Final = 1024
_SPEC: Final = Struct(
    {
        "Attacher": ("attacher", ""),
        "Source": (
            "source",
            Struct(
                {
                    "PersistentVolumeName": ("persistentVolumeName", None),
                    "InlineVolumeSpec": ("inlineVolumeSpec", None),
                }
            ),
        ),
        "NodeName": ("nodeName", ""),
    }
)


def default(attachment: Object) -> None:
    spec = spec_of(attachment)
    if spec.get("source") is None:
        spec["source"] = {}


def validate(attachment: Object) -> list[FieldError]:
    errors: Errors = []
    spec = attachment["spec"]
    csi_driver_name(errors, "spec.attacher", spec.get("attacher", ""))
    _source(errors, "spec.source", spec["source"])
    check(errors, "spec.nodeName", spec.get("nodeName", ""), names.dns1123_subdomain)
    status = attachment.get("status") or {}
    size = sum(len(k) + len(v) for k, v in (status.get("attachmentMetadata") or {}).items())
    if size > _METADATA_LIMIT_BYTES:
        errors.append(too_long("status.attachmentMetadata", _METADATA_LIMIT_BYTES))
    for name in ("attachError", "detachError"):
        if len((status.get(name) or {}).get("message", "")) > _MESSAGE_LIMIT:
            errors.append(too_long(f"status.{name}.message", _MESSAGE_LIMIT))
    return errors


def _source(errors: Errors, path: str, source: Object) -> None:
    name, inline = source.get("persistentVolumeName"), source.get("inlineVolumeSpec")
    if name is None and inline is None:
        errors.append(required(path, _ONE_SOURCE))
    elif name is not None and inline is not None:
        errors.append(forbidden(path, _ONE_SOURCE))
    elif name is not None:
        if not name:
            detail = "must specify non empty persistentVolumeName"
            errors.append(required(f"{path}.persistentVolumeName", detail))
        else:
            check(errors, f"{path}.persistentVolumeName", name, names.dns1123_subdomain)


def validate_update(new: Object, old: Object) -> list[FieldError]:
    errors = validate(new)
    if not same(new["spec"], old["spec"]):
        errors.append(invalid("spec", go_value(new["spec"], _SPEC), IMMUTABLE))
    return errors


def validate_status(new: Object, old: Object) -> list[FieldError]:
    return validate(new)


def _attached(attachment: Object, now_ms: int) -> Any:
    return bool(get_path(attachment, "status.attached"))


RULES = Rules(
    default=default,
    prepare_for_create=fresh_status(attached=False),
    validate=validate,
    validate_update=validate_update,
    validate_status=validate_status,
    columns=(
        NAME,
        text("Attacher", field("spec.attacher"), "@spec.attacher"),
        text("PV", field("spec.source.persistentVolumeName"), "@spec.source"),
        text("Node", field("spec.nodeName"), "@spec.nodeName"),
        text("Attached", _attached, "@status.attached"),
        AGE,
    ),
    generation_ignores=None,
    unconditional_update=False,
)
