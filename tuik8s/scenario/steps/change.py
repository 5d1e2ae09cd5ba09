"""patch, scale, image, restart, label, annotate: changes to one object, as kubectl makes them.

    patch: {deployment/web: {spec: {paused: true}}}      a list in its place is a JSON patch
    scale: {deployment/web: 5}
    image: {deployment/web: "example.org/web:2"}         or {CONTAINER: IMAGE, ...}
    restart: deployment/web
    label: {node/node-1: {disk: ssd, old: null}}         null removes; annotate likewise

`patch` may have `type: strategic` (else merge) and `subresource: status` beside the object.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tuik8s.api.times import format_time
from tuik8s.bus.client import PatchKind
from tuik8s.scenario.names import ObjectName, parse_name, parse_one
from tuik8s.scenario.place import Value
from tuik8s.scenario.run import Failed, Run
from tuik8s.scenario.writes import patch_object

KINDS: dict[str, PatchKind] = {"merge": "merge", "strategic": "strategic"}
RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"


class Patch:
    """Patches an object with a body that is made when the step runs."""

    def __init__(
        self,
        title: str,
        target: ObjectName,
        body: Callable[[Run], Any],
        kind: PatchKind = "merge",
        subresource: str = "",
    ) -> None:
        self._target = target
        self._body = body
        self._kind = kind
        self._subresource = subresource
        self.title = title

    def run(self, run: Run) -> None:
        patch_object(run, self._target, self._body(run), self._kind, self._subresource)


def parse_patch(value: Value) -> Patch:
    beside = ("type", "subresource")
    fields = dict(value.fields("patch"))
    others = {name: fields.pop(name) for name in beside if name in fields}
    target, body = parse_one(Value(value.source, value.line, fields), "patch")
    kind: PatchKind = "json" if isinstance(body.raw, list) else "merge"
    if kind == "merge":
        body.fields("a merge patch")
    if "type" in others:
        name = others["type"].text("a type of patch")
        if name not in KINDS:
            raise others["type"].bad(
                f"expected a type of {', '.join(KINDS)}; a list is a JSON patch"
            )
        kind = KINDS[name]
    subresource = others["subresource"].text("a subresource") if "subresource" in others else ""
    plain = body.plain()
    return Patch(f"patch {target}", target, lambda run: plain, kind, subresource)


def parse_scale(value: Value) -> Patch:
    target, count = parse_one(value, "scale")
    replicas = count.number("a number of replicas")
    body = {"spec": {"replicas": replicas}}
    return Patch(f"scale {target} to {replicas}", target, lambda run: body, "merge", "scale")


def parse_image(value: Value) -> Patch:
    target, inner = parse_one(value, "image")
    if isinstance(inner.raw, dict):
        images = {str(name): image.text("an image") for name, image in inner.raw.items()}
    else:
        images = {"": inner.text("an image")}
    shown = ", ".join(images.values())
    return Patch(
        f"image {target} {shown}",
        target,
        lambda run: _with_images(run, target, images),
        "strategic",
    )


def _with_images(run: Run, target: ObjectName, images: dict[str, str]) -> Any:
    """The patch of a pod or pod template. Raises Failed when a container is not there."""
    spec = target.require(run).get("spec") or {}
    is_pod = "template" not in spec
    pod = spec if is_pod else spec["template"].get("spec") or {}
    names = [container["name"] for container in pod.get("containers") or ()]
    if "" in images and len(names) != 1:
        raise Failed(f"image {target}: it has containers {', '.join(names)}; say which")
    wanted = {name or names[0]: image for name, image in images.items()}
    for name in wanted:
        if name not in names:
            raise Failed(f"image {target}: no container {name!r}; there are: {', '.join(names)}")
    containers = [{"name": name, "image": image} for name, image in wanted.items()]
    body = {"spec": {"containers": containers}}
    return body if is_pod else {"spec": {"template": body}}


def parse_restart(value: Value) -> Patch:
    target = parse_name(value)

    def body(run: Run) -> Any:
        at = {RESTARTED_AT: format_time(run.now_ms)}
        return {"spec": {"template": {"metadata": {"annotations": at}}}}

    return Patch(f"restart {target}", target, body)


def parse_label(value: Value) -> Patch:
    return _of_metadata(value, "label", "labels")


def parse_annotate(value: Value) -> Patch:
    return _of_metadata(value, "annotate", "annotations")


def _of_metadata(value: Value, word: str, field: str) -> Patch:
    target, inner = parse_one(value, word)
    given = {}
    for key, text in inner.fields(field).items():
        plain = text.plain()
        given[str(key)] = plain if plain is None or isinstance(plain, str) else str(plain).lower()
    body = {"metadata": {field: given}}
    return Patch(f"{word} {target}", target, lambda run: body)
