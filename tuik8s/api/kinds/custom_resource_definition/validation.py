"""What a CustomResourceDefinition may say.

Upstream checks an internal form in which a schema, subresources or columns that all versions share
stand once at the top: errors about a lone version's schema name `spec.validation`.

Source: k8s.io/apiextensions-apiserver pkg/apis/apiextensions/validation (1.36).
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from tuik8s.api import names as name_rules
from tuik8s.api.errors import FieldError, forbidden, invalid, not_supported, required
from tuik8s.api.kinds.admission import clients
from tuik8s.api.kinds.custom_resource_definition import structural
from tuik8s.api.kinds.custom_resource_definition.parts import column, subresources
from tuik8s.api.kinds.validation.go_values import Struct, go_value
from tuik8s.api.kinds.validation.values import Errors, immutable
from tuik8s.api.meta import is_condition_true
from tuik8s.api.types import Object

_SCOPES: Final = ("Cluster", "Namespaced")
_STRATEGIES: Final = ("None", "Webhook")
_REVIEW_VERSIONS: Final = ("v1", "v1beta1")
_MUST_BE: Final = 'must be spec.names.plural+"."+spec.group'
_ONLY_WEBHOOK: Final = "should not be set when strategy is not set to Webhook"
_APPROVAL: Final = "api-approved.kubernetes.io"
_NO_APPROVAL: Final = (
    f'protected groups must have approval annotation "{_APPROVAL}", '
    "see https://github.com/kubernetes/enhancements/pull/1111"
)
_SHARED: Final = ("schema", "subresources", "additionalPrinterColumns", "selectableFields")
_VERSIONS: Final = Struct(
    {
        "Name": ("name", ""),
        "Served": ("served", False),
        "Storage": ("storage", False),
        "Deprecated": ("deprecated", False),
        "DeprecationWarning": ("deprecationWarning", None),
        "Schema": ("schema", None),
        "Subresources": ("subresources", None),
        "AdditionalPrinterColumns": ("additionalPrinterColumns", None),
        "SelectableFields": ("selectableFields", None),
    },
    many=True,
)


def _is_shared(versions: list[Object], field: str) -> bool:
    return all(version.get(field) == versions[0].get(field) for version in versions[1:])


def _shown(versions: list[Object]) -> Any:
    """Versions as upstream's errors show them: without what they share."""
    if not versions:
        return []
    shared = [field for field in _SHARED if _is_shared(versions, field)]
    bare = [{k: v for k, v in version.items() if k not in shared} for version in versions]
    return go_value(bare, _VERSIONS)


_NO_PRESERVING: Final = (
    "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in "
    "spec.versions[*].schema instead"
)


def validate(definition: Object) -> list[FieldError]:
    errors: Errors = []
    spec, name = definition["spec"], definition["metadata"].get("name", "")
    if name != f"{spec['names'].get('plural', '')}.{spec.get('group', '')}":
        errors.append(invalid("metadata.name", name, _MUST_BE))
    if spec.get("preserveUnknownFields"):
        errors.append(invalid("spec.preserveUnknownFields", True, _NO_PRESERVING))
    _spec(errors, spec)
    _status(errors, definition)
    _approval(errors, definition)
    return errors


def validate_update(new: Object, old: Object) -> list[FieldError]:
    errors: Errors = []
    after, before = new["spec"], old["spec"]
    _spec(errors, after)
    if is_condition_true(old, "Established"):
        immutable(errors, "spec.scope", after.get("scope"), before.get("scope"))
        kinds = [side["names"].get("kind") for side in (after, before)]
        immutable(errors, "spec.names.kind", *kinds)
    immutable(errors, "spec.group", after.get("group"), before.get("group"))
    plurals = [side["names"].get("plural") for side in (after, before)]
    immutable(errors, "spec.names.plural", *plurals)
    _status(errors, new)
    _approval(errors, new)
    return errors


def validate_status(new: Object, old: Object) -> list[FieldError]:
    errors: Errors = []
    _names(errors, "status.acceptedNames", (new.get("status") or {}).get("acceptedNames") or {})
    _stored_versions(errors, new)
    return errors


def _spec(errors: Errors, spec: Object) -> None:
    _group(errors, "spec.group", spec.get("group", ""))
    _one_of(errors, "spec.scope", spec.get("scope", ""), _SCOPES)
    versions = spec.get("versions") or []
    for i, version in enumerate(versions):
        if (version.get("schema") or {}).get("openAPIV3Schema") is None:
            errors.append(required(f"spec.versions[{i}].schema.openAPIV3Schema"))
    for i, version in enumerate(versions):
        _version(errors, f"spec.versions[{i}]", version, versions)
    found = [version.get("name", "") for version in versions]
    if len(set(found)) < len(found):
        detail = "must contain unique version names"
        errors.append(invalid("spec.versions", _shown(versions), detail))
    if sum(bool(version.get("storage")) for version in versions) != 1:
        detail = "must have exactly one version marked as storage version"
        shown = None if spec.get("versions") is None else _shown(versions)
        errors.append(invalid("spec.versions", shown, detail))
    if found and found[0]:
        _joined(errors, "spec.version", found[0], name_rules.dns1035_label(found[0]))
    for field in ("plural", "singular", "kind", "listKind"):
        if not spec["names"].get(field):
            errors.append(required(f"spec.names.{field}"))
    _names(errors, "spec.names", spec["names"])
    if versions:
        _shared(errors, versions)
    if spec.get("conversion") is not None:
        _conversion(errors, "spec.conversion", spec["conversion"])


def _group(errors: Errors, path: str, group: str) -> None:
    if not group:
        errors.append(required(path))
        return
    problems = name_rules.dns1123_subdomain(group)
    if problems:
        _joined(errors, path, group, problems)
    elif "." not in group:
        errors.append(invalid(path, group, "should be a domain with at least one dot"))


def _joined(errors: Errors, path: str, value: str, problems: Any) -> None:
    if problems:
        errors.append(invalid(path, value, ",".join(problems)))


def _one_of(errors: Errors, path: str, value: str, accepted: tuple[str, ...]) -> None:
    if not value:
        errors.append(required(path))
    elif value not in accepted:
        errors.append(not_supported(path, value, accepted))


def _version(errors: Errors, path: str, version: Object, versions: list[Object]) -> None:
    name = version.get("name", "")
    _joined(errors, f"{path}.name", name, name_rules.dns1035_label(name))
    warning = version.get("deprecationWarning")
    if warning is not None and not version.get("deprecated"):
        detail = "can only be set for deprecated versions"
        errors.append(invalid(f"{path}.deprecationWarning", warning, detail))
    schema = (version.get("schema") or {}).get("openAPIV3Schema")
    if schema is not None and not _is_shared(versions, "schema"):
        has_status = (version.get("subresources") or {}).get("status") is not None
        structural.validate(errors, f"{path}.schema.openAPIV3Schema", schema, has_status)
    if not _is_shared(versions, "subresources"):
        subresources(errors, f"{path}.subresources", version.get("subresources"))
    if not _is_shared(versions, "additionalPrinterColumns"):
        for i, entry in enumerate(version.get("additionalPrinterColumns") or ()):
            column(errors, f"{path}.additionalPrinterColumns[{i}]", entry)


def _shared(errors: Errors, versions: list[Object]) -> None:
    one = versions[0]
    schema = (one.get("schema") or {}).get("openAPIV3Schema")
    if schema is not None and _is_shared(versions, "schema"):
        has_status = any((v.get("subresources") or {}).get("status") is not None for v in versions)
        structural.validate(errors, "spec.validation.openAPIV3Schema", schema, has_status)
    if _is_shared(versions, "subresources"):
        subresources(errors, "spec.subresources", one.get("subresources"))
    if _is_shared(versions, "additionalPrinterColumns"):
        for i, entry in enumerate(one.get("additionalPrinterColumns") or ()):
            column(errors, f"spec.additionalPrinterColumns[{i}]", entry)


def _names(errors: Errors, path: str, names: Object) -> None:
    for field in ("plural", "singular"):
        value = names.get(field, "")
        if value:
            _joined(errors, f"{path}.{field}", value, name_rules.dns1035_label(value))
    for field in ("kind", "listKind"):
        value = names.get(field, "")
        problems = name_rules.dns1035_label(value.lower()) if value else ()
        if problems:
            detail = f"may have mixed case, but should otherwise match: {','.join(problems)}"
            errors.append(invalid(f"{path}.{field}", value, detail))
    for i, value in enumerate(names.get("shortNames") or ()):
        _joined(errors, f"{path}.shortNames[{i}]", value, name_rules.dns1035_label(value))
    if names.get("kind") and names.get("kind") == names.get("listKind"):
        detail = "kind and listKind may not be the same"
        errors.append(invalid(f"{path}.listKind", names["listKind"], detail))
    for i, value in enumerate(names.get("categories") or ()):
        _joined(errors, f"{path}.categories[{i}]", value, name_rules.dns1035_label(value))


def _conversion(errors: Errors, path: str, conversion: Object) -> None:
    strategy = conversion.get("strategy", "")
    _one_of(errors, f"{path}.strategy", strategy, _STRATEGIES)
    webhook = conversion.get("webhook") or {}
    client, versions = webhook.get("clientConfig"), webhook.get("conversionReviewVersions")
    if strategy != "Webhook":
        if client is not None:
            errors.append(forbidden(f"{path}.webhookClientConfig", _ONLY_WEBHOOK))
        if versions:
            errors.append(forbidden(f"{path}.conversionReviewVersions", _ONLY_WEBHOOK))
        return
    if client is None:
        detail = "required when strategy is set to Webhook"
        errors.append(required(f"{path}.webhookClientConfig", detail))
    else:
        clients.validate(errors, f"{path}.webhookClientConfig", client)
    _review_versions(errors, f"{path}.conversionReviewVersions", versions)


def _review_versions(errors: Errors, path: str, versions: list[str] | None) -> None:
    if not versions:
        errors.append(required(path))
        return
    for i, version in enumerate(versions):
        if version in versions[:i]:
            errors.append(invalid(f"{path}[{i}]", version, "duplicate version"))
        else:
            for problem in name_rules.dns1035_label(version):
                errors.append(invalid(f"{path}[{i}]", version, problem))
    if not any(version in _REVIEW_VERSIONS for version in versions):
        detail = f"must include at least one of {', '.join(_REVIEW_VERSIONS)}"
        errors.append(invalid(path, versions, detail))


_LEFT_OUT: Final = (
    "missing from spec.versions; {0} was previously a storage version, and must remain in "
    "spec.versions until a storage migration ensures no data remains persisted in {0} and removes "
    "{0} from status.storedVersions"
)


def _status(errors: Errors, definition: Object) -> None:
    accepted = (definition.get("status") or {}).get("acceptedNames") or {}
    _names(errors, "status.acceptedNames", accepted)
    _stored_versions(errors, definition)


def _stored_versions(errors: Errors, definition: Object) -> None:
    path = "status.storedVersions"
    stored = (definition.get("status") or {}).get("storedVersions")
    if not stored:
        errors.append(invalid(path, None, "must have at least one stored version"))
        return
    left = dict.fromkeys(stored)
    for version in definition["spec"].get("versions") or ():
        name = version.get("name", "")
        if version.get("storage") and name not in left:
            errors.append(invalid(path, stored, f"must have the storage version {name}"))
        left.pop(name, None)
    for name in left:
        at = f"{path}[{stored.index(name)}]"
        errors.append(invalid(at, name, _LEFT_OUT.format(name)))


def _approval(errors: Errors, definition: Object) -> None:
    """Groups of the project itself need a link to the review that approved them."""
    group = definition["spec"].get("group", "")
    if not any(f".{group}".endswith(f".{own}") for own in ("k8s.io", "kubernetes.io")):
        return
    path = f"metadata.annotations[{_APPROVAL}]"
    value = (definition["metadata"].get("annotations") or {}).get(_APPROVAL, "")
    if not value:
        errors.append(required(path, _NO_APPROVAL))
    elif not value.startswith("unapproved"):
        parsed = urlsplit(value)
        if not parsed.scheme or not parsed.netloc:
            detail = (
                f'protected groups must have approval annotation "{_APPROVAL}" with either a URL '
                f'or a reason starting with "unapproved", '
                "see https://github.com/kubernetes/enhancements/pull/1111"
            )
            errors.append(invalid(path, value, detail))
