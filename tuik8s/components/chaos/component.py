"""The chaos component: keeps the world as broken as the Faults say, no more and no less.

    Fault seen      -> finalizer, plan, status Active (or Refused, with the reason)
    every turn      -> union of the effects of all active faults = what the hand shall hold;
    differences done `for` is over   -> status Healed Fault deleted   -> healed, finalizer removed

Source: our own (design: chaos is a resource).
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from tuik8s.api.times import format_time, parse_duration, parse_time
from tuik8s.api.types import Object, Reply
from tuik8s.bus.client import Client
from tuik8s.bus.clone import Change
from tuik8s.bus.informer import Informer
from tuik8s.components.base import Host
from tuik8s.components.chaos.actions.registry import ACTIONS
from tuik8s.components.chaos.base import Effects, FaultSpec, Hand, Refused, Shape
from tuik8s.components.chaos.crd import FAULTS, FINALIZER, fault_crd

IDENTITY = "system:chaos"
CRDS = "customresourcedefinitions.apiextensions.k8s.io"
RETRY_MS = 500


class Chaos:
    """Carries out Faults with the hand it is given."""

    def __init__(self, host: Host, hand: Hand) -> None:
        self.name = host.world.party
        self._host = host
        self._world = host.world
        self._hand = hand
        self._client = Client(host.world, host.dial(IDENTITY))
        self._faults = Informer(self._client, FAULTS)
        self._effects: dict[str, Effects] = {}
        self._applied = Effects()
        self._planned = False

    def start(self) -> None:
        self._client.create(CRDS, fault_crd(), self._on_crd)

    def statistics(self) -> Mapping[str, int]:
        return {"faults": len(self._faults), "active": len(self._effects)}

    def _on_crd(self, reply: Reply) -> None:
        if not reply.ok and reply.code != 409:
            self._world.call_after(RETRY_MS, self.start)
            return
        self._faults.on_change(self._on_fault)
        self._faults.on_sync(self._on_sync)
        self._faults.start()

    def _on_sync(self) -> None:
        """From here on what nobody asks for is undone, such as what an earlier chaos process left."""
        for party in self._hand.parties():
            if party != self.name:
                self._hand.release(party)
                self._hand.resume(party)
        self._hand.set_links(())
        self._applied = Effects()
        self._work_soon()
        self._host.ready()

    def _on_fault(self, change: Change) -> None:
        if change.new is None:
            self._effects.pop(change.key.name, None)
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
            self._effects.pop(name, None)
            self._remove_finalizer(fault)
        elif phase in ("Healed", "Refused", "Done"):
            self._effects.pop(name, None)
        elif FINALIZER not in (meta.get("finalizers") or ()):
            body = {"metadata": {"finalizers": [*(meta.get("finalizers") or ()), FINALIZER]}}
            self._client.patch(FAULTS, "", name, body, self._on_reply)
        elif phase == "Active":
            self._go_on(fault)
        elif name not in self._effects:
            self._begin(fault)

    def _begin(self, fault: Object) -> None:
        name, now_ms = fault["metadata"]["name"], self._world.now_ms()
        try:
            spec, effects = self._planned_effects(fault)
            lasts_ms = parse_duration(spec.for_) if spec.for_ else 0
        except (Refused, ValueError) as refusal:
            self._say(name, {"phase": "Refused", "message": str(refusal)})
            return
        self._effects[name] = effects
        status = {"phase": "Active", "startedAt": format_time(now_ms), "message": ""}
        if effects.kill:
            status["phase"] = "Done"
        elif lasts_ms:
            status["endsAt"] = format_time(now_ms + lasts_ms)
            self._world.call_after(lasts_ms, lambda: self._end(name))
        self._say(name, status)
        self._world.log.info("fault begins", fault=name, action=spec.action, target=spec.target)
        for party in effects.kill:
            self._hand.kill(party)

    def _go_on(self, fault: Object) -> None:
        """An active fault of an earlier chaos process: take it over with the time it has left."""
        name = fault["metadata"]["name"]
        if name in self._effects:
            return
        try:
            self._effects[name] = self._planned_effects(fault)[1]
        except Refused as refusal:
            self._say(name, {"phase": "Refused", "message": str(refusal)})
            return
        ends_at = fault["status"].get("endsAt")
        if ends_at:
            self._world.call_at(parse_time(ends_at), lambda: self._end(name))

    def _planned_effects(self, fault: Object) -> tuple[FaultSpec, Effects]:
        try:
            spec = msgspec.convert(fault["spec"], FaultSpec)
        except msgspec.ValidationError as problem:
            raise Refused(str(problem)) from problem
        plan = ACTIONS.get(spec.action)
        if plan is None:
            raise Refused(f"no action {spec.action!r}; there are: {', '.join(ACTIONS)}")
        return spec, plan(spec, Shape(tuple(self._hand.parties())))

    def _end(self, name: str) -> None:
        if self._effects.pop(name, None) is not None:
            self._world.log.info("fault ends", fault=name)
            self._say(name, {"phase": "Healed"})
            self._apply()

    # --- the world ----------------------------------------------------------------------------

    def _apply(self) -> None:
        """Bring the world from what was applied to what the active faults ask for together."""
        wanted = _union(self._effects)
        had, self._applied = self._applied, wanted
        for party in wanted.hold:
            if party not in had.hold:
                self._hand.hold(party)
        for party in had.hold:
            if party not in wanted.hold:
                self._hand.release(party)
        for party in wanted.pause:
            if party not in had.pause:
                self._hand.pause(party)
        for party in had.pause:
            if party not in wanted.pause:
                self._hand.resume(party)
        if wanted.links != had.links:
            self._hand.set_links(wanted.links)

    def _say(self, name: str, status: Object) -> None:
        body = {"status": status}
        self._client.patch(FAULTS, "", name, body, self._on_reply, subresource="status")

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


def _union(effects: Mapping[str, Effects]) -> Effects:
    """All effects together, in the order of the faults' names."""
    ordered = [effects[name] for name in sorted(effects)]
    return Effects(
        hold=tuple(dict.fromkeys(p for e in ordered for p in e.hold)),
        pause=tuple(dict.fromkeys(p for e in ordered for p in e.pause)),
        links=tuple(rule for e in ordered for rule in e.links),
    )
