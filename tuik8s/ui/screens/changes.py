"""What can be done to the objects of a table: delete, kill, scale, edit; asked for by their weight.

Targets are what is marked, or what is under the cursor, taken when the question is put: whatever
happens to the rows meanwhile, what is confirmed is what was seen.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any, ClassVar

import yaml
from textual.binding import Binding

from tuik8s.api.kinds.base import Kind
from tuik8s.api.schema.scalars import DecodeError
from tuik8s.api.schema.yaml_body import decode_yaml
from tuik8s.api.types import Object
from tuik8s.ui.blast import Blast, blast_of, related
from tuik8s.ui.feed import Feed
from tuik8s.ui.screens.base import DashboardScreen
from tuik8s.ui.tables import Table
from tuik8s.ui.widgets.confirm import Confirm
from tuik8s.ui.widgets.live_table import LiveTable
from tuik8s.ui.widgets.prompt import Prompt

SCALABLE = ("deployments", "replicasets", "statefulsets", "replicationcontrollers")
CHANGES = ("delete", "scale", "edit")
DIGITS_MAX = 10
"""Of a number of replicas, which has 32 bits; the API server says which of these are too many."""


class Changes(DashboardScreen):
    """A table whose objects can be changed."""

    KEYS: ClassVar[list[Any]] = [
        Binding("s", "scale", "Scale", id="rows.scale"),
        Binding("e", "edit", "Edit", show=False, id="rows.edit"),
        Binding("delete", "delete", "Delete", id="rows.delete"),
        Binding("ctrl+k", "delete(True)", "Delete without grace", show=False, id="rows.kill"),
    ]

    def __init__(self, feed: Feed, kind: Kind) -> None:
        super().__init__(feed)
        self.kind = kind
        self.table: Table = feed.table(kind)
        self.rows = LiveTable(id="rows")
        self._scaled: Object | None = None
        """What the prompt for replicas asks about, whatever happens to the rows meanwhile."""

    def selected(self) -> Object | None:
        uid = self.rows.cursor_uid
        return None if uid is None else self.table.object(uid)

    def targets(self) -> list[Object]:
        """The marked objects, or the one under the cursor."""
        marked = [self.table.object(uid) for uid in sorted(self.table.store.marks)]
        found = [obj for obj in marked if obj is not None]
        chosen = self.selected()
        return found or ([chosen] if chosen is not None else [])

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        if action in CHANGES and self.feed.why_fixed:
            return self.feed.why_fixed
        if action == "scale" and self.kind.plural not in SCALABLE:
            return f"{self.kind.plural} have no replicas to scale"
        if action == "edit":
            return self.dashboard.machine.why_no_editor()
        return super().why_not(action, parameters)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Of pods the key is the dashboard's, to run commands in them."""
        if action == "scale" and self.kind.plural == "pods":
            return False
        return super().check_action(action, parameters)

    def on_mount(self) -> None:
        self.table.store.frozen = False  # whatever became of a question on an earlier screen
        for resource in related(self.kind):
            self.feed.informer(resource)  # so that a question can say what is affected

    def on_screen_resume(self) -> None:
        self.table.store.frozen = False  # a question is over, however it ended

    # --- delete -------------------------------------------------------------------------------

    def action_delete(self, now: bool = False) -> None:
        targets = self.targets()
        if targets:
            self.delete(targets, now=now)

    def delete(self, targets: list[Object], *, now: bool = False) -> None:
        """Delete objects; asks as hard as the loss would be. now: without grace."""
        total = self.table.store.counts[0]
        blast = blast_of(self.kind, targets, total, self.feed.items)
        same = delete_commands(self.kind.resource, targets, now=now)
        level = max(blast.level, 1) if self.dashboard.settings.confirm == "always" else blast.level

        def act() -> None:
            for obj in targets:
                self.feed.delete(self.kind, obj, self._told, now=now)
            self.table.store.clear_marks()
            self.notify(same, markup=False)

        if not level:
            act()
            return
        names = ", ".join(obj["metadata"]["name"] for obj in targets[:5])
        more = f" and {len(targets) - 5} more" if len(targets) > 5 else ""
        question = f"{'KILL' if now else 'DELETE'} {self.kind.singular} {names}{more} ?"
        self.table.store.frozen = True

        def answered(yes: bool | None) -> None:
            self.table.store.frozen = False
            if yes:
                act()

        self.app.push_screen(Confirm(question, self._affects(blast), same, blast.name), answered)

    def _affects(self, blast: Blast) -> str:
        """What a deletion affects, as far as it is known."""
        informers = [self.feed.informer(resource) for resource in related(self.kind)]
        unknown = [each.resource.partition(".")[0] for each in informers if not each.synced]
        return blast.affects + (f" (not counted yet: {', '.join(unknown)})" if unknown else "")

    def _told(self, why: str) -> None:
        if why:
            self.notify(why, severity="error", markup=False)

    # --- scale --------------------------------------------------------------------------------

    def action_scale(self) -> None:
        self._scaled = self.selected()
        if self._scaled is not None:
            self.query_one(Prompt).open("#", str(self._scaled["spec"].get("replicas", 1)))

    def scale_to(self, text: str) -> str:
        """Scale what was asked about; what is wrong with the number, "" if nothing."""
        if not (text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX):
            return "a number of replicas"
        obj, replicas = self._scaled, int(text)
        if obj is not None:
            meta = obj["metadata"]
            same = f"kubectl scale {self.kind.resource}/{meta['name']} -n {meta['namespace']}"
            self._when_sure(
                f"SCALE {self.kind.singular} {meta['name']} to {replicas} ?",
                f"{obj['spec'].get('replicas', 1)} replicas become {replicas}",
                f"{same} --replicas={replicas}",
                lambda: self.feed.scale(self.kind, obj, replicas, self._told),
            )
        return ""

    def _when_sure(self, question: str, affects: str, same: str, act: Callable[[], None]) -> None:
        """Act; with confirm=always only after a y."""

        def answered(yes: bool | None) -> None:
            if yes:
                act()
                self.notify(same, markup=False)

        if self.dashboard.settings.confirm == "always":
            self.app.push_screen(Confirm(question, affects, same), answered)
        else:
            answered(True)

    # --- edit ---------------------------------------------------------------------------------

    def action_edit(self) -> None:
        """Open the object in the editor; what was changed is written when it closes."""
        obj = self.selected()
        if obj is None:
            return
        meta = obj["metadata"]
        before = editable(obj)
        name = f"{self.kind.singular}-{meta['name']}.yaml"
        try:
            with self.app.suspend():
                after = self.dashboard.machine.edit(name, before)
        except OSError as problem:
            self.notify(str(problem), severity="error", markup=False)
            return
        wanted, why = edited(before, after, obj)
        if why:
            self.notify(why, severity="warning", markup=False)
        elif wanted is not None:
            written, inside = wanted, f" -n {meta['namespace']}" if meta.get("namespace") else ""
            self._when_sure(
                f"WRITE {self.kind.singular} {meta['name']} as edited ?",
                f"{self.kind.singular} {meta['name']}",
                f"kubectl edit {self.kind.resource}/{meta['name']}{inside}",
                lambda: self.feed.replace(self.kind, written, self._told),
            )


def editable(obj: Object) -> str:
    """An object as YAML that can be read back."""
    meta = {key: value for key, value in obj["metadata"].items() if key != "managedFields"}
    return yaml.safe_dump({**obj, "metadata": meta}, sort_keys=False, allow_unicode=True)


def edited(before: str, after: str, obj: Object) -> tuple[Object | None, str]:
    """The object that somebody wrote, or why it cannot be had. Its YAML is read as the API server
    would read it: timestamps stay text, and no number is larger than can be sent."""
    if before.strip() == after.strip():
        return None, "nothing was changed"
    try:
        wanted, _ = decode_yaml(after.encode("utf-8", "surrogateescape"))
    except DecodeError as problem:
        return None, f"not written, this is no YAML: {' '.join(str(problem).split())}"
    if not isinstance(wanted, dict) or not isinstance(wanted.get("metadata"), dict):
        return None, "not written: an object has metadata"
    for field in ("name", "namespace"):
        if wanted["metadata"].get(field) != obj["metadata"].get(field):
            return None, f"not written: metadata.{field} cannot be changed"
    return wanted, ""


def delete_commands(resource: str, targets: list[Object], *, now: bool = False) -> str:
    """What kubectl would be told, one command per namespace."""
    names: dict[str, list[str]] = {}
    for obj in targets:
        meta = obj["metadata"]
        names.setdefault(meta.get("namespace", ""), []).append(shlex.quote(meta["name"]))
    grace = " --grace-period=0 --force" if now else ""
    return "; ".join(
        f"kubectl delete {resource} {' '.join(some)}"
        + (f" -n {namespace}" if namespace else "")
        + grace
        for namespace, some in names.items()
    )
