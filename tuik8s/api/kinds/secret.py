"""Secret.

Source: k8s.io/kubernetes pkg/apis/core/validation, pkg/registry/core/secret (1.36).
"""

from __future__ import annotations

import base64
import json
from typing import Final

from tuik8s.api.errors import FieldError, forbidden, invalid, required, too_long
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.printing import AGE, NAME, count_of, field, text
from tuik8s.api.kinds.strategy import first_text
from tuik8s.api.kinds.validation.text import config_key
from tuik8s.api.kinds.validation.values import Errors, immutable, same
from tuik8s.api.types import Object

SIZE_MAX_BYTES: Final = 1024 * 1024
_ACCOUNT: Final = "kubernetes.io/service-account.name"
_DOCKER: Final = {
    "kubernetes.io/dockercfg": ".dockercfg",
    "kubernetes.io/dockerconfigjson": ".dockerconfigjson",
}


def default(secret: Object) -> None:
    first_text(secret, "type", "Opaque")
    texts = secret.pop("stringData", None)
    if texts:
        data = dict(secret.get("data") or {})
        for key, value in texts.items():
            data[key] = base64.b64encode((value or "").encode()).decode()
        secret["data"] = data
    data = secret.get("data") or {}
    for key, value in data.items():
        if value is None:
            data[key] = ""


def prepare_for_update(new: Object, old: Object, now_ms: int) -> None:
    """A type that is left out means the one it had."""
    if not new.get("type"):
        new["type"] = old.get("type", "Opaque")


def validate(secret: Object) -> list[FieldError]:
    errors: Errors = []
    data = secret.get("data") or {}
    size = 0
    for key, value in data.items():
        config_key(errors, f"data[{key}]", key)
        size += len(base64.b64decode(value or ""))
    if size > SIZE_MAX_BYTES:
        errors.append(too_long("data", SIZE_MAX_BYTES))
    _by_type(errors, secret, data)
    return errors


def _by_type(errors: Errors, secret: Object, data: dict[str, str]) -> None:
    kind = secret.get("type", "")
    if kind == "kubernetes.io/service-account-token":
        annotations = (secret.get("metadata") or {}).get("annotations") or {}
        if not annotations.get(_ACCOUNT):
            errors.append(required(f"metadata.annotations[{_ACCOUNT}]"))
    elif kind in _DOCKER:
        _docker_config(errors, _DOCKER[kind], data)
    elif kind == "kubernetes.io/basic-auth":
        if "username" not in data and "password" not in data:
            errors.append(required("data[username]"))
            errors.append(required("data[password]"))
    elif kind == "kubernetes.io/ssh-auth":
        if not data.get("ssh-privatekey"):
            errors.append(required("data[ssh-privatekey]"))
    elif kind == "kubernetes.io/tls":
        for key in ("tls.crt", "tls.key"):
            if key not in data:
                errors.append(required(f"data[{key}]"))


def _docker_config(errors: Errors, key: str, data: dict[str, str]) -> None:
    if key not in data:
        errors.append(required(f"data[{key}]"))
        return
    raw = base64.b64decode(data[key] or "")
    try:
        parsed = json.loads(raw)
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        detail = _json_problem(raw.decode("utf-8", "replace"), parsed)
        errors.append(invalid(f"data[{key}]", "<secret contents redacted>", detail))


def _json_problem(text: str, parsed: object) -> str:
    """What Go's decoder would say."""
    if not text.strip():
        return "unexpected end of JSON input"
    if parsed is not None:
        kind = "array" if isinstance(parsed, list) else type(parsed).__name__
        kind = {"str": "string", "int": "number", "float": "number", "bool": "bool"}.get(kind, kind)
        return f"json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}"
    return f"invalid character '{text.strip()[0]}' looking for beginning of value"


def validate_update(new: Object, old: Object) -> list[FieldError]:
    errors: Errors = []
    immutable(errors, "type", new.get("type", ""), old.get("type", ""))
    if old.get("immutable"):
        detail = "field is immutable when `immutable` is set"
        if not new.get("immutable"):
            errors.append(forbidden("immutable", detail))
        if not same(new.get("data"), old.get("data")):
            errors.append(forbidden("data", detail))
    return errors + validate(new)


def warn(new: Object, old: Object | None) -> list[str]:
    """A certificate or key that is none is taken, with a warning."""
    if new.get("type") != "kubernetes.io/tls":
        return []
    data = new.get("data") or {}
    for key, word in (("tls.crt", "certificate"), ("tls.key", "key")):
        if b"-----BEGIN " not in base64.b64decode(data.get(key) or ""):
            return [f"tls: failed to find any PEM data in {word} input"]
    return []


RULES = Rules(
    default=default,
    prepare_for_update=prepare_for_update,
    validate=validate,
    validate_update=validate_update,
    warnings=warn,
    columns=(
        NAME,
        text("Type", field("type"), "@type"),
        text("Data", count_of("data"), "@data"),
        AGE,
    ),
    selectable={
        "metadata.name": "metadata.name",
        "metadata.namespace": "metadata.namespace",
        "type": "type",
    },
    generation_ignores=None,
)
