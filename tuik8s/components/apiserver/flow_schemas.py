"""Says of every FlowSchema whether the priority level that it refers to exists.

Requests are not queued by priority here: nobody floods a cluster on one machine. The objects are
kept, checked and told of as upstream does, for what reads and writes them.

Source: k8s.io/apiserver pkg/util/flowcontrol/apf_controller.go (1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tuik8s.api.kinds.base import Kind
from tuik8s.api.meta import copy_object, set_condition
from tuik8s.api.times import format_time
from tuik8s.api.types import Object
from tuik8s.components.apiserver.server_writes import replace_unless_changed

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core
    from tuik8s.components.store.types import Change

GROUP: Final = "flowcontrol.apiserver.k8s.io"
SCHEMAS: Final = f"flowschemas.{GROUP}"
LEVELS: Final = f"prioritylevelconfigurations.{GROUP}"
_MANAGER: Final = "api-priority-and-fairness-config-consumer-v1"


class FlowSchemas:
    """Keeps the condition Dangling of all FlowSchemas true."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._is_due = False

    def start(self) -> None:
        """The store was opened: look at what is there, then follow changes."""
        if self._core.config.read_only:
            return
        self._core.store.on_commit(self._on_commit)
        self._look_soon()

    def _on_commit(self, changes: list[Change]) -> None:
        if any(change.key.partition("/")[0] in (SCHEMAS, LEVELS) for change in changes):
            self._look_soon()

    def _look_soon(self) -> None:
        if not self._is_due:
            self._is_due = True
            self._core.world.call_soon(self._look)

    def _look(self) -> None:
        self._is_due = False
        core = self._core
        kind = core.kinds.by_resource(SCHEMAS)
        assert kind is not None, "flow schemas are built in"
        levels = {level["metadata"]["name"] for level in core.reader.list_(LEVELS)}
        for schema in core.reader.list_(SCHEMAS):
            self._judge(kind, schema, levels)

    def _judge(self, kind: Kind, schema: Object, levels: set[str]) -> None:
        level = schema["spec"]["priorityLevelConfiguration"]["name"]
        new = copy_object(schema)
        named = f'This FlowSchema references the PriorityLevelConfiguration object named "{level}"'
        is_dangling = level not in levels
        changed = set_condition(
            new,
            "Dangling",
            "True" if is_dangling else "False",
            now=format_time(self._core.world.now_ms()),
            reason="NotFound" if is_dangling else "Found",
            message=f"{named} but there is no such object"
            if is_dangling
            else f"{named} and it exists",
        )
        if changed:
            replace_unless_changed(self._core, kind, schema, new, _MANAGER)
