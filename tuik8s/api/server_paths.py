"""What a server says of itself: `/version`, and the list of its paths at `/`.

    version("v1.36.3+tuik8s")    GET /version
    root_paths(kinds)            GET /, sorted as upstream sorts

Health checks carry upstream's names, because tools ask for them by name; here they all answer from
the same state.

Source: kube-apiserver 1.36.3, golden/documents version.json and root.json.
"""

from __future__ import annotations

from typing import Final

from tuik8s.api.kinds.registry import KindRegistry
from tuik8s.api.types import Object

_HOOKS: Final = (
    "apiservice-discovery-controller",
    "apiservice-openapi-controller",
    "apiservice-openapiv3-controller",
    "apiservice-registration-controller",
    "apiservice-status-local-available-controller",
    "apiservice-status-remote-available-controller",
    "bootstrap-controller",
    "crd-informer-synced",
    "generic-apiserver-start-informers",
    "kube-apiserver-autoregistration",
    "peer-endpoint-reconciler-controller",
    "priority-and-fairness-config-consumer",
    "priority-and-fairness-config-producer",
    "priority-and-fairness-filter",
    "rbac/bootstrap-roles",
    "scheduling/bootstrap-system-priority-classes",
    "start-apiextensions-controllers",
    "start-apiextensions-informers",
    "start-apiserver-admission-initializer",
    "start-cluster-authentication-info-controller",
    "start-kube-aggregator-informers",
    "start-kube-apiserver-identity-lease-controller",
    "start-kube-apiserver-identity-lease-garbage-collector",
    "start-kubernetes-service-cidr-controller",
    "start-legacy-token-tracking-controller",
    "start-service-ip-repair-controllers",
    "start-system-namespaces-controller",
    "storage-object-count-tracker-hook",
    "storage-readiness",
)
_CHECKS: Final = ("autoregister-completion", "etcd", "log", "ping")
HEALTH_CHECKS: Final = {
    "/healthz": (*_CHECKS, "loopback-serving-certificate"),
    "/livez": (*_CHECKS, "loopback-serving-certificate"),
    "/readyz": (*_CHECKS, "etcd-readiness", "informer-sync", "shutdown"),
}
"""Health endpoint -> names of its checks, besides `poststarthook/...`."""

_FIXED: Final = (
    *("/.well-known/openid-configuration", "/api", "/api/v1", "/apis", "/apis/", "/flagz"),
    *("/metrics", "/metrics/slis", "/openapi/v2", "/openapi/v3", "/openapi/v3/"),
    *("/openid/v1/jwks", "/statusz", "/version"),
)


def root_paths(kinds: KindRegistry) -> list[str]:
    """All paths that the index at / names."""
    paths = set(_FIXED)
    for kind in kinds.all():
        if kind.group:
            paths |= {f"/apis/{kind.group}", f"/apis/{kind.group}/{kind.version}"}
    for endpoint, checks in HEALTH_CHECKS.items():
        paths.add(endpoint)
        paths |= {f"{endpoint}/{name}" for name in checks}
        paths |= {f"{endpoint}/poststarthook/{name}" for name in _HOOKS}
    return sorted(paths)


def health_checks(endpoint: str) -> tuple[str, ...]:
    """The checks of /healthz, /livez or /readyz by name, sorted."""
    hooks = tuple(f"poststarthook/{name}" for name in _HOOKS)
    return tuple(sorted((*HEALTH_CHECKS[endpoint], *hooks)))


def version(git_version: str, *, git_commit: str = "", build_date: str = "") -> Object:
    """The document at /version; clients parse gitVersion, major and minor."""
    major, minor, _ = git_version.removeprefix("v").split(".", 2)
    return {
        "major": major,
        "minor": minor,
        "emulationMajor": major,
        "emulationMinor": minor,
        "minCompatibilityMajor": major,
        "minCompatibilityMinor": str(int(minor) - 1),
        "gitVersion": git_version,
        "gitCommit": git_commit or "$Format:%H$",
        "gitTreeState": "",
        "buildDate": build_date or "1970-01-01T00:00:00Z",
        "goVersion": "go1.26.8",
        "compiler": "gc",
        "platform": "linux/amd64",
    }
