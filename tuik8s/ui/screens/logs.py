"""What a pod's container wrote, newest last; it follows unless scrolled away from the end."""

from __future__ import annotations

from textual.containers import VerticalScroll

from tuik8s.api.types import Object
from tuik8s.ui.describe import shown
from tuik8s.ui.feed import Feed
from tuik8s.ui.screens.text import REFRESH_EVERY_MS, TextScreen


class LogsScreen(TextScreen):
    """Logs of one container; Tab goes to the next one."""

    BINDINGS = [("tab", "container", "Container"), ("f", "bottom", "Follow")]

    def __init__(self, feed: Feed, pod: Object) -> None:
        meta = pod["metadata"]
        self._pod = (meta["namespace"], meta["name"])
        spec = pod["spec"]
        self._containers = [c["name"] for c in spec["containers"]]
        self._containers += [c["name"] for c in spec.get("initContainers") or ()]
        self._index = 0
        self._lines = "waiting for the kubelet"
        super().__init__(feed, f"logs {meta['name']}", lambda: self._lines)

    @property
    def _follows(self) -> bool:
        """Whether the end is in sight: whatever scrolls, a key or the mouse, decides it."""
        return self.query_one("#page", VerticalScroll).is_vertical_scroll_end

    def title_line(self) -> str:
        follow = "following" if self._follows else "not following, f follows"
        return f"{super().title_line()} -c {self._containers[self._index]}  ({follow})"

    def pump(self, now_ms: int) -> None:
        if self.is_due("logs", REFRESH_EVERY_MS):
            self.feed.logs(*self._pod, self._containers[self._index], self._on_text)
        before, follows = self._text, self._follows
        super().pump(now_ms)
        if follows and self._text != before:
            self.query_one("#page", VerticalScroll).scroll_end(animate=False)

    def action_container(self) -> None:
        self._index = (self._index + 1) % len(self._containers)
        self._due.clear()

    def _on_text(self, text: str) -> None:
        self._lines = shown(text) or "(the container has written nothing)"
