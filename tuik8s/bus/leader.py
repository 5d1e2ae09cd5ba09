"""Leader election over a Lease: who of one kind of component acts.

    start --> create the Lease --ok--> leading --every RETRY_MS--> renew
                  | it is there               ^                      | not for RENEW_DEADLINE_MS
                  v                           |                      v
              read it --ours, or expired--> take it over <---- lost: acquire again
                  '--another holds it: read it again every RETRY_MS

Source: client-go tools/leaderelection and resourcelock (1.36), with upstream's defaults. The one
deviation: a Lease that an earlier incarnation of the same party holds is taken over at once instead
of when it has expired, because the supervisor never runs two of one party. So neither a restart nor
a fork waits. Upstream ends the process that has lost its Lease; here it stops acting until it has
it again. What it waits for goes by a clock that no fault touches, as upstream's monotonic one; what
it writes into the Lease by that of the party.
"""

from __future__ import annotations

from collections.abc import Callable

from tuik8s.api.times import format_micro_time, format_time
from tuik8s.api.types import Object, Reply
from tuik8s.bus.client import Client, decode, refusal_of
from tuik8s.world.base import World

LEASES = "leases.coordination.k8s.io"
NAMESPACE = "kube-system"
LEASE_DURATION_S = 15
RENEW_DEADLINE_MS = 10_000
RETRY_MS = 2_000
RETRY_FIRST_MS = 100
"""A first attempt is repeated soon, then ever later: the API server may only be starting."""
REQUEST_MS = RENEW_DEADLINE_MS // 2
CONFLICT, ABSENT = 409, 404


class LeaderElection:
    """Keeps the Lease `kube-system/NAME` for one component.

    reporter: the component that Events name. on_started and on_stopped are called whenever
    `is_leader` becomes true and false.
    """

    def __init__(
        self,
        world: World,
        client: Client,
        name: str,
        reporter: str,
        on_started: Callable[[], None],
        on_stopped: Callable[[], None],
    ) -> None:
        self.is_leader = False
        self.identity = f"{world.party}_{world.rng('leader').uid()}"
        self._world = world
        self._client = client
        self._name = name
        self._reporter = reporter
        self._on_started = on_started
        self._on_stopped = on_stopped
        self._lease: Object | None = None
        """As it was written or read last; None when there is none, as far as is known."""
        self._seen_at_ms = 0
        """When it was first seen so: whether another's has expired goes by when we saw it."""
        self._renewed_at_ms = 0
        self._retry_ms = RETRY_FIRST_MS
        self._has_looked = False

    def start(self) -> None:
        """Begin to acquire the Lease, and keep at it."""
        self._log("Attempting to acquire leader lease...")
        self._attempt()

    # --- one attempt: at most a write, a read and another write -----------------------------------

    def _attempt(self) -> None:
        if self.is_leader and self._left_ms() <= 0:
            self._lost()
        self._has_looked = False
        if self._lease is None or self._may_write(self._lease):
            self._write()
        else:
            self._look()

    def _may_write(self, lease: Object) -> bool:
        spec = lease.get("spec") or {}
        holder = str(spec.get("holderIdentity") or "")
        if not holder or holder.startswith(f"{self._world.party}_"):
            return True
        good_ms = 1_000 * int(spec.get("leaseDurationSeconds") or 0)
        return self._world.true_ms() >= self._seen_at_ms + good_ms

    def _write(self) -> None:
        begun_ms = self._world.true_ms()
        old = self._lease or _new_lease(self._name)
        lease = _taken(old, self.identity, self._world.now_ms())
        write = self._client.create if self._lease is None else self._client.update

        def on_reply(reply: Reply) -> None:
            self._on_written(lease, begun_ms, reply)

        write(LEASES, lease, on_reply, deadline_ms=self._patience_ms())

    def _look(self) -> None:
        self._has_looked = True
        patience_ms = self._patience_ms()
        self._client.get(LEASES, NAMESPACE, self._name, self._on_found, deadline_ms=patience_ms)

    def _left_ms(self) -> int:
        """How long who leads may go on without having renewed the Lease."""
        return self._renewed_at_ms + RENEW_DEADLINE_MS - self._world.true_ms()

    def _patience_ms(self) -> int:
        """A renewal is not waited for beyond the moment at which it would come too late."""
        return max(1, min(REQUEST_MS, self._left_ms())) if self.is_leader else REQUEST_MS

    def _on_written(self, lease: Object, begun_ms: int, reply: Reply) -> None:
        if reply.ok:
            self._held(lease, begun_ms, reply)
        elif reply.code in (CONFLICT, ABSENT) and not self._has_looked:
            self._look()  # somebody else wrote or deleted it
        else:
            self._failed("Failed to update lease", refusal_of(reply))

    def _on_found(self, reply: Reply) -> None:
        if not reply.ok and reply.code != ABSENT:
            self._failed("Error retrieving lease lock", refusal_of(reply))
            return
        found = _without_managers(decode(reply)) if reply.ok else None
        if found is None or self._lease is None or found["spec"] != self._lease["spec"]:
            self._seen_at_ms = self._world.true_ms()
        self._lease = found
        if found is None or self._may_write(found):
            self._write()
        else:
            holder = found["spec"]["holderIdentity"]
            self._failed("", f"the lease is held by {holder} and has not yet expired")

    # --- what came of it --------------------------------------------------------------------------

    def _held(self, lease: Object, begun_ms: int, reply: Reply) -> None:
        if self._lease is None:
            self._lease = _without_managers(decode(reply))
        else:  # only the revision is new, the rest need not be read
            meta = {**lease["metadata"], "resourceVersion": str(reply.revision)}
            self._lease = {**lease, "metadata": meta}
        self._renewed_at_ms = begun_ms
        self._retry_ms = RETRY_FIRST_MS
        self._world.call_after(RETRY_MS, self._attempt)
        if not self.is_leader:
            self.is_leader = True
            self._log("Successfully acquired lease")
            self._tell("became leader")
            self._on_started()

    def _failed(self, message: str, err: str) -> None:
        """Nothing was written. message: "" when that is as it should be."""
        log = self._world.log
        if message:
            log.error(message, lease=f"{NAMESPACE}/{self._name}", err=err)
        elif log.verbosity >= 4:
            self._log("Failed to acquire lease", err=err)
        if self.is_leader:
            self._world.call_after(max(0, min(RETRY_MS, self._left_ms())), self._attempt)
            return
        self._world.call_after(self._retry_ms if message else RETRY_MS, self._attempt)
        self._retry_ms = min(2 * self._retry_ms, RETRY_MS)

    def _lost(self) -> None:
        self.is_leader = False
        lease = f"{NAMESPACE}/{self._name}"
        late = "context deadline exceeded"
        self._world.log.error("Failed to renew lease", lease=lease, err=late)
        self._world.log.error("leader election lost", lease=lease)
        self._tell("stopped leading")
        self._on_stopped()
        self._log("Attempting to acquire leader lease...")

    def _log(self, message: str, **fields: str) -> None:
        self._world.log.info(message, lease=f"{NAMESPACE}/{self._name}", **fields)

    def _tell(self, what: str) -> None:
        """Record an Event about the Lease; one that is refused is lost, as upstream."""
        if self._lease is not None:
            event = self._event(self._lease["metadata"], f"{self.identity} {what}")
            self._client.create("events", event, _ignore)

    def _event(self, about: Object, message: str) -> Object:
        now_ms = self._world.now_ms()
        nanoseconds = now_ms * 1_000_000 + self._world.rng("leader").below(1_000_000)
        involved = {key: about[key] for key in ("namespace", "name", "uid", "resourceVersion")}
        now = format_time(now_ms)
        return {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": f"{self._name}.{nanoseconds:x}", "namespace": NAMESPACE},
            "involvedObject": {
                "kind": "Lease",
                "apiVersion": "coordination.k8s.io/v1",
                **involved,
            },
            "reason": "LeaderElection",
            "message": message,
            "source": {"component": self._reporter},
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
            "type": "Normal",
            "eventTime": None,
            "reportingComponent": self._reporter,
            "reportingInstance": "",
        }


def _new_lease(name: str) -> Object:
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {},
    }


def _taken(lease: Object, identity: str, now_ms: int) -> Object:
    """A copy that identity holds from now on, or holds still."""
    now = format_micro_time(now_ms)
    spec = {**(lease.get("spec") or {}), "leaseDurationSeconds": LEASE_DURATION_S, "renewTime": now}
    if spec.get("holderIdentity") != identity:
        is_new = "uid" not in lease["metadata"]
        transitions = 0 if is_new else int(spec.get("leaseTransitions") or 0) + 1
        spec |= {"holderIdentity": identity, "acquireTime": now, "leaseTransitions": transitions}
    return {**lease, "spec": spec}


def _without_managers(lease: Object) -> Object:
    """Without its managed fields: an update without them keeps those there are."""
    lease["metadata"].pop("managedFields", None)
    lease.setdefault("spec", {})
    return lease


def _ignore(reply: Reply) -> None:
    """See `_tell`."""
