"""Which objects belong to a controller: keep, adopt, release.

An owner claims what its selector matches and nobody else controls; what it controls and no
longer matches it lets go. Both are patches that name the uid, so that an object made anew under
the same name is never taken for the old one.

Source: k8s.io/kubernetes pkg/controller/controller_ref_manager.go, 1.36.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tuik8s.api.meta import (
    controller_of,
    is_deleting,
    labels_of,
    name_of,
    namespace_of,
    owner_reference,
    uid_of,
)
from tuik8s.api.selectors import LabelSelector, selector_of
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import Change, Patch, View, Wake

Selects = Callable[[Object], LabelSelector]


@dataclass(frozen=True, slots=True)
class Claim:
    """The objects an owner has, and the patches that make it so."""

    owned: tuple[Object, ...]
    writes: tuple[Patch, ...]


def claim_from(
    view: View,
    owner: Object,
    selector: LabelSelector,
    resource: str,
    adoptable: Callable[[Object], bool] = lambda _: True,
    *,
    at_a_glance: bool = False,
) -> Claim:
    """Sort out what the owner controls already, and the objects of its namespace nobody does.

    at_a_glance: of what is owned only `glances.py` is wanted.
    """
    look = view.glance if at_a_glance else view.by_index
    kept: list[Object] = []
    writes: list[Patch] = []
    deleting = is_deleting(owner)
    for obj in look(resource, "owner", uid_of(owner)):
        if selector.matches(labels_of(obj)):
            kept.append(obj)
        elif not deleting:
            writes.append(release(owner, resource, obj))
    if not deleting:
        for obj in look(resource, "orphan", namespace_of(owner)):
            if not is_deleting(obj) and selector.matches(labels_of(obj)) and adoptable(obj):
                kept.append(obj)
                writes.append(adopt(owner, resource, obj))
    return Claim(tuple(kept), tuple(writes))


def adopt(owner: Object, resource: str, obj: Object) -> Patch:
    reference = owner_reference(owner)
    metadata = {"ownerReferences": [reference], "uid": uid_of(obj)}
    return _patch(resource, obj, {"metadata": metadata})


def release(owner: Object, resource: str, obj: Object) -> Patch:
    gone = {"$patch": "delete", "uid": uid_of(owner)}
    return _patch(resource, obj, {"metadata": {"ownerReferences": [gone], "uid": uid_of(obj)}})


def _patch(resource: str, obj: Object, patch: Object) -> Patch:
    # An object that is gone, or whose uid or owner changed meanwhile, needs nothing from us.
    return Patch(
        resource=resource,
        namespace=namespace_of(obj),
        name=name_of(obj),
        patch=patch,
        form="strategic",
        tolerate=(404, 422),
    )


def controller_key(obj: Object, kind: str, resource: str) -> Key | None:
    """The key of the controlling owner, when it is of this kind."""
    reference = controller_of(obj)
    if reference is None or reference.get("kind") != kind:
        return None
    return Key(resource, namespace_of(obj), reference.get("name") or "")


def wake_controller(resource: str, kind: str, owner_resource: str) -> Wake:
    """A change wakes the controlling owner, for owners that adopt nothing by this change."""

    def keys(change: Change, view: View) -> Sequence[Key]:
        key = controller_key(change.last, kind, owner_resource)
        return () if key is None else (key,)

    return Wake(resource, keys)


def wake_owner(resource: str, kind: str, owner_resource: str, selects: Selects) -> Wake:
    """A change wakes the owner; that of an orphan's labels or owner who might adopt it."""

    def keys(change: Change, view: View) -> Sequence[Key]:
        before, after = change.owners
        if after is not None and before is not None and before.get("uid") == after.get("uid"):
            before = None
        namespace = namespace_of(change.last)
        wanted = [
            Key(owner_resource, namespace, reference.get("name") or "")
            for reference in (before, after)
            if reference is not None and reference.get("kind") == kind
        ]
        new = change.new
        if new is None or after is not None or is_deleting(new):
            return wanted
        if change.old is not None and before is None and labels_of(change.old) == labels_of(new):
            return wanted
        labels = labels_of(new)
        owners = view.list_(owner_resource, namespace)
        adopters = [owner for owner in owners if selects(owner).matches(labels)]
        return wanted + [Key(owner_resource, namespace, name_of(owner)) for owner in adopters]

    return Wake(resource, keys)


def spec_selector(owner: Object) -> LabelSelector:
    """The selector in `spec.selector` as a metav1.LabelSelector."""
    return selector_of((owner.get("spec") or {}).get("selector"))
