"""How soon a failed daemon pod is replaced: at once, then after 1, 2, 4 ... s up to 15 min.

Source: k8s.io/client-go util/flowcontrol/backoff.go as used by pkg/controller/daemon, 1.36.
"""

from __future__ import annotations

from tuik8s.api.meta import generation_of, name_of, namespace_of, uid_of
from tuik8s.api.types import Object

FIRST_MS = 1_000
LAST_MS = 900_000


class FailureBackoff:
    """Delays per DaemonSet, its generation and node; forgotten at a restart, as upstream."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], dict[tuple[str, int, str], tuple[int, int]]] = {}
        """Namespace, name -> uid, generation, node -> when a pod was replaced, delay after it."""

    def wait_ms(self, daemonset: Object, node: str, now_ms: int) -> int:
        """0 when the pod may be replaced now, which is noted; else the time to wait."""
        times = self._last.setdefault((namespace_of(daemonset), name_of(daemonset)), {})
        place = (uid_of(daemonset), generation_of(daemonset), node)
        at_ms, delay_ms = times.get(place, (0, 0))
        if now_ms < at_ms + delay_ms:
            return at_ms + delay_ms - now_ms
        if now_ms > at_ms + 2 * LAST_MS:
            delay_ms = 0
        times[place] = (now_ms, min(max(2 * delay_ms, FIRST_MS), LAST_MS))
        return 0

    def forget(self, namespace: str, name: str) -> None:
        self._last.pop((namespace, name), None)
