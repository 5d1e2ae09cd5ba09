"""The terminal that a dashboard is drawn on, with one reader of its keys at a time."""

from __future__ import annotations

from textual.drivers.linux_driver import LinuxDriver


class Terminal(LinuxDriver):
    """Textual's, but for SIGCONT: that also comes to who was never suspended. The kernel sends it
    behind SIGHUP when a terminal goes; Textual would begin to read keys a second time, end one of
    the two readers, and the other reads a terminal that is gone for ever, at full speed."""

    def resume_application_mode(self) -> None:
        if self._key_thread is not None and self._key_thread.is_alive():
            self.suspend_application_mode()
        super().resume_application_mode()
