"""How soon a failed daemon pod is replaced: at once, then after 1, 2, 4 ... s up to 15 min.

Source: k8s.io/client-go util/flowcontrol/backoff.go as used by pkg/controller/daemon, 1.36.
"""

from __future__ import annotations

FIRST_MS = 1_000
LAST_MS = 900_000


class FailureBackoff:
    """Delays per DaemonSet generation and node; forgotten at a restart, as upstream."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, int, str], tuple[int, int]] = {}  # -> (at, delay after it)

    def wait_ms(self, uid: str, generation: int, node: str, now_ms: int) -> int:
        """0 when the pod may be replaced now, which is noted; else the time to wait."""
        key = (uid, generation, node)
        at_ms, delay_ms = self._last.get(key, (0, 0))
        if now_ms < at_ms + delay_ms:
            return at_ms + delay_ms - now_ms
        if now_ms > at_ms + 2 * LAST_MS:
            delay_ms = 0
        self._last[key] = (now_ms, min(max(2 * delay_ms, FIRST_MS), LAST_MS))
        return 0

    def forget(self, uid: str) -> None:
        for key in [key for key in self._last if key[0] == uid]:
            del self._last[key]
