"""Defaults and strategy of CustomResourceDefinitions.

Source: k8s.io/apiextensions-apiserver pkg/apis/apiextensions, pkg/registry (1.36).
"""

from __future__ import annotations

from tuik8s.api.kinds.admission import clients
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.custom_resource_definition import validation
from tuik8s.api.kinds.printing import DEFAULT_COLUMNS
from tuik8s.api.kinds.strategy import first, first_text, spec_of
from tuik8s.api.meta import get_path
from tuik8s.api.types import Object


def default(definition: Object) -> None:
    spec = spec_of(definition)
    first(spec, "names", {})
    names = spec["names"]
    kind = names.get("kind", "")
    if kind:
        first_text(names, "singular", kind.lower())
        first_text(names, "listKind", f"{kind}List")
    if spec.get("conversion") is None:
        spec["conversion"] = {"strategy": "None"}
    client = get_path(spec, "conversion.webhook.clientConfig")
    if client is not None:
        clients.fill(client)


def _note_stored_version(definition: Object) -> None:
    """The version that is stored from now on joins those that ever were."""
    versions = definition["spec"].get("versions") or ()
    name = next((v.get("name", "") for v in versions if v.get("storage")), None)
    stored = definition["status"].get("storedVersions") or []
    if name is not None and name not in stored:
        definition["status"]["storedVersions"] = [*stored, name]


def prepare_for_create(definition: Object, now_ms: int) -> None:
    definition["status"] = {"acceptedNames": {"plural": "", "kind": ""}}
    _note_stored_version(definition)


def prepare_for_update(new: Object, old: Object, now_ms: int) -> None:
    new["status"] = dict(new.get("status") or {})
    _note_stored_version(new)


RULES = Rules(
    default=default,
    prepare_for_create=prepare_for_create,
    prepare_for_update=prepare_for_update,
    validate=validation.validate,
    validate_update=validation.validate_update,
    validate_status=validation.validate_status,
    columns=DEFAULT_COLUMNS,
)
