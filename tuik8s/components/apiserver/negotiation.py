"""Which form an answer takes: the first element of `Accept` that the server can produce.

Source: k8s.io/apiserver pkg/endpoints/handlers/negotiation (1.36). We write no protobuf: a list
that also names JSON gets JSON, as every client measured accepts.
"""

from __future__ import annotations

from typing import Final

import msgspec

from tuik8s.api.errors import ApiError

ACCEPTED: Final = "application/json, application/yaml, application/vnd.kubernetes.protobuf"
_ELEMENTS_MAX: Final = 32
_FORMS_KEPT: Final = 2_000


class Form(msgspec.Struct, frozen=True):
    """What to answer: media `json`, `yaml` or `msgpack`; shape as `as`, `g`, `v` ask for it."""

    media: str = "json"
    shape: str = ""
    group: str = ""
    version: str = ""

    @property
    def content_type(self) -> str:
        return "application/yaml" if self.media == "yaml" else "application/json"


PLAIN: Final = Form()
PACKED: Final = Form(media="msgpack")


def not_acceptable(message: str = "") -> ApiError:
    """406 with the list of what would be acceptable."""
    text = message or f"only the following media types are accepted: {ACCEPTED}"
    return ApiError(406, "NotAcceptable", text)


class Negotiation:
    """Parses `Accept` headers and remembers them: clients send the same few."""

    def __init__(self, shapes: frozenset[tuple[str, str, str]]) -> None:
        """shapes: the (group, version, shape) triples that can be produced here."""
        self._shapes = shapes
        self._known: dict[str, Form | None] = {"": PLAIN, "application/json": PLAIN, "*/*": PLAIN}

    def form(self, accept: str) -> Form:
        """The form to answer in. Raises ApiError (406) when nothing fits."""
        try:
            found = self._known[accept]
        except KeyError:
            if len(self._known) >= _FORMS_KEPT:
                self._known.clear()
            found = self._known[accept] = self._first_producible(accept)
        if found is None:
            raise not_acceptable()
        return found

    def _first_producible(self, accept: str) -> Form | None:
        elements = [_element(text) for text in accept.split(",")[:_ELEMENTS_MAX]]
        elements.sort(key=lambda element: -element[2])
        for media, parameters, quality in elements:
            if quality > 0:
                form = self._producible(media, parameters)
                if form is not None:
                    return form
        return None

    def _producible(self, media: str, parameters: dict[str, str]) -> Form | None:
        if media in ("application/json", "*/*", "application/*"):
            kind = "json"
        elif media == "application/yaml":
            kind = "yaml"
        elif media == "application/msgpack":
            return PACKED
        else:
            return None
        shape = parameters.get("as", "")
        if not shape:
            return PLAIN if kind == "json" else Form(media=kind)
        wanted = (parameters.get("g", ""), parameters.get("v", ""), shape)
        if wanted not in self._shapes:
            return None
        return Form(media=kind, shape=shape, group=wanted[0], version=wanted[1])


def _element(text: str) -> tuple[str, dict[str, str], float]:
    media, *rest = (part.strip() for part in text.split(";"))
    parameters = dict(part.split("=", 1) for part in rest if "=" in part)
    try:
        quality = float(parameters.get("q", "1"))
    except ValueError:
        quality = 1.0
    return media.lower(), parameters, quality


_META: Final = "meta.k8s.io"
OBJECT_FORMS: Final = Negotiation(
    frozenset(
        (_META, version, shape)
        for version in ("v1", "v1beta1")
        for shape in ("Table", "PartialObjectMetadata", "PartialObjectMetadataList")
    )
)
"""For resources: objects, lists, watches."""

PLAIN_FORMS: Final = Negotiation(frozenset())
"""For documents that have one form only."""

DISCOVERY_FORMS: Final = Negotiation(
    frozenset({("apidiscovery.k8s.io", "v2", "APIGroupDiscoveryList")})
)
"""For /api and /apis."""
