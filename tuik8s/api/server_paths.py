"""What a server says of itself: `/version`, and the list of its paths at `/`.

    version()             GET /version
    root_paths(kinds)     GET /, sorted as upstream sorts
    health_checks(path)   what /healthz, /livez and /readyz ask after

Health checks carry upstream's names, because tools ask for them by name; here they all answer from
the same state: a server that answers is whole. Of upstream's paths /flagz and /statusz, pages for
people who look after its binaries, are not served.

Source: kube-apiserver 1.36.3, golden/documents server.json; k8s.io/apiserver
pkg/server/healthz/healthz.go (1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tuik8s.api.types import Object

if TYPE_CHECKING:
    from tuik8s.api.kinds.registry import KindRegistry

VERSION: Final = "v1.36.3+tuik8s"
"""The Kubernetes that we are, and that it is us: of the server and of its nodes."""

_HOOKS: Final = (
    "start-apiserver-admission-initializer",
    "generic-apiserver-start-informers",
    "priority-and-fairness-config-consumer",
    "priority-and-fairness-filter",
    "storage-object-count-tracker-hook",
    "start-apiextensions-informers",
    "start-apiextensions-controllers",
    "crd-informer-synced",
    "start-system-namespaces-controller",
    "peer-endpoint-reconciler-controller",
    "start-cluster-authentication-info-controller",
    "start-kube-apiserver-identity-lease-controller",
    "start-kube-apiserver-identity-lease-garbage-collector",
    "storage-readiness",
    "start-legacy-token-tracking-controller",
    "start-service-ip-repair-controllers",
    "rbac/bootstrap-roles",
    "scheduling/bootstrap-system-priority-classes",
    "priority-and-fairness-config-producer",
    "bootstrap-controller",
    "start-kubernetes-service-cidr-controller",
    "start-kube-aggregator-informers",
    "apiservice-status-local-available-controller",
    "apiservice-status-remote-available-controller",
    "apiservice-registration-controller",
    "apiservice-discovery-controller",
    "kube-apiserver-autoregistration",
    "autoregister-completion",
    "apiservice-openapi-controller",
    "apiservice-openapiv3-controller",
)
"""In the order of their checks; all but the one of them that is no hook are `poststarthook/...`."""

_COMPLETION: Final = "autoregister-completion"
_FIRST: Final = {
    "/healthz": ("ping", "log", "loopback-serving-certificate", "etcd"),
    "/livez": ("ping", "log", "loopback-serving-certificate", "etcd"),
    "/readyz": ("ping", "log", "etcd", "etcd-readiness", "informer-sync"),
}
_LAST: Final[dict[str, tuple[str, ...]]] = {"/readyz": ("shutdown",)}
HEALTH_ENDPOINTS: Final = tuple(_FIRST)

_FIXED: Final = (
    *("/.well-known/openid-configuration", "/api", "/api/v1", "/apis", "/apis/"),
    *("/metrics", "/metrics/slis", "/openapi/v2", "/openapi/v3", "/openapi/v3/"),
    *("/openid/v1/jwks", "/version"),
)


def root_paths(kinds: KindRegistry) -> list[str]:
    """All paths that the index at / names."""
    paths = set(_FIXED)
    for kind in kinds.all():
        if kind.group:
            paths |= {f"/apis/{kind.group}", f"/apis/{kind.group}/{kind.version}"}
    for endpoint in HEALTH_ENDPOINTS:
        paths |= {endpoint, *(f"{endpoint}/{name}" for name in health_checks(endpoint))}
    return sorted(paths)


def health_checks(endpoint: str) -> tuple[str, ...]:
    """The checks of /healthz, /livez or /readyz by name, in upstream's order."""
    hooks = (name if name == _COMPLETION else f"poststarthook/{name}" for name in _HOOKS)
    return (*_FIRST[endpoint], *hooks, *_LAST.get(endpoint, ()))


def version() -> Object:
    """The document at /version; clients parse gitVersion, major and minor."""
    major, minor, _ = VERSION.removeprefix("v").split(".", 2)
    return {
        "major": major,
        "minor": minor,
        "emulationMajor": major,
        "emulationMinor": minor,
        "minCompatibilityMajor": major,
        "minCompatibilityMinor": str(int(minor) - 1),
        "gitVersion": VERSION,
        "gitCommit": "$Format:%H$",
        "gitTreeState": "",
        "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": "go1.26.8",
        "compiler": "gc",
        "platform": "linux/amd64",
    }
