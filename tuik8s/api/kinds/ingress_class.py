"""IngressClass.

Source: k8s.io/kubernetes pkg/apis/networking (1.36).
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api import names
from tuik8s.api.errors import FieldError, forbidden, not_supported, required, too_long
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.ingress import local_object
from tuik8s.api.kinds.printing import AGE, NAME, NONE, field, text
from tuik8s.api.kinds.strategy import first, spec_of
from tuik8s.api.kinds.validation.text import check, domain_prefixed_path
from tuik8s.api.kinds.validation.values import Errors, immutable
from tuik8s.api.meta import get_path
from tuik8s.api.types import Object

_SCOPES: Final = ("Cluster", "Namespace")
_CONTROLLER_LIMIT: Final = 250


def default(ingress_class: Object) -> None:
    parameters = spec_of(ingress_class).get("parameters")
    if parameters is not None:
        first(parameters, "scope", "Cluster")


def validate(ingress_class: Object) -> list[FieldError]:
    errors: Errors = []
    spec = ingress_class["spec"]
    controller = spec.get("controller", "")
    if len(controller) > _CONTROLLER_LIMIT:
        errors.append(too_long("spec.controller", _CONTROLLER_LIMIT))
    domain_prefixed_path(errors, "spec.controller", controller)
    if spec.get("parameters") is not None:
        _parameters(errors, "spec.parameters", spec["parameters"])
    return errors


def _parameters(errors: Errors, path: str, parameters: Object) -> None:
    local_object(errors, path, parameters)
    scope, namespace = parameters.get("scope"), parameters.get("namespace")
    if scope is None:
        errors.append(required(f"{path}.scope"))
    elif scope not in _SCOPES:
        errors.append(not_supported(f"{path}.scope", scope, _SCOPES))
    elif scope == "Namespace":
        if namespace is None:
            detail = "`parameters.scope` is set to 'Namespace'"
            errors.append(required(f"{path}.namespace", detail))
        else:
            check(errors, f"{path}.namespace", namespace, names.dns1123_label)
    elif namespace is not None:
        detail = "`parameters.scope` is set to 'Cluster'"
        errors.append(forbidden(f"{path}.namespace", detail))


def validate_update(new: Object, old: Object) -> list[FieldError]:
    errors: Errors = []
    controllers = [get_path(side, "spec.controller") or "" for side in (new, old)]
    immutable(errors, "spec.controller", *controllers)
    return validate(new) + errors


def _shown_parameters(ingress_class: Object, now_ms: int) -> Any:
    parameters = get_path(ingress_class, "spec.parameters")
    if parameters is None:
        return NONE
    kind = parameters.get("kind", "")
    if parameters.get("apiGroup"):
        kind = f"{kind}.{parameters['apiGroup']}"
    return f"{kind}/{parameters.get('name', '')}"


RULES = Rules(
    default=default,
    validate=validate,
    validate_update=validate_update,
    columns=(
        NAME,
        text(
            "Controller",
            field("spec.controller"),
            "Controller that is responsible for handling this class",
        ),
        text(
            "Parameters", _shown_parameters, "A reference to a resource with additional parameters"
        ),
        AGE,
    ),
)
