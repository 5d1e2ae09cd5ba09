"""What the kubelets of one process log of their pods, in upstream's words and at its levels.

Pods that are heard of in one turn share a line, so a burst of a hundred costs one.

Source: k8s.io/kubernetes pkg/kubelet: kubelet.go (syncLoopIteration), kuberuntime, prober, images,
util/pod_startup_latency_tracker.go (1.36).
"""

from __future__ import annotations

from tuik8s.api.times import parse_time
from tuik8s.api.types import Object
from tuik8s.components.kubelet.containers import Container
from tuik8s.components.kubelet.runtimes.base import ContainerChange
from tuik8s.world.base import World

PLEG = {"started": "ContainerStarted", "exited": "ContainerDied"}
PROBES = {"unready": "Readiness", "unhealthy": "Liveness", "dead": "Liveness"}
SKIPPED = ("BackOff", "FailedMount", "FailedCreatePodSandBox")
"""Reasons of Events for which upstream says that it skips the pod's sync."""


class PodLog:
    """Lines about the pods of one node."""

    def __init__(self, world: World, node: str) -> None:
        self._log = world.log
        self._node = node
        self._heard: dict[str, list[str]] = {}
        self._known: dict[str, tuple[int, bool]] = {}
        """uid -> generation, and whether it is being deleted."""

    def heard(self, pod: Object, *, gone: bool) -> None:
        """The API told of a pod: said by `tell`, with all others of the turn."""
        if self._log.verbosity < 2:
            return
        meta = pod["metadata"]
        uid, now = meta["uid"], (meta.get("generation", 0), "deletionTimestamp" in meta)
        before = self._known.get(uid)
        if gone:
            self._known.pop(uid, None)
            word = "REMOVE"
        else:
            self._known[uid] = now
            if before is None:
                word = "ADD"
            elif now[1] != before[1]:
                word = "DELETE"
            else:
                word = "UPDATE" if now != before else "RECONCILE"
        if word != "RECONCILE" or self._log.verbosity >= 4:
            self._heard.setdefault(word, []).append(f"{meta['namespace']}/{meta['name']}")

    def tell(self) -> None:
        """Say what was heard in this turn."""
        if self._heard:
            heard, self._heard = self._heard, {}
            for word, pods in heard.items():
                self._log.info(f"SyncLoop {word}", source="api", node=self._node, pods=pods)

    def container(self, pod: Object, container: Container, change: ContainerChange) -> None:
        """The runtime told of a container."""
        log = self._log
        if log.verbosity < 1 or container.adopted:
            return
        shown = _shown(pod)
        if change.kind in PROBES:
            probe = PROBES[change.kind]
            if container.spec.get(f"{probe.lower()}Probe") and change.kind != "dead":
                log.info(
                    "Probe failed",
                    probeType=probe,
                    pod=shown,
                    containerName=container.name,
                    probeResult="failure",
                )
        elif change.kind == "pull-failed":
            image, err = container.spec["image"], f"{change.reason}: {change.message}"
            log.error("Failed to pull image", image=image, pod=shown, err=err)
        elif log.verbosity < 2:
            return
        elif change.kind in PLEG:
            self._pleg(pod, shown, container, change)
        elif change.kind == "pulled" and container.spec.get("imagePullPolicy") == "Always":
            took_ms = change.at_ms - container.pull_began_at_ms
            log.info("Pulled image", image=container.spec["image"], pod=shown, took=f"{took_ms}ms")

    def _pleg(self, pod: Object, shown: str, container: Container, change: ContainerChange) -> None:
        id_ = container.id.rpartition("/")[2][:12]
        more: dict[str, object] = {"container": container.name, "containerID": id_}
        if change.kind == "exited":
            more["exitCode"] = change.exit_code
        elif not container.restarts and "creationTimestamp" in pod["metadata"]:
            took_ms = change.at_ms - parse_time(pod["metadata"]["creationTimestamp"])
            more["podStartDuration"] = f"{max(0, took_ms)}ms"
        self._log.info("SyncLoop (PLEG): event for pod", pod=shown, event=PLEG[change.kind], **more)

    def note(self, pod: Object, reason: str, message: str, container: Container | None) -> None:
        """The kubelet records an Event about a pod of its own accord."""
        log = self._log
        name = container.name if container is not None else ""
        if reason in SKIPPED:
            err = container.waiting_message if container and container.waiting_message else message
            log.error("Error syncing pod, skipping", pod=_shown(pod), container=name, err=err)
        elif reason == "Failed":
            log.error("Failed to start container", pod=_shown(pod), container=name, err=message)
        elif reason == "Killing":
            log.info("Killing container with a grace period", pod=_shown(pod), container=name)
        elif log.verbosity >= 0:
            log.info("Event occurred", pod=_shown(pod), reason=reason, message=message)


def _shown(pod: Object) -> str:
    meta = pod["metadata"]
    return f"{meta['namespace']}/{meta['name']}"
