"""One container of a pod, as the kubelet follows it: its state, its restarts, its back-off.

    waiting --started--> running --exited--> terminated --(restart policy, back-off)--> waiting

Source: k8s.io/kubernetes pkg/kubelet/kuberuntime and pkg/kubelet/images (back-off 10 s doubling
to 5 minutes, forgotten after a run of 10 minutes).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from tuik8s.api.times import format_time, parse_time
from tuik8s.api.types import Object
from tuik8s.components.kubelet.runtimes.base import ContainerChange

BACKOFF_MS_MIN = 10_000
BACKOFF_MS_MAX = 300_000
FORGIVEN_AFTER_MS = 600_000

Kind = Literal["init", "sidecar", "main", "ephemeral"]


@dataclass(slots=True)
class Container:
    """A container's life. Times are milliseconds; -1 has not happened."""

    spec: Object
    kind: Kind
    id: str = ""
    ordered: bool = False
    stale: bool = False
    """The spec changed since it was started: it is replaced whatever the restart policy says."""
    stopping: bool = False
    dead: bool = False
    """Its liveness probe failed as often as counts: it is stopped, then the policy decides."""
    adopted: bool = False
    """It was started by an earlier kubelet, which has told of that."""
    initial: str = "ContainerCreating"
    """Why it waits when there is no better reason; PodInitializing where there are inits."""
    waiting: str = ""
    waiting_message: str = ""
    started_at_ms: int = -1
    ended_at_ms: int = -1
    exit_code: int = 0
    reason: str = ""
    is_ready: bool = False
    restarts: int = 0
    backoff_ms: int = 0
    pull_began_at_ms: int = -1
    pull_backoff_ms: int = 0
    pull_error: str = ""
    restart_at_ms: int = -1
    last: Object | None = None

    def __post_init__(self) -> None:
        self.waiting = self.waiting or self.initial

    @property
    def name(self) -> str:
        return str(self.spec["name"])

    @property
    def is_running(self) -> bool:
        return self.started_at_ms >= 0 and self.ended_at_ms < 0

    @property
    def is_terminated(self) -> bool:
        return self.ended_at_ms >= 0

    @property
    def why_ended(self) -> str:
        """Why the kubelet ends it, so that it is started anew; "" when it does not."""
        if self.stale:
            return "definition changed"
        return "failed liveness probe" if self.dead else ""

    @property
    def own_grace_s(self) -> int:
        """The grace that its liveness probe gives it, 0 for the pod's."""
        probe = (self.spec.get("livenessProbe") or {}) if self.dead else {}
        return int(probe.get("terminationGracePeriodSeconds") or 0)

    @property
    def has_succeeded(self) -> bool:
        return self.is_terminated and self.exit_code == 0

    def on_change(self, change: ContainerChange) -> None:
        """Take note of what the runtime says happened."""
        if change.kind == "pulling":
            self.pull_began_at_ms = change.at_ms
        elif change.kind == "started":
            self.started_at_ms, self.ended_at_ms = change.at_ms, -1
            self.pull_backoff_ms, self.pull_error = 0, ""
        elif change.kind == "dead":
            self.dead = True
        elif change.kind in ("ready", "unready"):
            self.is_ready = change.kind == "ready"
        elif change.kind == "pull-failed":
            self.ordered = False
            self.waiting, self.waiting_message = change.reason, change.message
            self.pull_error = f"{change.reason}: {change.message}"
            doubled = max(2 * self.pull_backoff_ms, BACKOFF_MS_MIN)
            self.pull_backoff_ms = min(doubled, BACKOFF_MS_MAX)
            self.restart_at_ms = change.at_ms + self.pull_backoff_ms
        elif change.kind == "exited":
            if self.started_at_ms < 0:
                self.started_at_ms = change.at_ms
            self.ended_at_ms, self.is_ready = change.at_ms, False
            self.adopted = False
            self.exit_code, self.reason = change.exit_code, change.reason
            if self.ended_at_ms - self.started_at_ms >= FORGIVEN_AFTER_MS:
                self.backoff_ms = 0

    def will_restart(self, policy: str) -> bool:
        """Whether the restart policy asks for another run after this end."""
        if self.kind == "sidecar":
            return True
        own = self.spec.get("restartPolicy") or policy
        if self.kind == "init" and own == "Always":
            own = "OnFailure"
        return own == "Always" or (own == "OnFailure" and self.exit_code != 0)

    def plan_restart(self, pod: str) -> None:
        """After an end: wait out the back-off, then run again. The first restart comes at once.

        pod: `name_namespace(uid)`, as messages show it.
        """
        self.last = {"terminated": self._terminated()}
        self.restarts += 1
        ended_at_ms = self.ended_at_ms
        self.started_at_ms = self.ended_at_ms = -1
        self.ordered = self.stopping = self.dead = False
        is_replaced, self.stale = self.stale, False
        if self.backoff_ms and not is_replaced:
            wait = _go_seconds(self.backoff_ms // 1000)
            where = f"container={self.name} pod={pod}"
            self.waiting = "CrashLoopBackOff"
            self.waiting_message = f"back-off {wait} restarting failed {where}"
            self.restart_at_ms = ended_at_ms + self.backoff_ms
        else:
            self.waiting, self.waiting_message = self.initial, ""
            self.restart_at_ms = ended_at_ms
        doubled = min(max(2 * self.backoff_ms, BACKOFF_MS_MIN), BACKOFF_MS_MAX)
        self.backoff_ms = 0 if is_replaced else doubled

    def pull_backs_off(self) -> bool:
        """Turn from ErrImagePull to ImagePullBackOff; False when it is no such time."""
        if self.waiting == "ImagePullBackOff" or not self.pull_error or self.ordered:
            return False
        self.waiting = "ImagePullBackOff"
        self.waiting_message = f'Back-off pulling image "{self.spec["image"]}": {self.pull_error}'
        return True

    def adopt(self, status: Object) -> int:
        """Go on from a status that an earlier kubelet wrote.

        The start to resume from, -1 if none.
        """
        self.restarts = status.get("restartCount", 0)
        self.last = status.get("lastState") or None
        state = status.get("state") or {}
        self.adopted = "running" in state
        self.id = status.get("containerID", "")
        ended = state.get("terminated")
        if ended:
            self.ordered = True
            self.started_at_ms = parse_time(ended["startedAt"])
            self.ended_at_ms = parse_time(ended["finishedAt"])
            self.exit_code, self.reason = ended["exitCode"], ended.get("reason", "")
            return -1
        return parse_time(state["running"]["startedAt"]) if "running" in state else -1

    def status(self) -> Object:
        """The containerStatuses entry."""
        image = self.spec["image"]
        has_run = self.started_at_ms >= 0 or self.last is not None
        out: Object = {
            "name": self.name,
            "state": self._state(),
            "lastState": self.last or {},
            "ready": self.has_succeeded if self.kind == "init" else self.is_ready,
            "restartCount": self.restarts,
            "image": image,
            "imageID": _image_id(image) if has_run else "",
            "started": self.is_running,
        }
        if self.id and has_run:
            out["containerID"] = self.id
        if self.spec.get("resources"):
            out["resources"] = self.spec["resources"]
        return out

    def _state(self) -> Object:
        if self.is_terminated:
            return {"terminated": self._terminated()}
        if self.is_running:
            return {"running": {"startedAt": format_time(self.started_at_ms)}}
        waiting = {"reason": self.waiting}
        if self.waiting_message:
            waiting["message"] = self.waiting_message
        return {"waiting": waiting}

    def _terminated(self) -> Object:
        return {
            "exitCode": self.exit_code,
            "reason": self.reason or ("Error" if self.exit_code else "Completed"),
            "startedAt": format_time(self.started_at_ms),
            "finishedAt": format_time(self.ended_at_ms),
            "containerID": self.id,
        }


def _image_id(image: str) -> str:
    digest = hashlib.sha256(image.encode()).hexdigest()
    return f"{image.partition('@')[0].rpartition(':')[0] or image}@sha256:{digest}"


def _go_seconds(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"
