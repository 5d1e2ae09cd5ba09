"""DNS settings and host aliases of a pod.

Source: k8s.io/kubernetes pkg/apis/core/validation (1.36).
"""

from __future__ import annotations

import re
from typing import Final

from tuik8s.api.errors import invalid, required
from tuik8s.api.kinds.validation.network import ip
from tuik8s.api.kinds.validation.text import dns_subdomain
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.types import Object

POLICIES: Final = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
_UNDERSCORED: Final = r"[a-z0-9_]([-_a-z0-9]*[a-z0-9_])?(\.[a-z0-9_]([-_a-z0-9]*[a-z0-9_])?)*"
_UNDERSCORED_PATTERN = re.compile(_UNDERSCORED)
_UNDERSCORED_TEXT: Final = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-', "
    "'_' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', "
    f"regex used for validation is '{_UNDERSCORED}')"
)


def config(errors: Errors, path: str, value: Object | None, policy: str) -> None:
    if policy == "None":
        if value is None:
            detail = "must provide `dnsConfig` when `dnsPolicy` is None"
            errors.append(required(path, detail))
            return
        if not value.get("nameservers"):
            detail = "must provide at least one DNS nameserver when `dnsPolicy` is None"
            errors.append(required(f"{path}.nameservers", detail))
            return
    if value is None:
        return
    servers, searches = value.get("nameservers") or [], value.get("searches") or []
    if len(servers) > 3:
        detail = "must not have more than 3 nameservers"
        errors.append(invalid(f"{path}.nameservers", servers, detail))
    for i, server in enumerate(servers):
        ip(errors, f"{path}.nameservers[{i}]", server)
    _searches(errors, f"{path}.searches", searches)
    for i, option in enumerate(value.get("options") or ()):
        if not option.get("name"):
            errors.append(required(f"{path}.options[{i}]", "must not be empty"))


def _searches(errors: Errors, path: str, searches: list[str]) -> None:
    if len(searches) > 32:
        errors.append(invalid(path, searches, "must not have more than 32 search paths"))
    if len(" ".join(searches)) > 2048:
        detail = "must not have more than 2048 characters (including spaces) in the search list"
        errors.append(invalid(path, searches, detail))
    for i, search in enumerate(searches):
        if search == ".":
            continue
        name = search.removesuffix(".")
        if len(name) > 253:
            errors.append(invalid(f"{path}[{i}]", name, "must be no more than 253 characters"))
        if not _UNDERSCORED_PATTERN.fullmatch(name):
            errors.append(invalid(f"{path}[{i}]", name, _UNDERSCORED_TEXT))


def host_aliases(errors: Errors, path: str, aliases: list[Object]) -> None:
    for i, alias in enumerate(aliases):
        ip(errors, f"{path}[{i}].ip", alias.get("ip", ""))
        for j, hostname in enumerate(alias.get("hostnames") or ()):
            dns_subdomain(errors, f"{path}[{i}].hostnames[{j}]", hostname)
