"""Where a webhook is: a URL or a service. Custom resource conversion and audit use the same checks.

Source: k8s.io/apiserver pkg/util/webhook/validation.go (1.36).
"""

from __future__ import annotations

from typing import Final
from urllib.parse import SplitResult, urlsplit

from tuik8s.api import names
from tuik8s.api.errors import invalid, required
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.types import Object

_FORM: Final = "; desired format: https://host[/path]"


def fill(client: Object) -> None:
    service = client.get("service")
    if service is not None and service.get("port") is None:
        service["port"] = 443


def validate(errors: Errors, path: str, client: Object) -> None:
    address, target = client.get("url"), client.get("service")
    if (address is None) == (target is None):
        errors.append(required(path, "exactly one of url or service is required"))
    elif address is not None:
        url(errors, f"{path}.url", address)
    elif target is not None:
        service(errors, f"{path}.service", target)


def url(errors: Errors, path: str, value: str) -> None:
    try:
        parsed = urlsplit(value)
    except ValueError as error:
        errors.append(required(path, f"url must be a valid URL: {error}{_FORM}"))
        return
    if parsed.scheme != "https":
        detail = f"'https' is the only allowed URL scheme{_FORM}"
        errors.append(invalid(path, parsed.scheme, detail))
    user, at, host = parsed.netloc.rpartition("@")
    if not host:
        errors.append(invalid(path, host, f"host must be specified{_FORM}"))
    if at:
        detail = "user information is not permitted in the URL"
        errors.append(invalid(path, user, detail))
    _no_extras(errors, path, parsed)


def _no_extras(errors: Errors, path: str, parsed: SplitResult) -> None:
    if parsed.fragment:
        detail = "fragments are not permitted in the URL"
        errors.append(invalid(path, parsed.fragment, detail))
    if parsed.query:
        detail = "query parameters are not permitted in the URL"
        errors.append(invalid(path, parsed.query, detail))


def service(errors: Errors, path: str, target: Object) -> None:
    # Upstream hands the two over in the wrong order, so each is blamed for the other.
    for blamed, missing in (("name", "namespace"), ("namespace", "name")):
        if not target.get(missing):
            errors.append(required(f"{path}.{blamed}"))
    port = target.get("port", 443)
    problems = names.port_number(port)
    if problems:
        detail = "port is not valid: " + ",".join(problems)
        errors.append(invalid(f"{path}.port", port, detail))
    if target.get("path"):
        _path(errors, f"{path}.path", target["path"])


def _path(errors: Errors, path: str, value: str) -> None:
    if value == "/":
        return
    if value == "//":
        errors.append(invalid(path, value, "segment[0] may not be empty"))
        return
    if not value.startswith("/"):
        errors.append(invalid(path, value, "must start with a '/'"))
    for i, step in enumerate(value[1:].removesuffix("/").split("/")):
        if not step:
            errors.append(invalid(path, value, f"segment[{i}] may not be empty"))
            continue
        for problem in names.dns1123_subdomain(step):
            errors.append(invalid(path, value, f"segment[{i}]: {problem}"))
