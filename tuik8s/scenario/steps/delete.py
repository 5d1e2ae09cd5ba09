"""delete: OBJECT, a file of manifests, or a list of them - in the background, as kubectl does.

    delete: pod/web-0
    delete: manifests/shop.yaml
    delete: {pods: app=web, count: 1, grace: 0s}

By selector, `count` takes so many of those there are, chosen by the seed; `namespace` is default.
`grace` replaces the object's own grace period.
"""

from __future__ import annotations

from tuik8s.api.selectors import parse_label_selector
from tuik8s.api.types import Object
from tuik8s.scenario.manifests import manifests_at
from tuik8s.scenario.names import ObjectName, parse_name
from tuik8s.scenario.place import Value
from tuik8s.scenario.run import Failed, Run
from tuik8s.scenario.state import NoSuchKind
from tuik8s.scenario.writes import delete_object
from tuik8s.world.rng import seeded

OPTIONS: Object = {"propagationPolicy": "Background"}
BESIDE = ("namespace", "count", "grace")


class Delete:
    """Deletes what is named, in order."""

    def __init__(self, value: Value) -> None:
        self._targets = [name for item in value.one_or_more() for name in _named(item)]
        shown = [str(item.raw) for item in value.one_or_more()]
        self.title = f"delete {', '.join(shown)}"

    def run(self, run: Run) -> None:
        for target in self._targets:
            delete_object(run, target, OPTIONS)


class DeleteSelected:
    """Deletes some or all objects that a selector matches."""

    def __init__(self, value: Value) -> None:
        fields = value.fields("delete")
        kinds = [name for name in fields if name not in BESIDE]
        if len(kinds) != 1:
            raise value.bad("expected delete: {KIND: SELECTOR, ...}, such as {pods: app=web}")
        self._kind = kinds[0]
        selector = fields[self._kind]
        selector.checked(parse_label_selector, "a label selector")
        self._selector = selector.text("a label selector")
        self._namespace = (
            fields["namespace"].text("a namespace") if "namespace" in fields else "default"
        )
        self._count = fields["count"].number("how many", 1) if "count" in fields else 0
        self._options = dict(OPTIONS)
        if "grace" in fields:
            grace_ms = fields["grace"].duration_ms("a grace period")
            self._options["gracePeriodSeconds"] = grace_ms // 1000
        self._place = value.place
        many = f"{self._count} of " if self._count else ""
        self.title = f"delete {many}{self._kind} {self._selector}"

    def run(self, run: Run) -> None:
        for name in self._chosen(run):
            delete_object(run, ObjectName(self._kind, self._namespace, name), self._options)

    def _chosen(self, run: Run) -> list[str]:
        try:
            found = run.state.list_(self._kind, self._selector, self._namespace)
        except NoSuchKind as unknown:
            raise Failed(str(unknown)) from unknown
        names = [obj["metadata"]["name"] for obj in found if _is_alive(obj)]
        if len(names) < max(self._count, 1):
            raise Failed(f"{self.title}: there are {len(names)}")
        if not self._count:
            return names
        chance = seeded(run.cluster.seed, f"{self._place}/{run.revision}")
        return sorted(chance.shuffled(names)[: self._count])


def _is_alive(obj: Object) -> bool:
    return "deletionTimestamp" not in obj["metadata"]


def _named(value: Value) -> list[ObjectName]:
    text = value.text("an object such as pod/web-0, or a file of manifests")
    if not text.endswith((".yaml", ".yml", ".json")):
        return [parse_name(value)]
    return [
        ObjectName(
            each["kind"], each["metadata"].get("namespace", "default"), each["metadata"]["name"]
        )
        for each in reversed(manifests_at(value))
    ]


def parse(value: Value) -> Delete | DeleteSelected:
    return DeleteSelected(value) if isinstance(value.raw, dict) else Delete(value)
