"""Paths that are no resource: health, version, discovery, OpenAPI, OpenID, the index.

Source: k8s.io/apiserver pkg/server/{healthz,routes}, pkg/endpoints/discovery (1.36).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from tuik8s.api import server_paths
from tuik8s.api.errors import method_not_allowed, no_such_path
from tuik8s.api.types import Request, User
from tuik8s.components.apiserver import (
    bookmarks,
    changes,
    component_logs,
    discovery_documents,
    held,
    notes,
    openapi_documents,
    telemetry,
)
from tuik8s.components.apiserver.answers import Answer, json_answer, text_answer

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

_HEALTH: Final = re.compile(r"/(healthz|livez|readyz)(/.*)?")
NOT_FOUND: Final = "404 page not found\n"


def answer(core: Core, request: Request, user: User, *, packed: bool) -> Answer:
    """The document at a path; packed: for the bus."""
    path, verb = request.path, request.verb
    if path.startswith(telemetry.PREFIX):
        return core.telemetry.answer(request, user)
    if changes.is_here(path):
        return changes.answer(core, request, packed=packed)
    if held.is_here(path):
        return held.answer(core, request, packed=packed)
    if notes.is_here(path):
        return notes.answer(core, request, user)
    if bookmarks.is_here(path):
        return bookmarks.answer(core, request, user)
    if component_logs.is_here(path):
        return component_logs.answer(core, request, packed=packed)
    if path == "/":
        return json_answer({"paths": server_paths.root_paths(core.kinds)})
    if _HEALTH.fullmatch(path):
        return _health(request)
    short = path.rstrip("/")
    if short == "/version":
        _require_get(verb)
        return json_answer(server_paths.version())
    if short in _OPENID:
        _require_get(verb)
        return _OPENID[short](core)
    if short == "/metrics/slis":
        return text_answer(200, health_metrics())
    if short == "/metrics":
        return text_answer(200, metrics(core))
    if path.startswith("/openapi/"):
        found = openapi_documents.answer(core, request)
        return found if found is not None else text_answer(404, "")
    return _discovery(core, request, short)


def _health(request: Request) -> Answer:
    """`ok` for an endpoint or one of its checks; all of them by name when asked `?verbose`."""
    endpoint, slash, name = request.path.removeprefix("/").partition("/")
    checks = server_paths.health_checks(f"/{endpoint}")
    if slash:
        return text_answer(200, "ok") if name in checks else text_answer(404, NOT_FOUND)
    if "verbose" not in request.query:
        return text_answer(200, "ok")
    left_out = request.query.get("exclude", ())
    lines = [f"[+]{check} {'excluded: ' if check in left_out else ''}ok\n" for check in checks]
    return text_answer(200, f"{''.join(lines)}{endpoint} check passed\n")


def _discovery(core: Core, request: Request, path: str) -> Answer:
    parts = path.split("/")[1:]
    if parts[0] not in ("api", "apis") or len(parts) > 3:
        return text_answer(404, NOT_FOUND)
    if parts[0] == "apis" and len(parts) > 1 and not core.kinds.has_group(parts[1]):
        return text_answer(404, NOT_FOUND)
    found = discovery_documents.answer(core, request, parts)
    if found is None:
        raise no_such_path()
    if request.verb != "get" and not (request.verb == "delete" and path == "/apis"):
        raise method_not_allowed()
    return found


def _require_get(verb: str) -> None:
    if verb != "get":
        raise method_not_allowed()


def _openid_configuration(core: Core) -> Answer:
    config = core.config
    where = f"https://{config.advertise_address}:{config.advertise_port}/openid/v1/jwks"
    return json_answer(
        {
            "issuer": config.issuer,
            "jwks_uri": where,
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }
    )


def _key_set(core: Core) -> Answer:
    return json_answer(core.signer.key_set(), media="application/jwk-set+json")


_OPENID: Final[dict[str, Callable[[Core], Answer]]] = {
    "/.well-known/openid-configuration": _openid_configuration,
    "/openid/v1/jwks": _key_set,
}


def metrics(core: Core) -> str:
    """A few counters in Prometheus' text form."""
    counts = {
        "apiserver_storage_revision": core.store.revision,
        "apiserver_longrunning_requests": core.hub.count,
        "apiserver_watch_events_encoded_total": core.objects.encodings.encoded_count,
    }
    return "".join(f"# TYPE {name} gauge\n{name} {value}\n" for name, value in counts.items())


def health_metrics() -> str:
    """Every health check as a gauge; 1 is healthy."""
    lines = [
        f'kubernetes_healthcheck{{name="{check}",type="{endpoint.removeprefix("/")}"}} 1\n'
        for endpoint in server_paths.HEALTH_ENDPOINTS
        for check in server_paths.health_checks(endpoint)
    ]
    return f"# TYPE kubernetes_healthcheck gauge\n{''.join(lines)}"
