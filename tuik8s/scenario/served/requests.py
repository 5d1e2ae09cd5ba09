"""What a test says, as requests: kinds by any of their names, objects by KIND/NAME, manifests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from tuik8s.api.kinds.base import Kind
from tuik8s.api.kinds.registry import KindRegistry
from tuik8s.api.types import Object, Request
from tuik8s.bus.client import MSGPACK
from tuik8s.bus.frames import encode
from tuik8s.components.apiserver import ApiServer
from tuik8s.components.apiserver.routes import Route
from tuik8s.scenario.conditions import summary_of
from tuik8s.scenario.names import ObjectName
from tuik8s.scenario.place import Source, Value, read_text
from tuik8s.scenario.yaml_reader import parse_yaml

AGENT = "tuik8s-pytest"
Manifest = str | Path | Mapping[str, Any] | Iterable[Mapping[str, Any]]
"""A file of YAML, a text of YAML (which has more than one line), one object, or several."""
_METHODS = {
    "get": "GET",
    "list": "GET",
    "create": "POST",
    "patch": "PATCH",
    "delete": "DELETE",
}


class NoKind(ValueError):
    """No kind goes by that name here; the message has the nearest."""


def kind_of(kinds: KindRegistry, word: str) -> Kind:
    """A kind by any of its names. Raises NoKind."""
    lower = word.lower()
    known: list[str] = []
    for kind in kinds.all():
        if lower in kind.names:
            return kind
        known += kind.names
    near = get_close_matches(lower, known, 1)
    raise NoKind(f"no kind is called {word!r}" + (f"; did you mean {near[0]!r}?" if near else ""))


def kind_of_manifest(kinds: KindRegistry, manifest: Object) -> Kind:
    """The kind that a manifest names. Raises NoKind."""
    group, _, version = manifest["apiVersion"].rpartition("/")
    found = kinds.by_kind(group, version, manifest["kind"])
    if found is None:
        raise NoKind(
            f"{manifest['kind']}/{manifest['metadata'].get('name', '')}: {manifest['apiVersion']} "
            f"has no kind {manifest['kind']}; a custom kind needs its definition first"
        )
    return found


def parse_name(text: str, namespace: str) -> ObjectName:
    """KIND/NAME in a namespace, or KIND/NAMESPACE/NAME. Raises ValueError."""
    parts = text.split("/")
    if len(parts) == 2 and all(parts):
        return ObjectName(parts[0], namespace, parts[1])
    if len(parts) == 3 and all(parts):
        return ObjectName(*parts)
    raise ValueError(f"expected KIND/NAME or KIND/NAMESPACE/NAME, got {text!r}")


def manifests_of(source: Manifest) -> list[Object]:
    """The objects that were meant, those of Lists included. Raises ValueError, BadScenario."""
    if isinstance(source, str | Path):
        is_text = isinstance(source, str) and "\n" in source
        file = "manifest" if is_text else str(source)
        found = _documents(file, str(source) if is_text else read_text(Path(source)))
    else:
        found = [dict(source)] if isinstance(source, Mapping) else [dict(each) for each in source]
    flat: list[Object] = []
    for each in found:
        is_list = str(each.get("kind", "")).endswith("List") and isinstance(each.get("items"), list)
        flat += each["items"] if is_list else [each]
    for each in flat:
        missing = [name for name in ("apiVersion", "kind", "metadata") if not each.get(name)]
        if missing:
            raise ValueError(f"a manifest needs {missing[0]}: {str(each)[:200]}")
    return flat


def request_of(
    api: ApiServer,
    verb: str,
    kind: Kind,
    namespace: str,
    name: str = "",
    *,
    subresource: str = "",
    body: object = None,
    content_type: str = MSGPACK,
    query: Mapping[str, str] | None = None,
) -> tuple[Request, Route]:
    """The request and the route that its path has."""
    prefix = f"/apis/{kind.group}/{kind.version}" if kind.group else f"/api/{kind.version}"
    scope = f"/namespaces/{namespace}" if kind.namespaced and namespace else ""
    tail = "".join(f"/{part}" for part in (name, subresource) if part)
    route = api.core.routes.parse(_METHODS[verb], f"{prefix}{scope}/{kind.plural}{tail}")
    request = Request(
        verb=verb,
        group=kind.group,
        version=kind.version,
        resource=kind.plural,
        subresource=subresource,
        namespace=route.namespace,
        name=name,
        path=route.path,
        query={key: [value] for key, value in (query or {}).items() if value},
        body=b"" if body is None else encode(body),
        content_type="" if body is None else content_type,
        user_agent=AGENT,
    )
    return request, route


def told(target: ObjectName, found: Object | None) -> str:
    """What there is instead of what was waited for."""
    return f"{target} " + ("does not exist" if found is None else f"has {summary_of(found)}")


def _documents(file: str, text: str) -> list[Object]:
    documents: list[Value] = parse_yaml(Source(file), text)
    for document in documents:
        if document.raw is not None:
            document.fields("a manifest")
    return [document.plain() for document in documents if document.raw is not None]
