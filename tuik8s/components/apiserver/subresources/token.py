"""/token of service accounts: a signed token for a time, perhaps bound to an object.

Source: k8s.io/kubernetes pkg/registry/core/serviceaccount/storage/token.go,
pkg/apis/authentication/validation, pkg/serviceaccount/claims.go (1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tuik8s.api.errors import FieldError, bad_request, conflict, invalid, invalid_object, not_found
from tuik8s.api.patch.managed import track_update
from tuik8s.api.schema.packed import load_kind
from tuik8s.api.times import format_time
from tuik8s.api.types import Object
from tuik8s.components.apiserver.call import Call, Outcome
from tuik8s.components.apiserver.decoding import Expected
from tuik8s.components.apiserver.effects import Waiting
from tuik8s.components.apiserver.options import write_options
from tuik8s.components.apiserver.rendering import object_answer
from tuik8s.components.apiserver.strategies import match_namespace
from tuik8s.components.apiserver.subresources.base import Handlers

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

GROUP: Final = "authentication.k8s.io"
_DEFAULT_SECONDS: Final = 3600
_SHORTEST_SECONDS: Final = 600
_BOUND_TO: Final = {"Pod": "pods", "Secret": "secrets", "Node": "nodes"}


def create_token(core: Core, call: Call) -> Outcome:
    return _create(core, call)


def _create(core: Core, call: Call) -> Waiting:
    request = call.request
    options = write_options(request.query, "CreateOptions")
    node = load_kind(GROUP, "v1", "TokenRequest")
    expected = Expected("TokenRequest", f"{GROUP}/v1", node)
    asked, problems = core.bodies.decode(
        request.body, request.content_type, expected, options.validation
    )
    call.warnings.extend(problems)
    account = core.reader.get("serviceaccounts", request.namespace, request.name)
    meta, spec = asked.setdefault("metadata", {}), asked.setdefault("spec", {})
    spec.setdefault("expirationSeconds", _DEFAULT_SECONDS)
    match_namespace(asked, call.kind, request.namespace)
    if account is None:
        raise call.not_found()
    _check(asked, request.name)
    meta["name"] = request.name
    manager = call.manager(options.field_manager)
    track_update(None, asked, node, manager, f"{GROUP}/v1", "token", call.now_ms)
    meta["uid"] = account["metadata"]["uid"]
    meta["creationTimestamp"] = format_time(call.now_ms)
    attributes = call.admission_attributes(
        "CREATE", request.name, obj=asked, subresource="token", dry_run=options.dry_run
    )
    yield from core.admission.admit(attributes)
    yield from core.admission.validate(attributes)
    bound = _bound_object(core, call, spec.get("boundObjectRef"))
    if not spec.get("audiences"):
        spec["audiences"] = [core.config.issuer]
    spec.setdefault("boundObjectRef", None)
    expires_ms = call.now_ms + spec["expirationSeconds"] * 1000
    asked["status"] = {
        "token": core.signer.sign(_claims(core, call, account, asked, bound)),
        "expirationTimestamp": format_time(expires_ms),
    }
    return object_answer(core, call, asked, 201)


def _check(asked: Object, name: str) -> None:
    meta, spec = asked["metadata"], asked["spec"]
    own = meta.get("name") or ""
    if own and own != name:
        why = "must match the service account name if specified"
        raise invalid_object(GROUP, "TokenRequest", name, [invalid("metadata.name", own, why)])
    seconds, errors = spec["expirationSeconds"], list[FieldError]()
    if seconds < _SHORTEST_SECONDS:
        why = "may not specify a duration less than 10 minutes"
        errors.append(invalid("spec.expirationSeconds", seconds, why))
    if seconds > 1 << 32:
        why = "may not specify a duration larger than 2^32 seconds"
        errors.append(invalid("spec.expirationSeconds", seconds, why))
    if errors:
        raise invalid_object(GROUP, "TokenRequest", "", errors)


def _bound_object(core: Core, call: Call, reference: Object | None) -> Object | None:
    if not reference:
        return None
    kind, api_version = reference.get("kind", ""), reference.get("apiVersion", "")
    resource = _BOUND_TO.get(kind) if api_version == "v1" else None
    if resource is None:
        group, _, version = api_version.rpartition("/")
        raise bad_request(f"cannot bind token to object of type {group}/{version}, Kind={kind}")
    namespace = "" if resource == "nodes" else call.request.namespace
    name = reference.get("name", "")
    found = core.reader.get(resource, namespace, name)
    if found is None:
        raise not_found("", resource, name)
    uid, held = reference.get("uid", ""), found["metadata"].get("uid", "")
    if uid and uid != held:
        why = f"the UID in the bound object reference ({uid}) does not match the UID in record. "
        raise conflict(
            "", resource, name, why + "The object might have been deleted and then recreated"
        )
    return found


def _claims(
    core: Core, call: Call, account: Object, asked: Object, bound: Object | None
) -> dict[str, Any]:
    namespace, name = call.request.namespace, call.request.name
    now = call.now_ms // 1000
    private: dict[str, Any] = {
        "namespace": namespace,
        "serviceaccount": {"name": name, "uid": account["metadata"]["uid"]},
    }
    if bound is not None:
        meta = bound["metadata"]
        private[bound["kind"].lower()] = {"name": meta["name"], "uid": meta["uid"]}
        home = (bound.get("spec") or {}).get("nodeName") if bound["kind"] == "Pod" else ""
        if home:
            node = core.reader.get("nodes", "", home)
            uid = {"uid": node["metadata"]["uid"]} if node is not None else {}
            private["node"] = {"name": home, **uid}
    return {
        "aud": asked["spec"]["audiences"],
        "exp": now + asked["spec"]["expirationSeconds"],
        "iat": now,
        "iss": core.config.issuer,
        "jti": core.rng.uid(),
        "kubernetes.io": private,
        "nbf": now,
        "sub": f"system:serviceaccount:{namespace}:{name}",
    }


HANDLERS: Final[Handlers] = {"create": create_token}
