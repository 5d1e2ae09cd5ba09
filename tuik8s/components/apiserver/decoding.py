"""From a request body to an object of the kind that the path names.

    body --media type--> value --kind check--> object of the schema, with strictness problems

Source: k8s.io/apiserver pkg/endpoints/handlers/{create,rest}.go and
k8s.io/apimachinery pkg/runtime/serializer/codec_factory.go (1.36).
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api import protobuf
from tuik8s.api.errors import ApiError, bad_request, unsupported_media_type
from tuik8s.api.kinds.base import Kind
from tuik8s.api.kinds.registry import KindRegistry
from tuik8s.api.meta import copy_object
from tuik8s.api.schema.decode import DecodeError, decode_object, strict_error
from tuik8s.api.schema.node import Node
from tuik8s.api.types import Object
from tuik8s.components.apiserver.bodies import Malformed, parse_json, parse_msgpack, parse_yaml
from tuik8s.components.apiserver.options import go_kind

JSON, YAML, PROTOBUF, MSGPACK = (
    "application/json",
    "application/yaml",
    "application/vnd.kubernetes.protobuf",
    "application/msgpack",
)
ACCEPTED: Final = (JSON, YAML, PROTOBUF)
_SCHEME: Final = 'in scheme "pkg/runtime/scheme.go:111"'
_META_KINDS: Final = frozenset(
    {"List", "Status", "DeleteOptions", "CreateOptions", "UpdateOptions", "PatchOptions"}
    | {"ListOptions", "GetOptions", "APIGroup", "APIGroupList", "APIResourceList", "APIVersions"}
    | {"WatchEvent"}
)
_OLD_VERSIONS: Final[dict[str, frozenset[str]]] = {
    "apps/v1beta1": frozenset({"Deployment", "StatefulSet", "ControllerRevision"}),
    "apps/v1beta2": frozenset(
        {"Deployment", "StatefulSet", "ControllerRevision", "DaemonSet", "ReplicaSet"}
    ),
    "extensions/v1beta1": frozenset(
        {"Deployment", "DaemonSet", "ReplicaSet", "Ingress", "NetworkPolicy"}
    ),
    "batch/v1beta1": frozenset({"CronJob"}),
    "policy/v1beta1": frozenset({"PodDisruptionBudget", "Eviction"}),
    "autoscaling/v2beta1": frozenset({"HorizontalPodAutoscaler"}),
    "autoscaling/v2beta2": frozenset({"HorizontalPodAutoscaler"}),
    "networking.k8s.io/v1beta1": frozenset({"Ingress", "IngressClass"}),
    "events.k8s.io/v1beta1": frozenset({"Event"}),
    "coordination.k8s.io/v1beta1": frozenset({"Lease"}),
    "discovery.k8s.io/v1beta1": frozenset({"EndpointSlice"}),
    "storage.k8s.io/v1beta1": frozenset({"StorageClass", "CSIDriver", "CSINode"}),
    "scheduling.k8s.io/v1beta1": frozenset({"PriorityClass"}),
    "rbac.authorization.k8s.io/v1beta1": frozenset(
        {"Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"}
    ),
}
"""Versions that upstream still decodes though it no longer serves them."""


def media_type(content_type: str) -> str:
    """The bare type; absent means JSON."""
    return content_type.partition(";")[0].strip().lower() or JSON


class Expected:
    """What a body must be: kind name, api version and schema of the endpoint.

    also: an older version that is taken as well.
    """

    __slots__ = ("also", "api_version", "custom", "kind", "node")

    def __init__(self, kind: str, api_version: str, node: Node, custom: bool = False) -> None:
        self.also = ""
        self.kind = kind
        self.api_version = api_version
        self.node = node
        self.custom = custom

    @classmethod
    def of(cls, kind: Kind) -> Expected:
        return cls(kind.kind, kind.api_version, kind.schema, kind.custom)

    @property
    def group(self) -> str:
        return self.api_version.rpartition("/")[0]


class Bodies:
    """Decodes bodies against the kinds that are served now."""

    def __init__(self, kinds: KindRegistry) -> None:
        self._kinds = kinds

    def decode(
        self, body: bytes, content_type: str, expected: Expected, validation: str
    ) -> tuple[Object, list[str]]:
        """The object and warnings about it. Raises ApiError 400 or 415."""
        media = media_type(content_type)
        value, problems = self._parse(body, media, expected)
        api_version, kind = _identity(value, body, expected)
        self._check_kind(api_version or expected.api_version, kind or expected.kind, expected)
        try:
            obj, unknown = decode_object(
                {} if value is None else value,
                expected.node,
                expected.kind,
                validation != "Ignore",
            )
        except DecodeError as error:
            raise self._cannot(expected.kind, expected.api_version, expected, str(error)) from None
        obj.pop("kind", None)
        obj.pop("apiVersion", None)
        found = [] if validation == "Ignore" else [*problems, *unknown]
        if found and validation == "Strict":
            why = strict_error(found)
            raise self._cannot(expected.kind, expected.api_version, expected, why)
        return {"kind": expected.kind, "apiVersion": expected.api_version, **obj}, found

    def _parse(self, body: bytes, media: str, expected: Expected) -> tuple[Any, list[str]]:
        try:
            if media == JSON:
                return parse_json(body)
            if media == MSGPACK:
                return parse_msgpack(body), []
            if media == YAML:
                return parse_yaml(body)
        except Malformed as error:
            prefix = "couldn't get version/kind; json parse error: " if media == JSON else ""
            raise unrecognized(expected.kind, prefix + str(error), body) from None
        if media == PROTOBUF:
            try:
                return protobuf.decode(body), []
            except protobuf.ProtobufError as error:
                raise unrecognized(expected.kind, str(error), body) from None
        raise unsupported_media_type(ACCEPTED)

    def _check_kind(self, api_version: str, kind: str, expected: Expected) -> None:
        if kind == expected.kind and api_version in (expected.api_version, expected.also):
            return
        why = self._not_registered(api_version, kind)
        if why:
            raise self._cannot(kind, api_version, expected, why)
        group, _, version = api_version.rpartition("/")
        if kind == expected.kind and group.partition(".")[0] in (
            expected.group.partition(".")[0],
            "extensions",
        ):
            raise bad_request(
                f"the API version in the data ({api_version}) does not match "
                f"the expected API version ({expected.api_version})"
            )
        raise self._cannot(kind, api_version, expected, _no_conversion(version, kind, expected))

    def foreign(self, value: Object, expected: Expected) -> str:
        """Why a patched value is of another kind than expected; "" when it is not."""
        api_version = value.get("apiVersion") or expected.api_version
        kind = value.get("kind") or expected.kind
        if (api_version, kind) == (expected.api_version, expected.kind):
            return ""
        why = self._not_registered(api_version, kind)
        if why:
            return why
        group, _, version = api_version.rpartition("/")
        other = self._kinds.by_kind(group, version, kind)
        if other is not None:
            try:
                decode_object(copy_object(value), other.schema, kind, False)
            except DecodeError as error:
                return str(error)
        return _no_conversion(version, kind, expected)

    def _not_registered(self, api_version: str, kind: str) -> str:
        group, _, version = api_version.rpartition("/")
        if self._is_known(group, version, api_version, kind):
            return ""
        return f'no kind "{kind}" is registered for version "{api_version}" {_SCHEME}'

    def _is_known(self, group: str, version: str, api_version: str, kind: str) -> bool:
        if kind in _META_KINDS or kind in _OLD_VERSIONS.get(api_version, ()):
            return True
        single = kind.removesuffix("List")
        return any(self._kinds.by_kind(group, version, name) is not None for name in (kind, single))

    @staticmethod
    def _cannot(kind: str, api_version: str, expected: Expected, why: str) -> ApiError:
        version = api_version.rpartition("/")[2]
        return bad_request(
            f'{kind} in version "{version}" cannot be handled as a {expected.kind}: {why}'
        )


def _no_conversion(version: str, kind: str, expected: Expected) -> str:
    package = expected.group.partition(".")[0] or "core"
    return f"converting ({version}.{kind}) to ({package}.{expected.kind}): unknown conversion"


def _identity(value: Any, body: bytes, expected: Expected) -> tuple[str, str]:
    """apiVersion and kind as the body has them, "" when absent."""
    if value is None:
        value = {}
    if not isinstance(value, dict):
        shape = (
            'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; '
            'Kind string "json:\\"kind,omitempty\\"" }'
        )
        why = f"json: cannot unmarshal {go_kind(value)} into Go value of type {shape}"
        prefix = "couldn't get version/kind; json parse error: "
        raise unrecognized(expected.kind, prefix + why, body)
    found = []
    for name in ("apiVersion", "kind"):
        text = value.get(name) or ""
        if not isinstance(text, str):
            why = (
                f"json: cannot unmarshal {go_kind(text)} "
                f"into Go struct field .{name} of type string"
            )
            prefix = "couldn't get version/kind; json parse error: "
            raise unrecognized(expected.kind, prefix + why, body)
        found.append(text)
    api_version, kind = found
    if api_version.count("/") > 1:
        raise unrecognized(expected.kind, f"unexpected GroupVersion string: {api_version}", body)
    if expected.custom and not kind:
        shown = body.decode("utf-8", "replace")
        raise unrecognized(expected.kind, f"Object 'Kind' is missing in '{shown}'", body)
    return api_version, kind


def unrecognized(kind: str, why: str, body: bytes) -> ApiError:
    """400 for a body whose kind could not even be read."""
    return bad_request(
        f"the object provided is unrecognized (must be of type {kind}): {why} ({_summary(body)})"
    )


def _summary(body: bytes, limit: int = 30) -> str:
    if not body:
        return "<empty>"
    head = body[:limit]
    shown = head.decode("utf-8", "replace") if body[:1] == b"{" else head.hex()
    return shown + " ..." if len(body) > limit else shown
