"""What the machinery does to every object around the rules of its kind: on create and on update.

    create:  system fields -> kind.prepare_for_create -> names -> validation
    update:  server's fields kept -> kind.prepare_for_update -> generation -> validation

A `Strategy` is what differs between the main resource and its subresources: which part of the
object a write may change, and how it is judged.

Source: k8s.io/apiserver pkg/registry/rest/{create,update}.go (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api.errors import FieldError, bad_request, invalid_object
from tuik8s.api.kinds.base import Kind
from tuik8s.api.kinds.strategy import keep_field
from tuik8s.api.names import name_is_subdomain, path_segment_name
from tuik8s.api.object_meta import (
    validate_managed_fields,
    validate_object_meta,
    validate_object_meta_update,
)
from tuik8s.api.times import format_time
from tuik8s.api.types import Object, User
from tuik8s.world.base import Rng

_NAME_MAX: Final = 63
_SUFFIX: Final = 5
_REPEATED_OWNERS: Final = (
    ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in "
    "1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate "
    "UID(s) observed: "
)
_MANAGED: Final = "metadata.managedFields"
_KEPT_BESIDE: Final = frozenset({"kind", "apiVersion", "metadata", "status"})


def name_rule(kind: Kind, name: str, is_prefix: bool) -> list[str]:
    """What is wrong with a name, by the kind's rule or as a DNS subdomain."""
    rule = kind.rules.validate_name
    if rule is None:
        return name_is_subdomain(name, is_prefix)
    return rule(name, is_prefix)


def generated_name(base: str, rng: Rng) -> str:
    """base, cut to 58 characters, and five random ones."""
    return base[: _NAME_MAX - _SUFFIX] + rng.suffix(_SUFFIX)


def fill_system_fields(obj: Object, uid: str, now_ms: int) -> None:
    """What a creation sets before anything else."""
    meta = obj.setdefault("metadata", {})
    meta["creationTimestamp"] = format_time(now_ms)
    meta["uid"] = uid
    for name in ("selfLink", "deletionTimestamp", "deletionGracePeriodSeconds"):
        meta.pop(name, None)


def name_requester(obj: Object, kind: Kind, user: User) -> None:
    """A certificate signing request says who asks; what the caller says of that is dropped."""
    if kind.resource != "certificatesigningrequests.certificates.k8s.io":
        return
    spec = obj.setdefault("spec", {})
    said: Object = {
        "username": user.name,
        "uid": user.uid,
        "groups": list(user.groups),
        "extra": {key: list(values) for key, values in user.extra.items()},
    }
    for field, value in said.items():
        spec.pop(field, None)
        if value:
            spec[field] = value


def match_namespace(obj: Object, kind: Kind, namespace: str) -> None:
    """Give a new object the namespace of the URL. Raises ApiError (400) when it has another."""
    meta = obj.setdefault("metadata", {})
    if not kind.namespaced:
        meta.pop("namespace", None)
        return
    own = meta.get("namespace") or ""
    if own and own != namespace:
        raise bad_request(
            "the namespace of the provided object does not match the namespace sent on the request"
        )
    meta["namespace"] = namespace


def dedup_owner_references(obj: Object, warnings: list[str]) -> None:
    """Drop repeated owner references, with a warning."""
    references = obj["metadata"].get("ownerReferences")
    if not references or len(references) < 2:
        return
    unique: list[Object] = []
    repeated: dict[str, None] = {}
    for reference in references:
        if reference in unique:
            repeated[reference.get("uid", "")] = None
        else:
            unique.append(reference)
    if repeated:
        obj["metadata"]["ownerReferences"] = unique
        warnings.append(_REPEATED_OWNERS + ", ".join(repeated))


class Strategy:
    """The main resource of a kind: everything but status may change."""

    subresource = ""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self._has_status = kind.subresource("status") is not None

    # -- creation

    def prepare_for_create(self, obj: Object, now_ms: int) -> None:
        """Drop what only the server may set, then let the kind prepare."""
        rules = self.kind.rules
        if self._has_status and self.kind.custom:
            obj.pop("status", None)
        if rules.generation_ignores is not None:
            obj["metadata"]["generation"] = 1
        if rules.prepare_for_create is not None:
            rules.prepare_for_create(obj, now_ms)

    def creation_errors(self, obj: Object) -> list[FieldError]:
        kind = self.kind
        errors = validate_object_meta(
            obj["metadata"],
            kind.namespaced,
            lambda name, prefix: name_rule(kind, name, prefix),
            built_in=not kind.custom,
        )
        if kind.rules.validate is not None:
            errors += kind.rules.validate(obj)
        return errors

    # -- update

    def prepare_for_update(self, new: Object, old: Object, now_ms: int) -> None:
        rules = self.kind.rules
        if self._has_status:
            keep_field(new, old, "status")
        if rules.prepare_for_update is not None:
            rules.prepare_for_update(new, old, now_ms)
        self._count_generation(new, old)

    def _count_generation(self, new: Object, old: Object) -> None:
        rules, meta, before = self.kind.rules, new["metadata"], old["metadata"]
        if rules.generation_ignores is None or meta.get("generation") != before.get("generation"):
            return
        if self._counts(new, old):
            meta["generation"] = (before.get("generation") or 0) + 1

    def _counts(self, new: Object, old: Object) -> bool:
        """Whether an update changes what generations count."""
        rules = self.kind.rules
        skipped = _KEPT_BESIDE.union(rules.generation_ignores or ())
        if self.kind.custom and not self._has_status:
            skipped -= {"status"}
        if any(new.get(n) != old.get(n) for n in new.keys() | old.keys() if n not in skipped):
            return True
        annotations, before = (o["metadata"].get("annotations") or {} for o in (new, old))
        return rules.generation_counts_annotations and annotations != before

    def update_errors(self, new: Object, old: Object) -> list[FieldError]:
        kind = self.kind
        errors = self.meta_errors(new, old)
        if kind.rules.validate_update is not None:
            errors += kind.rules.validate_update(new, old)
        elif kind.rules.validate is not None:
            errors += kind.rules.validate(new)
        return errors

    def meta_errors(self, new: Object, old: Object) -> list[FieldError]:
        """What every update checks of metadata, and upstream's strategies check again."""
        kind, meta, before = self.kind, new["metadata"], old["metadata"]
        if _judged(meta) == _judged(before):
            # What is as it was stored has been judged; most writes change spec or status alone.
            once = validate_managed_fields(meta.get("managedFields") or [], _MANAGED)
            return once + once
        once = validate_object_meta(
            meta,
            kind.namespaced,
            lambda name, _prefix: path_segment_name(name),
            built_in=not kind.custom,
        )
        once += validate_object_meta_update(meta, before, built_in=not kind.custom)
        return once + once if once else once

    def is_finished(self, obj: Object) -> bool:
        """Whether an update leaves an object under deletion that nothing holds any more."""
        meta = obj["metadata"]
        if not meta.get("deletionTimestamp") or meta.get("finalizers"):
            return False
        if self.kind.resource == "namespaces" and (obj.get("spec") or {}).get("finalizers"):
            return False
        return not meta.get("deletionGracePeriodSeconds")

    def warnings(self, new: Object, old: Object | None) -> list[str]:
        rules = self.kind.rules
        return rules.warnings(new, old) if rules.warnings is not None else []


class StatusStrategy(Strategy):
    """The status subresource: only status (and some metadata) may change."""

    subresource = "status"

    def prepare_for_update(self, new: Object, old: Object, now_ms: int) -> None:
        for name in new.keys() | old.keys():
            if name not in ("kind", "apiVersion", "metadata", "status"):
                keep_field(new, old, name)
        if self.kind.rules.prepare_for_status is not None:
            self.kind.rules.prepare_for_status(new, old)
        if self.kind.custom:
            meta = {**old["metadata"], "managedFields": new["metadata"].get("managedFields")}
            new["metadata"] = {k: v for k, v in meta.items() if v is not None} | {
                k: v for k, v in new["metadata"].items() if k == "resourceVersion"
            }

    def update_errors(self, new: Object, old: Object) -> list[FieldError]:
        errors = self.meta_errors(new, old)
        if self.kind.rules.validate_status is not None:
            errors += self.kind.rules.validate_status(new, old)
        return errors

    def warnings(self, new: Object, old: Object | None) -> list[str]:
        return []


def _judged(meta: Object) -> Object:
    """The metadata that validation looks at, besides managed fields."""
    judged = dict(meta)
    judged.pop("managedFields", None)
    judged.pop("resourceVersion", None)
    return judged


def keep_server_fields(new: Object, old: Object) -> None:
    """Undo what an update may not change in metadata, before the kind looks."""
    meta, before = new["metadata"], old["metadata"]
    keep_field(meta, before, "generation")


def keep_identity(new: Object, old: Object) -> None:
    """The same, after the kind has looked: uid if absent, times, pending deletion."""
    meta, before = new["metadata"], old["metadata"]
    if not meta.get("uid"):
        keep_field(meta, before, "uid")
    keep_field(meta, before, "creationTimestamp")
    if before.get("deletionTimestamp"):
        meta["deletionTimestamp"] = before["deletionTimestamp"]
    if meta.get("deletionGracePeriodSeconds") is None:
        keep_field(meta, before, "deletionGracePeriodSeconds")
    meta.pop("selfLink", None)


def require_valid(kind: Kind, obj: Object, errors: list[FieldError]) -> None:
    """Raise ApiError (422) when there are errors; it names the kind that is stored."""
    if errors:
        group = kind.storage.partition(".")[2] if kind.storage else kind.group
        raise invalid_object(group, kind.kind, obj["metadata"].get("name") or "", errors)
