"""Discovery documents, as pure functions of the kinds that are served.

    api_versions(address)          GET /api
    group_list(kinds)              GET /apis
    group(kinds, name)             GET /apis/{group}
    resource_list(kinds, g, v)     GET /api/v1, /apis/{group}/{version}
    aggregated(kinds, core=...)    GET /api and /apis as APIGroupDiscoveryList

Built-in groups come in the order of a real server, custom ones after them by name; the versions of
a custom group by maturity (v10, v2, v2beta1, v1alpha1, foo).

Source: k8s.io/apiserver pkg/endpoints/discovery, pkg/endpoints/installer.go (1.36), compared with
golden/documents. v2beta1 of the aggregated form, gone upstream, is still served to old kubectl.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Final

from tuik8s.api.kinds.base import Kind, Subresource
from tuik8s.api.kinds.registry import KindRegistry
from tuik8s.api.types import Object

_VERSION: Final = re.compile(r"v([0-9]+)(?:(alpha|beta)([0-9]+))?", re.ASCII)
_MATURITY: Final = {"alpha": 1, "beta": 2, None: 3}
# What is stored under another kind than the one that is served first.
_HASHED_AS: Final = {
    "events.events.k8s.io": "/v1/Event",
    "horizontalpodautoscalers.autoscaling": "autoscaling/v2/HorizontalPodAutoscaler",
    "customresourcedefinitions.apiextensions.k8s.io": (
        "apiextensions.k8s.io/v1beta1/CustomResourceDefinition"
    ),
    "mutatingadmissionpolicies.admissionregistration.k8s.io": (
        "admissionregistration.k8s.io/v1beta1/MutatingAdmissionPolicy"
    ),
    "mutatingadmissionpolicybindings.admissionregistration.k8s.io": (
        "admissionregistration.k8s.io/v1beta1/MutatingAdmissionPolicyBinding"
    ),
}

UNSTORED: Final = frozenset({"componentstatuses", "nodes.metrics.k8s.io", "pods.metrics.k8s.io"})
"""What is made up when asked for, and stands in no log."""


def api_versions(server_address: str) -> Object:
    """The versions of the core group, and where clients reach this server (host:port)."""
    return {
        "kind": "APIVersions",
        "versions": ["v1"],
        "serverAddressByClientCIDRs": [
            {"clientCIDR": "0.0.0.0/0", "serverAddress": server_address}
        ],
    }


def group_list(kinds: KindRegistry) -> Object:
    """All named groups."""
    groups = [_group(name, versions) for name, versions in groups_of(kinds).items() if name]
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}


def group(kinds: KindRegistry, name: str) -> Object | None:
    """One named group, None if it is not served."""
    versions = groups_of(kinds).get(name)
    if not name or versions is None:
        return None
    return {"kind": "APIGroup", "apiVersion": "v1", **_group(name, versions)}


def _group(name: str, versions: dict[str, list[Kind]]) -> Object:
    listed = [{"groupVersion": f"{name}/{version}", "version": version} for version in versions]
    return {"name": name, "versions": listed, "preferredVersion": listed[0]}


def resource_list(kinds: KindRegistry, group_name: str, version: str) -> Object | None:
    """The resources of a group version, None if it is not served."""
    served = groups_of(kinds).get(group_name, {}).get(version)
    if served is None:
        return None
    resources: list[Object] = []
    for kind in served:
        resources.append(_resource(kind))
        resources.extend(_subresource(kind, sub) for sub in kind.subresources)
    head: Object = {"kind": "APIResourceList"}
    if group_name:  # upstream leaves the version out for the core group
        head["apiVersion"] = "v1"
    group_version = f"{group_name}/{version}" if group_name else version
    return {**head, "groupVersion": group_version, "resources": resources}


def _resource(kind: Kind) -> Object:
    out: Object = {
        "name": kind.plural,
        "singularName": kind.singular,
        "namespaced": kind.namespaced,
        "kind": kind.kind,
        "verbs": list(kind.verbs),
    }
    if kind.short_names:
        out["shortNames"] = list(kind.short_names)
    if kind.categories:
        out["categories"] = list(kind.categories)
    if "list" in kind.verbs and kind.resource not in UNSTORED:
        out["storageVersionHash"] = storage_version_hash(kind)
    return out


def _subresource(kind: Kind, sub: Subresource) -> Object:
    out: Object = {
        "name": f"{kind.plural}/{sub.name}",
        "singularName": "",
        "namespaced": kind.namespaced,
    }
    if (sub.group, sub.version) != (kind.group, kind.version):
        out |= {"group": sub.group, "version": sub.version}
    return out | {"kind": sub.kind, "verbs": list(sub.verbs)}


def storage_version_hash(kind: Kind) -> str:
    """The hash by which a client notices that stored objects changed their form."""
    text = _HASHED_AS.get(kind.resource, f"{kind.group}/{kind.version}/{kind.kind}")
    return base64.b64encode(hashlib.sha256(text.encode()).digest()[:8]).decode()


def aggregated(kinds: KindRegistry, *, core: bool, version: str = "v2") -> Object:
    """All resources of the core group, or of all named groups, in one document."""
    items = [
        {
            "metadata": {"name": name} if name else {},
            "versions": [
                {
                    "version": served_version,
                    "resources": [_aggregated_resource(kind) for kind in served],
                    "freshness": "Current",
                }
                for served_version, served in versions.items()
            ],
        }
        for name, versions in groups_of(kinds).items()
        if core == (not name)
    ]
    return {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": f"apidiscovery.k8s.io/{version}",
        "metadata": {},
        "items": items,
    }


def _aggregated_resource(kind: Kind) -> Object:
    out: Object = {
        "resource": kind.plural,
        "responseKind": _response_kind(kind, kind.group, kind.version, kind.kind),
        "scope": "Namespaced" if kind.namespaced else "Cluster",
        "singularResource": kind.singular,
        "verbs": list(kind.verbs),
    }
    if kind.short_names:
        out["shortNames"] = list(kind.short_names)
    if kind.categories:
        out["categories"] = list(kind.categories)
    if kind.subresources:
        out["subresources"] = [
            {
                "subresource": sub.name,
                "responseKind": _response_kind(kind, sub.group, sub.version, sub.kind),
                "verbs": list(sub.verbs),
            }
            for sub in kind.subresources
        ]
    return out


def _response_kind(kind: Kind, group_name: str, version: str, name: str) -> Object:
    """Group and version stay empty where they are the resource's own (in built-in groups)."""
    if not kind.custom and (group_name, version) == (kind.group, kind.version):
        group_name = version = ""
    return {"group": group_name, "version": version, "kind": name}


def groups_of(kinds: KindRegistry) -> dict[str, dict[str, list[Kind]]]:
    """Group -> version -> kinds, in the order in which all documents list them."""
    found: dict[str, dict[str, list[Kind]]] = {}
    custom: set[str] = set()
    for kind in kinds.all():
        if kind.custom:
            custom.add(kind.group)
        found.setdefault(kind.group, {}).setdefault(kind.version, []).append(kind)
    for name in sorted(custom):
        versions = found.pop(name)
        ordered = sorted(versions, key=version_priority, reverse=True)
        found[name] = {
            version: sorted(versions[version], key=lambda kind: kind.plural) for version in ordered
        }
    return found


def version_priority(version: str) -> tuple[int, int, int, str]:
    """Sorts versions by maturity: v10 > v2 > v11beta2 > v2beta1 > v1alpha1 > foo > bar."""
    match = _VERSION.fullmatch(version)
    if match is None:
        return 0, 0, 0, "".join(chr(0x10FFFF - ord(letter)) for letter in version)
    return _MATURITY[match[2]], int(match[1]), int(match[3] or 0), ""
