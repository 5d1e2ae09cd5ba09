"""What the server itself writes of objects that it looks after: their status, mostly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tuik8s.api.kinds.base import Kind
from tuik8s.api.types import Object
from tuik8s.components.apiserver import ownership
from tuik8s.components.apiserver.allocators import IDENTITY
from tuik8s.components.store.errors import Mismatch

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

STATUS: Final = "status"


def replace_unless_changed(
    core: Core, kind: Kind, old: Object, new: Object, manager: str, subresource: str = STATUS
) -> None:
    """Store a change of an object that was read a moment ago.

    When another change came between, nothing is written: its commit makes the caller look again.
    """
    meta = old["metadata"]
    entry = core.objects.entry(kind, meta.get("namespace", ""), meta["name"])
    if entry is None or str(entry.revision) != meta["resourceVersion"]:
        return
    ownership.update(kind, old, new, manager, subresource, core.world.now_ms())
    try:
        core.objects.replace(kind, new, entry, IDENTITY, entry.revision)
    except Mismatch:
        return
