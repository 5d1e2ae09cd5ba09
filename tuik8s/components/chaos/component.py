"""The chaos component: keeps the world as broken as the Faults say, no more and no less.

    Fault seen      -> finalizer, plan, status Active (or Refused, with the reason)
    status stored   -> its effects count; a kill is done
    every turn      -> the union of all active faults' effects is what the hand shall hold
    `for` is over   -> undone, status Healed
    Fault deleted   -> undone, finalizer removed

The status is stored before anything breaks, since what breaks may be the API server itself; only
what goes through the API server is done first and told then. A fresh process takes active faults
over, and undoes what an earlier one left that nobody asks for.

Source: our own (design: chaos is a resource).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tuik8s.api.times import format_time, parse_time
from tuik8s.api.types import Object, Reply
from tuik8s.bus.client import Client, told
from tuik8s.bus.clone import Change
from tuik8s.bus.informer import Informer
from tuik8s.components.base import Host
from tuik8s.components.chaos.actions.registry import ACTIONS
from tuik8s.components.chaos.applied import Applied
from tuik8s.components.chaos.base import Hand, caused
from tuik8s.components.chaos.book import Book, Taken
from tuik8s.components.chaos.choosing import resources_read
from tuik8s.components.chaos.clerk import Clerk
from tuik8s.components.chaos.crd import FAULTS, FINALIZER, fault_crd
from tuik8s.components.chaos.maintenance import Maintenance
from tuik8s.components.chaos.planning import Planned, plan, read_spec, seed_of
from tuik8s.components.chaos.schedule import parse_schedule
from tuik8s.components.chaos.shape import Refused, Shape
from tuik8s.components.chaos.surroundings import Surroundings
from tuik8s.components.chaos.telling import DEADLINE_MS, RETRY_MS, Telling

IDENTITY = "system:chaos"
CRDS = "customresourcedefinitions.apiextensions.k8s.io"
OVER = ("Healed", "Refused", "Done")


class Chaos:
    """Carries out Faults with the hand it is given."""

    def __init__(self, host: Host, hand: Hand) -> None:
        self.name = host.world.party
        self._host = host
        self._world = host.world
        self._hand = hand
        self._client = Client(host.world, host.dial(IDENTITY))
        self._faults = Informer(self._client, FAULTS)
        self._book = Book(host.world, self._on_turn, self._on_end)
        self._telling = Telling(self._client)
        self._surroundings = Surroundings(self._client, hand)
        self._clerk = Clerk(self._client)
        self._maintenance = Maintenance(self._client, self._clerk, self._on_stay)
        self._applied = Applied(hand, self._maintenance, self.name)
        self._is_planned = False
        self._is_settled = False
        self._looking: dict[str, None] = {}

    def start(self) -> None:
        self._world.log.info("Starting chaos", v=self._world.log.verbosity)
        self._applied.free_apiserver()
        self._create_kind()

    def statistics(self) -> Mapping[str, int]:
        return {"faults": len(self._faults), "active": len(self._book), **told([self._client])}

    def _create_kind(self) -> None:
        self._client.create(CRDS, fault_crd(), self._on_kind, deadline_ms=DEADLINE_MS)

    def _on_kind(self, reply: Reply) -> None:
        if reply.code == 409:  # of an earlier start, perhaps of an earlier version
            ours = fault_crd()
            notes = {"annotations": ours["metadata"]["annotations"]}
            body = {"metadata": notes, "spec": ours["spec"]}
            self._client.patch(CRDS, "", FAULTS, body, self._on_kind, deadline_ms=DEADLINE_MS)
        elif not reply.ok:
            self._world.call_after(RETRY_MS, self._create_kind)
        else:
            self._faults.on_change(self._on_fault)
            self._faults.on_sync(self._work)
            self._faults.start()

    def _on_fault(self, change: Change) -> None:
        if change.new is None:
            self._book.forget(change.key.name)
        self._work_soon()

    def _work_soon(self) -> None:
        if not self._is_planned:
            self._is_planned = True
            self._world.call_soon(self._work)

    def _work(self) -> None:
        self._is_planned = False
        if not self._faults.synced:
            return
        for fault in self._faults.items():
            self._consider(fault)
        if not self._is_settled and not self._looking:
            self._settle()
        self._apply()

    def _settle(self) -> None:
        """What was active is taken over; what nobody asks for is undone."""
        self._is_settled = True
        self._applied.take_over(self._book.wanted())
        self._apply()
        self._host.ready()  # not before: whoever starts a cluster is told what faults hold back

    # --- one fault ----------------------------------------------------------------------------

    def _consider(self, fault: Object) -> None:
        meta, phase = fault["metadata"], (fault.get("status") or {}).get("phase", "")
        name = meta["name"]
        if "deletionTimestamp" in meta:
            self._book.forget(name)
            self._looking.pop(name, None)
            self._apply()
            self._undo(fault, lambda: self._remove_finalizer(fault))
        elif phase in OVER:
            self._book.forget(name)
        elif FINALIZER not in (meta.get("finalizers") or ()):
            body = {"metadata": {"finalizers": [*(meta.get("finalizers") or ()), FINALIZER]}}
            self._client.patch(FAULTS, "", name, body, self._on_reply)
        elif name not in self._telling and name not in self._looking:
            known = self._book.get(name)
            if known is None or known.generation != meta.get("generation", 1):
                self._take_up(fault)

    def _take_up(self, fault: Object) -> None:
        """Plan a fault: a new one, one of an earlier chaos process, or one that was changed."""
        meta, status = fault["metadata"], fault.get("status") or {}
        name = meta["name"]
        try:
            spec = read_spec(fault)
        except Refused as refusal:
            self._refuse(name, refusal)
            return
        seed = status["seed"] if "seed" in status and spec.seed is None else seed_of(spec, fault)
        taken = Taken(name, spec, meta.get("generation", 1), seed)
        taken.cause = int(meta.get("resourceVersion", 0))
        is_same = status.get("observedGeneration") == taken.generation
        earlier = status.get("targets") or () if is_same else ()
        started_at_ms = _started_at_ms(status)

        def planned(found: Planned) -> None:
            self._book.forget(name)
            taken.effects = caused(found.effects, taken.cause)
            if started_at_ms is None:
                self._begin(taken, found)
            else:
                taken.started_at_ms = started_at_ms
                self._go_on(taken)
                if not is_same:
                    told = {"observedGeneration": taken.generation, "targets": list(found.targets)}
                    self._say(name, told)

        self._plan(taken, earlier, planned)

    def _plan(
        self, taken: Taken, earlier: list[str] | tuple[()], then: Callable[[Planned], None]
    ) -> None:
        """Look at what the fault may mean, and plan it; a refusal ends it."""
        name, spec = taken.name, taken.spec

        def looked(shape: Shape) -> None:
            if self._looking.pop(name, 0) == 0:
                return  # it was deleted meanwhile
            try:
                found = plan(spec, shape, taken.seed, earlier)
            except Refused as refusal:
                self._refuse(name, refusal)
            else:
                then(found)
            self._work_soon()

        self._looking[name] = None
        self._surroundings.look(resources_read(spec, ACTIONS[spec.action]), looked)

    def _refuse(self, name: str, refusal: Refused) -> None:
        self._world.log.warning("Fault refused", fault=name, err=str(refusal))
        self._book.forget(name)
        self._say(name, {"phase": "Refused", "message": str(refusal)})

    def _begin(self, taken: Taken, found: Planned) -> None:
        """A new fault: store what becomes of it, and only then let it count."""
        spec, now_ms = taken.spec, self._world.now_ms()
        taken.started_at_ms = now_ms
        self._book.add(taken)
        self._world.log.info(
            "Fault begins", fault=taken.name, action=spec.action, target=spec.target
        )
        status = {
            "phase": "Done" if taken.is_done_at_once else "Active",
            "startedAt": format_time(now_ms),
            "message": "",
            "observedGeneration": taken.generation,
            "seed": taken.seed,
            "targets": list(found.targets),
        }
        if taken.ends_at_ms is not None and not taken.is_done_at_once:
            status["endsAt"] = format_time(taken.ends_at_ms)
        if taken.is_done_at_once and taken.effects.evict:
            self._evict(taken, status)
            return
        self._say(taken.name, status, lambda: self._stored(taken))

    def _stored(self, taken: Taken) -> None:
        """The status is stored: from now on the fault counts, for as long as it shall last."""
        if self._book.get(taken.name) is not taken:
            return
        if not taken.is_done_at_once:
            self._book.begin(taken)
        self._step(taken)
        self._apply()

    def _step(self, taken: Taken) -> None:
        """Do what is done in a moment."""
        for party in taken.effects.kill:
            self._hand.kill(party)
        if taken.effects.evict:
            self._evict(taken, {})

    def _evict(self, taken: Taken, status: Object) -> None:
        def done(stay: list[str]) -> None:
            gone = len(taken.effects.evict) - len(stay)
            told = {**status, "message": "; ".join(stay)}
            if stay and not gone and not taken.spec.schedule:
                told["phase"] = "Refused"
            self._world.log.info("Pods killed", fault=taken.name, gone=gone, stay=len(stay))
            self._say(taken.name, told)

        self._clerk.evict(taken.effects.evict, taken.cause, done)

    def _go_on(self, taken: Taken) -> None:
        """An active fault of an earlier chaos process, or one whose spec was changed."""
        if taken.ends_at_ms is not None and taken.ends_at_ms <= self._world.now_ms():
            self._healed(taken)
            return
        self._book.add(taken)
        self._book.begin(taken)

    def _on_turn(self, taken: Taken) -> None:
        """A turn of a schedule began or ended."""
        self._apply()
        schedule = parse_schedule(taken.spec.schedule)
        if schedule is None or not taken.effects.steps or (schedule.for_ms and not taken.is_on):
            return
        turn = schedule.turn(self._world.now_ms() - taken.started_at_ms)

        def looked(shape: Shape) -> None:
            """Each turn chooses among those that there are by then."""
            if self._book.get(taken.name) is not taken:
                return
            try:
                taken.effects = plan(taken.spec, shape, taken.seed + turn).effects
            except Refused as refusal:
                self._world.log.info("Nothing to break", fault=taken.name, why=str(refusal))
                return
            self._step(taken)

        resources = resources_read(taken.spec, ACTIONS[taken.spec.action])
        self._surroundings.look(resources, looked)

    def _on_end(self, taken: Taken) -> None:
        self._book.forget(taken.name)
        self._world.log.info("Fault ends", fault=taken.name)
        self._apply()
        self._healed(taken)

    def _healed(self, taken: Taken) -> None:
        fault = self._faults.get("", taken.name)
        if fault is not None:
            self._undo(fault, lambda: self._say(taken.name, {"phase": "Healed"}))

    def _undo(self, fault: Object, done: Callable[[], None]) -> None:
        """See that nodes which a fault kept out of service are back, also after a restart."""
        action = ACTIONS.get(fault["spec"].get("action", ""))
        targets = (fault.get("status") or {}).get("targets") or ()
        if action is None or not action.cordons or not targets:
            done()
            return
        self._maintenance.check_all([name.partition("/")[2] for name in targets], done)

    def _on_stay(self, node: str, stay: list[str]) -> None:
        """Pods stay on a node that is drained: its faults say why."""
        for fault in self._faults.items():
            taken = self._book.get(fault["metadata"]["name"])
            message = "; ".join(stay)
            drained = [drain.node for drain in taken.effects.drain] if taken is not None else []
            said = (fault.get("status") or {}).get("message", "")
            if node in drained and said != message:
                self._say(fault["metadata"]["name"], {"message": message})

    def _apply(self) -> None:
        """Bring the world to what the active faults ask for together."""
        if self._is_settled:
            self._applied.bring(self._book.wanted())

    # --- the API ------------------------------------------------------------------------------

    def _say(self, name: str, status: Object, then: Callable[[], None] | None = None) -> None:
        """Store a status, again and again until it is; then: what waits for it."""

        def told(is_stored: bool) -> None:
            if not is_stored:
                self._book.forget(name)
            elif then is not None:
                then()
            self._work_soon()

        self._telling.say(name, status, told)

    def _remove_finalizer(self, fault: Object) -> None:
        meta = fault["metadata"]
        rest = [f for f in meta.get("finalizers") or () if f != FINALIZER]
        if len(rest) != len(meta.get("finalizers") or ()):
            body = {"metadata": {"finalizers": rest}}
            self._client.patch(FAULTS, "", meta["name"], body, self._on_reply)

    def _on_reply(self, reply: Reply) -> None:
        if not reply.ok and reply.code not in (404, 409):
            self._world.call_after(RETRY_MS, self._work_soon)


def _started_at_ms(status: Object) -> int | None:
    """When an active fault began; None for a new one, and where somebody wrote what does not read.

    A status that ended chaos would end it again at each start.
    """
    try:
        return parse_time(status["startedAt"]) if status.get("phase") == "Active" else None
    except (KeyError, ValueError):
        return None


def build(host: Host, hand: Hand) -> Chaos:
    return Chaos(host, hand)
