"""CertificateSigningRequest.

Source: k8s.io/kubernetes pkg/apis/certificates, pkg/registry/certificates (1.36).
"""

from __future__ import annotations

import base64
import binascii
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from tuik8s.api import names
from tuik8s.api.errors import FieldError, duplicate, forbidden, invalid, not_supported, required
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.printing import AGE, NAME, NONE, field, text
from tuik8s.api.kinds.strategy import drop_status, keep_field, spec_of
from tuik8s.api.kinds.validation.conditions import STATUSES
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.meta import get_path
from tuik8s.api.names import quoted
from tuik8s.api.times import human_duration
from tuik8s.api.types import Object

_USAGES: Final = (
    "any",
    "cert sign",
    "client auth",
    "code signing",
    "content commitment",
    "crl sign",
    "data encipherment",
    "decipher only",
    "digital signature",
    "email protection",
    "encipher only",
    "ipsec end system",
    "ipsec tunnel",
    "ipsec user",
    "key agreement",
    "key encipherment",
    "microsoft sgc",
    "netscape sgc",
    "ocsp signing",
    "s/mime",
    "server auth",
    "signing",
    "timestamping",
)
_HEADER: Final = b"-----BEGIN CERTIFICATE REQUEST-----"
_NOT_PEM: Final = "PEM block type must be CERTIFICATE REQUEST"
_LEGACY_SIGNER: Final = "kubernetes.io/legacy-unknown"
_NO_LEGACY: Final = "the legacy signerName is not allowed via this API version"
_MIN_SECONDS: Final = 600
_SIGNER_LIMIT: Final = 571
_TRUE_ONLY: Final = ("Approved", "Denied", "Failed")


def default(request: Object) -> None:
    spec_of(request)
    for condition in get_path(request, "status.conditions") or ():
        if not condition.get("status"):
            condition["status"] = "True"


def prepare_for_update(new: Object, old: Object, now_ms: int) -> None:
    keep_field(new, old, "spec")


def validate(request: Object) -> list[FieldError]:
    errors: Errors = []
    spec = request["spec"]
    text_value = spec.get("request")
    problem = _request_problem(text_value)
    if problem:
        errors.append(invalid("spec.request", text_value or None, problem))
    _usages(errors, "spec.usages", spec.get("usages"))
    signer = spec.get("signerName", "")
    _signer(errors, "spec.signerName", signer)
    if signer == _LEGACY_SIGNER:
        errors.append(invalid("spec.signerName", signer, _NO_LEGACY))
    seconds = spec.get("expirationSeconds")
    if seconds is not None and seconds < _MIN_SECONDS:
        detail = "may not specify a duration less than 600 seconds (10 minutes)"
        errors.append(invalid("spec.expirationSeconds", seconds, detail))
    _conditions(errors, "status.conditions", get_path(request, "status.conditions") or [])
    return errors


def _request_problem(text_value: str | None) -> str:
    try:
        pem = base64.b64decode(text_value or "")
    except binascii.Error:
        return _NOT_PEM
    if _HEADER not in pem:
        return _NOT_PEM
    try:
        parsed = x509.load_pem_x509_csr(pem)
        valid = parsed.is_signature_valid
    except (ValueError, InvalidSignature) as error:
        return str(error)
    return "" if valid else "x509: invalid signature"


def _usages(errors: Errors, path: str, usages: list[str] | None) -> None:
    if not usages:
        errors.append(required(path))
    seen: set[str] = set()
    for i, usage in enumerate(usages or ()):
        if usage not in _USAGES:
            errors.append(not_supported(f"{path}[{i}]", usage, _USAGES))
        if usage in seen:
            errors.append(duplicate(f"{path}[{i}]", usage))
        seen.add(usage)


def _signer(errors: Errors, path: str, signer: str) -> None:
    if not signer:
        errors.append(required(path))
        return
    if len(signer) > _SIGNER_LIMIT:
        detail = f"may not be more than {_SIGNER_LIMIT} bytes"
        errors.append(FieldError(path, "FieldValueTooLong", f"Too long: {detail}"))
    if signer.count("/") != 1:
        detail = "must be a fully qualified domain and path of the form 'example.com/signer-name'"
        errors.append(invalid(path, signer, detail))
        return
    domain, _, name = signer.partition("/")
    problems = [*names.dns1123_subdomain(domain), *names.dns1123_subdomain(name)]
    if "." not in domain:
        problems.insert(0, "should be a domain with at least two segments separated by dots")
    for problem in problems:
        errors.append(invalid(path, signer, problem))


def _conditions(errors: Errors, path: str, conditions: list[Object]) -> None:
    seen: set[str] = set()
    for i, condition in enumerate(conditions):
        kind, status = condition.get("type", ""), condition.get("status", "")
        at = f"{path}[{i}]"
        if not kind:
            errors.append(required(f"{at}.type"))
        if not status:
            errors.append(required(f"{at}.status"))
        elif kind in _TRUE_ONLY and status != "True":
            errors.append(not_supported(f"{at}.status", status, ("True",)))
        elif status not in STATUSES:
            errors.append(not_supported(f"{at}.status", status, STATUSES))
        if kind in seen:
            errors.append(duplicate(f"{at}.type", kind))
        seen.add(kind)
    if {"Approved", "Denied"} <= seen:
        i = next(i for i, c in enumerate(conditions) if c.get("type") == "Denied")
        detail = "Approved and Denied conditions are mutually exclusive"
        errors.append(invalid(f"{path}[{i}].type", "Denied", detail))


def validate_update(new: Object, old: Object) -> list[FieldError]:
    return _without_own_conditions(new, old, ("Approved", "Denied", "Failed"))


def validate_status(new: Object, old: Object) -> list[FieldError]:
    errors = _without_own_conditions(new, old, ("Approved", "Denied"))
    was, now = (get_path(side, "status.certificate") for side in (old, new))
    if was and was != now:
        detail = "updates may not modify a certificate that has been issued"
        errors.append(forbidden("status.certificate", detail))
    return errors


def validate_approval(new: Object, old: Object) -> list[FieldError]:
    """An update of /approval, which alone may approve and deny."""
    return _without_own_conditions(new, old, ("Failed",))


def _without_own_conditions(new: Object, old: Object, kinds: tuple[str, ...]) -> list[FieldError]:
    """What is wrong, counting conditions that this door may neither add, change nor remove."""
    errors = validate(new)
    for kind in kinds:
        after, before = (_of_type(side, kind) for side in (new, old))
        if len(after) == len(before):
            continue
        verb = "add" if len(after) > len(before) else "remove"
        detail = f"updates may not {verb} a condition of type {quoted(kind)}"
        errors.append(forbidden("status.conditions", detail))
    return errors


def _of_type(request: Object, kind: str) -> list[Object]:
    conditions = get_path(request, "status.conditions") or ()
    return [condition for condition in conditions if condition.get("type") == kind]


def _condition(request: Object, now_ms: int) -> Any:
    kinds = {c.get("type") for c in get_path(request, "status.conditions") or ()}
    shown = "Denied" if "Denied" in kinds else "Approved" if "Approved" in kinds else "Pending"
    if "Failed" in kinds:
        shown += ",Failed"
    return f"{shown},Issued" if get_path(request, "status.certificate") else shown


def _duration(request: Object, now_ms: int) -> Any:
    seconds = get_path(request, "spec.expirationSeconds")
    return NONE if seconds is None else human_duration(seconds * 1000)


RULES = Rules(
    default=default,
    prepare_for_create=drop_status,
    prepare_for_update=prepare_for_update,
    validate=validate,
    validate_update=validate_update,
    validate_status=validate_status,
    columns=(
        NAME,
        AGE,
        text("SignerName", field("spec.signerName", NONE), "@spec.signerName"),
        text("Requestor", field("spec.username"), "@spec.request"),
        text("RequestedDuration", _duration, "@spec.expirationSeconds"),
        text("Condition", _condition, "@status.conditions"),
    ),
    selectable={"spec.signerName": "spec.signerName"},
    generation_ignores=None,
)
