"""The chaos component: keeps the world as broken as the Faults say, no more and no less.

    Fault seen      -> finalizer, plan, status Active (or Refused, with the reason)
    status stored   -> its effects count; a kill is done
    every turn      -> the union of all active faults' effects is what the hand shall hold
    `for` is over   -> undone, status Healed
    Fault deleted   -> undone, finalizer removed

The status is stored before anything breaks, since what breaks may be the API server itself. A
fresh process takes active faults over, and undoes what an earlier one left that nobody asks for.

Source: our own (design: chaos is a resource).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from tuik8s.api.times import format_time, parse_duration, parse_time
from tuik8s.api.types import Object, Reply
from tuik8s.bus.client import Client
from tuik8s.bus.clone import Change
from tuik8s.bus.informer import Informer
from tuik8s.components.base import Host
from tuik8s.components.chaos.actions.registry import ACTIONS
from tuik8s.components.chaos.base import APISERVER, Effects, FaultSpec, Hand, Refused, Shape
from tuik8s.components.chaos.crd import FAULTS, FINALIZER, fault_crd
from tuik8s.world.base import Timer

IDENTITY = "system:chaos"
CRDS = "customresourcedefinitions.apiextensions.k8s.io"
RETRY_MS = 500
DEADLINE_MS = 2_000
OVER = ("Healed", "Refused", "Done")


@dataclass(slots=True)
class _Fault:
    """A fault that was taken up. counts: its status is stored, so its effects are in force."""

    effects: Effects
    generation: int
    counts: bool = False
    ends: Timer | None = None


class Chaos:
    """Carries out Faults with the hand it is given."""

    def __init__(self, host: Host, hand: Hand) -> None:
        self.name = host.world.party
        self._host = host
        self._world = host.world
        self._hand = hand
        self._client = Client(host.world, host.dial(IDENTITY))
        self._faults = Informer(self._client, FAULTS)
        self._active: dict[str, _Fault] = {}
        self._telling: dict[str, None] = {}
        self._applied = Effects()
        self._planned = False

    def start(self) -> None:
        """Nobody could tell us to heal while the API server is held: let go of it first."""
        self._hand.release(APISERVER)
        self._hand.resume(APISERVER)
        self._create_kind()

    def statistics(self) -> Mapping[str, int]:
        return {"faults": len(self._faults), "active": len(self._active)}

    def _create_kind(self) -> None:
        self._client.create(CRDS, fault_crd(), self._on_kind, deadline_ms=DEADLINE_MS)

    def _on_kind(self, reply: Reply) -> None:
        if not reply.ok and reply.code != 409:
            self._world.call_after(RETRY_MS, self._create_kind)
            return
        self._faults.on_change(self._on_fault)
        self._faults.on_sync(self._on_sync)
        self._faults.start()

    def _on_sync(self) -> None:
        """Take over what is active; what nobody asks for is undone."""
        for fault in self._faults.items():
            self._consider(fault)
        wanted = _union(self._active)
        for party in self._hand.parties():
            if party == self.name:
                continue
            if party not in wanted.hold:
                self._hand.release(party)
            if party not in wanted.pause:
                self._hand.resume(party)
        if not wanted.links:
            self._hand.set_links(())
        self._apply()
        self._host.ready()  # not before: whoever starts a cluster is told what faults hold back

    def _on_fault(self, change: Change) -> None:
        if change.new is None:
            self._forget(change.key.name)
        self._work_soon()

    def _work_soon(self) -> None:
        if not self._planned:
            self._planned = True
            self._world.call_soon(self._work)

    def _work(self) -> None:
        self._planned = False
        if not self._faults.synced:
            return
        for fault in self._faults.items():
            self._consider(fault)
        self._apply()

    # --- one fault ----------------------------------------------------------------------------

    def _consider(self, fault: Object) -> None:
        meta, phase = fault["metadata"], (fault.get("status") or {}).get("phase", "")
        name = meta["name"]
        if "deletionTimestamp" in meta:
            self._forget(name)
            self._remove_finalizer(fault)
        elif phase in OVER:
            self._forget(name)
        elif FINALIZER not in (meta.get("finalizers") or ()):
            body = {"metadata": {"finalizers": [*(meta.get("finalizers") or ()), FINALIZER]}}
            self._client.patch(FAULTS, "", name, body, self._on_reply)
        elif phase == "Active":
            self._go_on(fault)
        elif name not in self._active:
            self._begin(fault)

    def _begin(self, fault: Object) -> None:
        """A new fault: store what becomes of it, and only then let it count."""
        meta, now_ms = fault["metadata"], self._world.now_ms()
        name = meta["name"]
        try:
            spec, effects = self._plan(fault)
        except Refused as refusal:
            self._say(name, {"phase": "Refused", "message": str(refusal)})
            return
        self._active[name] = _Fault(effects, meta.get("generation", 1))
        self._world.log.info("fault begins", fault=name, action=spec.action, target=spec.target)
        status = {"phase": "Active", "startedAt": format_time(now_ms), "message": ""}
        if effects.kill:
            status["phase"] = "Done"
            self._say(name, status, lambda: self._kill(effects))
            return
        if spec.for_:
            status["endsAt"] = format_time(now_ms + parse_duration(spec.for_))
        self._say(name, status, lambda: self._stored(name, spec))

    def _stored(self, name: str, spec: FaultSpec) -> None:
        """The status is stored: from now on the fault counts, for as long as it shall last."""
        active = self._active.get(name)
        if active is None:
            return
        active.counts = True
        if spec.for_:
            lasts_ms = parse_duration(spec.for_)
            active.ends = self._world.call_after(lasts_ms, lambda: self._end(name))
        self._apply()

    def _kill(self, effects: Effects) -> None:
        for party in effects.kill:
            self._hand.kill(party)

    def _go_on(self, fault: Object) -> None:
        """An active fault: of an earlier chaos process, or one whose spec was changed."""
        meta = fault["metadata"]
        name, generation = meta["name"], meta.get("generation", 1)
        known = self._active.get(name)
        if name in self._telling or (known is not None and known.generation == generation):
            return
        try:
            spec, effects = self._plan(fault)
        except Refused as refusal:
            self._forget(name)
            self._say(name, {"phase": "Refused", "message": str(refusal)})
            return
        self._forget(name)
        active = _Fault(effects, generation, counts=True)
        if spec.for_:
            started_at_ms = parse_time(fault["status"]["startedAt"])
            ends_at_ms = started_at_ms + parse_duration(spec.for_)
            if ends_at_ms <= self._world.now_ms():
                self._say(name, {"phase": "Healed"})
                return
            active.ends = self._world.call_at(ends_at_ms, lambda: self._end(name))
        self._active[name] = active

    def _plan(self, fault: Object) -> tuple[FaultSpec, Effects]:
        try:
            spec = msgspec.convert(fault["spec"], FaultSpec)
        except (KeyError, msgspec.ValidationError) as problem:
            raise Refused(str(problem)) from problem
        plan = ACTIONS.get(spec.action)
        if plan is None:
            raise Refused(f"no action {spec.action!r}; there are: {', '.join(ACTIONS)}")
        try:
            lasts_ms = parse_duration(spec.for_) if spec.for_ else 1
        except ValueError as problem:
            raise Refused(f"for is a duration such as 10m: {problem}") from problem
        if lasts_ms <= 0:
            raise Refused(f"for {spec.for_!r} is over before it begins")
        return spec, plan(spec, Shape(tuple(self._hand.parties())))

    def _end(self, name: str) -> None:
        if name in self._active:
            self._forget(name)
            self._world.log.info("fault ends", fault=name)
            self._apply()
            self._say(name, {"phase": "Healed"})

    def _forget(self, name: str) -> None:
        active = self._active.pop(name, None)
        if active is not None and active.ends is not None:
            active.ends.cancel()

    # --- the world ----------------------------------------------------------------------------

    def _apply(self) -> None:
        """Bring the world from what was applied to what the active faults ask for together."""
        wanted = _union(self._active)
        had, self._applied = self._applied, wanted
        _differ(had.hold, wanted.hold, self._hand.hold, self._hand.release)
        _differ(had.pause, wanted.pause, self._hand.pause, self._hand.resume)
        if wanted.links != had.links:
            self._hand.set_links(wanted.links)

    # --- the API ------------------------------------------------------------------------------

    def _say(self, name: str, status: Object, then: Callable[[], None] | None = None) -> None:
        """Store a status, again and again until it is; then: what waits for it."""
        if name in self._telling:
            return
        self._telling[name] = None

        def send() -> None:
            self._client.patch(
                FAULTS, "", name, {"status": status}, told, subresource="status",
                deadline_ms=DEADLINE_MS,
            )  # fmt: skip

        def told(reply: Reply) -> None:
            if not reply.ok and reply.code not in (404, 422):
                self._world.call_after(RETRY_MS, send)
                return
            del self._telling[name]
            if not reply.ok:
                self._forget(name)
            elif then is not None:
                then()
            self._work_soon()

        send()

    def _remove_finalizer(self, fault: Object) -> None:
        meta = fault["metadata"]
        rest = [f for f in meta.get("finalizers") or () if f != FINALIZER]
        if len(rest) != len(meta.get("finalizers") or ()):
            body = {"metadata": {"finalizers": rest}}
            self._client.patch(FAULTS, "", meta["name"], body, self._on_reply)

    def _on_reply(self, reply: Reply) -> None:
        if not reply.ok and reply.code not in (404, 409):
            self._world.call_after(RETRY_MS, self._work_soon)


def build(host: Host, hand: Hand) -> Chaos:
    return Chaos(host, hand)


def _differ(
    had: tuple[str, ...],
    wanted: tuple[str, ...],
    begin: Callable[[str], None],
    end: Callable[[str], None],
) -> None:
    for party in wanted:
        if party not in had:
            begin(party)
    for party in had:
        if party not in wanted:
            end(party)


def _union(active: Mapping[str, _Fault]) -> Effects:
    """All effects that count together, in the order of the faults' names."""
    ordered = [active[name].effects for name in sorted(active) if active[name].counts]
    return Effects(
        hold=tuple(dict.fromkeys(p for e in ordered for p in e.hold)),
        pause=tuple(dict.fromkeys(p for e in ordered for p in e.pause)),
        links=tuple(rule for e in ordered for rule in e.links),
    )
