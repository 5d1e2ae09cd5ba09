"""Paths that are no resource: health, version, discovery, OpenAPI, OpenID, the index.

Source: k8s.io/apiserver pkg/server/{healthz,routes}, pkg/endpoints/discovery (1.36).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from tuik8s.api.errors import method_not_allowed, no_such_path
from tuik8s.api.types import Object, Request, User
from tuik8s.components.apiserver import (
    changes,
    discovery_documents,
    explanations,
    openapi_documents,
    telemetry,
)
from tuik8s.components.apiserver.answers import Answer, json_answer, text_answer

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

VERSION: Final[Object] = {
    "major": "1",
    "minor": "36",
    "emulationMajor": "1",
    "emulationMinor": "36",
    "minCompatibilityMajor": "1",
    "minCompatibilityMinor": "35",
    "gitVersion": "v1.36.3",
    "gitCommit": "$Format:%H$",
    "gitTreeState": "",
    "buildDate": "1970-01-01T00:00:00Z",
    "goVersion": "go1.26.8",
    "compiler": "gc",
    "platform": "linux/amd64",
}
_HEALTH: Final = ("/healthz", "/livez", "/readyz")
NOT_FOUND: Final = "404 page not found\n"


def answer(core: Core, request: Request, user: User) -> Answer:
    """The document at a path."""
    path, verb = request.path, request.verb
    if path.startswith(telemetry.PREFIX):
        return core.telemetry.answer(request, user)
    if changes.is_here(path):
        return changes.answer(core, request)
    if explanations.is_here(path):
        return explanations.answer(core, request, user)
    if path == "/":
        return json_answer({"paths": index(core)})
    if path.startswith(_HEALTH) and _is_health(path):
        return text_answer(200, "ok")
    short = path.rstrip("/")
    if short == "/version":
        _require_get(verb)
        return json_answer(VERSION)
    if short in _OPENID:
        _require_get(verb)
        return _OPENID[short](core)
    if short == "/metrics":
        return text_answer(200, metrics(core))
    if path.startswith("/openapi/"):
        found = openapi_documents.answer(core, request)
        return found if found is not None else text_answer(404, "")
    return _discovery(core, request, short)


def _is_health(path: str) -> bool:
    return any(path == base or path.startswith(f"{base}/") for base in _HEALTH) and (
        not path.endswith("/")
    )


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


def index(core: Core) -> list[str]:
    """All paths that the index names, sorted as upstream sorts them."""
    paths = {"/.well-known/openid-configuration", "/api", "/api/v1", "/apis", "/healthz"}
    paths |= {"/livez", "/readyz", "/metrics", "/openapi/v2", "/openapi/v3", "/version"}
    paths |= {"/openid/v1/jwks"}
    for kind in core.kinds.all():
        if kind.group:
            paths |= {f"/apis/{kind.group}", f"/apis/{kind.group}/{kind.version}"}
    return sorted(paths)
