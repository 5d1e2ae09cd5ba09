"""LimitRanger: limit ranges give pods default resources and bound what pods and claims ask for.

Source: plugin/pkg/admission/limitranger (1.36). Where several bounds are broken, upstream names
their resources in random order; here they are sorted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from tuik8s.api import quantity, quota_usage
from tuik8s.api.meta import is_deleting
from tuik8s.api.quantity import Quantity
from tuik8s.api.types import Object
from tuik8s.components.apiserver.admission.base import Attributes, Member
from tuik8s.components.apiserver.authorization.base import Reader

_RANGES: Final = "limitranges"
_CLAIMS: Final = "persistentvolumeclaims"
_ANNOTATION: Final = "kubernetes.io/limit-ranger"
_CONTAINERS: Final = (("containers", "container"), ("initContainers", "init container"))

Amounts = Mapping[str, Quantity]


class LimitRanger(Member):
    """Applies the limit ranges of a namespace; remembers which namespaces have any."""

    name = "LimitRanger"
    resources = ("pods", _CLAIMS)

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._limited: frozenset[str] = frozenset()
        self._limited_of = -1

    def admit(self, attributes: Attributes) -> None:
        pod = attributes.obj
        if attributes.resource != "pods" or pod is None or not _is_limited(attributes):
            return
        for limits in self._ranges(attributes.namespace):
            _fill(pod, limits)

    def validate(self, attributes: Attributes) -> None:
        obj = attributes.obj
        if obj is None or not _is_limited(attributes):
            return
        problems = _pod_problems if attributes.resource == "pods" else _claim_problems
        for limits in self._ranges(attributes.namespace):
            found = list(dict.fromkeys(problems(obj, limits)))
            if found:
                why = found[0] if len(found) == 1 else f"[{', '.join(found)}]"
                raise attributes.forbidden(why)

    def _ranges(self, namespace: str) -> list[list[Object]]:
        """The limits of each range of a namespace."""
        generation = self._reader.generation(_RANGES)
        if generation != self._limited_of:
            ranges = self._reader.list_(_RANGES)
            self._limited = frozenset(each["metadata"]["namespace"] for each in ranges)
            self._limited_of = generation
        if namespace not in self._limited:
            return []
        ranges = self._reader.list_(_RANGES, namespace)
        return [(each.get("spec") or {}).get("limits") or [] for each in ranges]


def _is_limited(attributes: Attributes) -> bool:
    if attributes.resource == "pods" and attributes.subresource == "resize":
        return attributes.obj is not None and not is_deleting(attributes.obj)
    if attributes.subresource:
        return False
    if attributes.operation == "CREATE":
        return True
    if attributes.operation != "UPDATE" or attributes.resource != _CLAIMS:
        return False
    return attributes.obj is not None and not is_deleting(attributes.obj)


def _fill(pod: Object, limits: list[Object]) -> None:
    """Give containers the defaults of a range, and note it in an annotation."""
    requests: dict[str, str] = {}
    bounds: dict[str, str] = {}
    for limit in limits:
        if limit.get("type") == "Container":
            requests.update(limit.get("defaultRequest") or {})
            bounds.update(limit.get("default") or {})
    notes: list[str] = []
    spec = pod.get("spec") or {}
    for field, word in _CONTAINERS:
        for container in spec.get(field) or ():
            name = f"for {word} {container.get('name')}"
            for part, defaults, noun in (
                ("requests", requests, "request"),
                ("limits", bounds, "limit"),
            ):
                added = _add(container, part, defaults)
                if added:
                    notes.append(f"{', '.join(added)} {noun} {name}")
    if notes:
        annotations = pod["metadata"].get("annotations") or {}
        text = f"LimitRanger plugin set: {'; '.join(notes)}"
        pod["metadata"]["annotations"] = {**annotations, _ANNOTATION: text}


def _add(container: Object, part: str, defaults: Mapping[str, str]) -> list[str]:
    resources = container.get("resources") or {}
    amounts = resources.get(part) or {}
    added = sorted(defaults.keys() - amounts.keys())
    if added:
        amounts = {**amounts, **{name: defaults[name] for name in added}}
        container["resources"] = {**resources, part: amounts}
    return added


def _pod_problems(pod: Object, limits: list[Object]) -> Iterator[str]:
    spec = pod.get("spec") or {}
    for limit in limits:
        if limit.get("type") == "Container":
            for field, _ in _CONTAINERS:
                for container in spec.get(field) or ():
                    resources = container.get("resources") or {}
                    requests = _parsed(resources.get("requests"))
                    yield from _problems(limit, requests, _parsed(resources.get("limits")))
        elif limit.get("type") == "Pod":
            requests = quota_usage.effective(spec, "requests")
            yield from _problems(limit, requests, quota_usage.effective(spec, "limits"))


def _claim_problems(claim: Object, limits: list[Object]) -> Iterator[str]:
    resources = (claim.get("spec") or {}).get("resources") or {}
    requests = _parsed(resources.get("requests"))
    for limit in limits:
        if limit.get("type") != "PersistentVolumeClaim":
            continue
        for name, least in _sorted(limit, "min"):
            yield from _below(_words("minimum", name, limit, least), least, requests.get(name))
        for name, most in _sorted(limit, "max"):
            asked = requests.get(name)
            if asked is None:
                yield f"{_words('maximum', name, limit, most)}.  No request is specified"
            elif most < asked:
                yield f"{_words('maximum', name, limit, most)}, but request is {asked}"


def _problems(limit: Object, requests: Amounts, limits: Amounts) -> Iterator[str]:
    for name, least in _sorted(limit, "min"):
        words = _words("minimum", name, limit, least)
        yield from _below(words, least, requests.get(name), limits.get(name))
    for name, most in _sorted(limit, "max"):
        words = _words("maximum", name, limit, most)
        yield from _above(words, most, requests.get(name), limits.get(name))
    for name, ratio in _sorted(limit, "maxLimitRequestRatio"):
        words = f"{name} max limit to request ratio per {limit['type']} is {ratio}"
        yield from _too_wide(words, ratio, requests.get(name), limits.get(name))


def _below(
    words: str, least: Quantity, request: Quantity | None, limit: Quantity | None = None
) -> Iterator[str]:
    if request is None:
        yield f"{words}.  No request is specified"
    elif request < least:
        yield f"{words}, but request is {request}"
    elif limit is not None and limit < least:
        yield f"{words}, but limit is {limit}"


def _above(
    words: str, most: Quantity, request: Quantity | None, limit: Quantity | None
) -> Iterator[str]:
    if limit is None:
        yield f"{words}.  No limit is specified"
    elif most < limit:
        yield f"{words}, but limit is {limit}"
    elif request is not None and most < request:
        yield f"{words}, but request is {request}"


def _too_wide(
    words: str, ratio: Quantity, request: Quantity | None, limit: Quantity | None
) -> Iterator[str]:
    if request is None or request.is_zero():
        yield f"{words}, but no request is specified or request is 0"
    elif limit is None or limit.is_zero():
        yield f"{words}, but no limit is specified or limit is 0"
    elif limit.nanos * 1000 > ratio.milli_value() * request.nanos:
        yield f"{words}, but provided ratio is {limit.nanos / request.nanos:f}"


def _words(extreme: str, name: str, limit: Object, bound: Quantity) -> str:
    return f"{extreme} {name} usage per {limit['type']} is {bound}"


def _sorted(limit: Object, field: str) -> list[tuple[str, Quantity]]:
    return sorted(_parsed(limit.get(field)).items(), key=lambda item: item[0])


def _parsed(amounts: Mapping[str, str] | None) -> dict[str, Quantity]:
    return {name: quantity.parse(amount) for name, amount in (amounts or {}).items()}
