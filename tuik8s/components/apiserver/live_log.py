"""An API server over a log that is only looked at, be it a stopped cluster's or a running one's.

It serves the bus of its own process, as any other does, so the dashboard does not tell the
difference. What was durable when it started is shown; nothing is written, not even the repair of a
torn tail.
"""

from __future__ import annotations

from pathlib import Path

from tuik8s.components.apiserver.component import ApiServer, build
from tuik8s.components.apiserver.config import ApiServerConfig
from tuik8s.components.store.segments import serials
from tuik8s.components.store.snapshot import SNAPSHOT_PREFIX
from tuik8s.world.live_host import LiveProcess
from tuik8s.world.live_view import DirectoryView
from tuik8s.world.log_files import LOGS


def view_of(log: Path) -> DirectoryView:
    """The files of a log as they are now. Raises OSError, also when there is no log."""
    view = DirectoryView(log, SNAPSHOT_PREFIX)
    if not serials(view.names()):
        view.close()
        raise FileNotFoundError(2, "there is no log", str(log))
    return view


def logs_of(log: Path) -> DirectoryView | None:
    """What the components of the cluster wrote whose log this is, where that is beside it."""
    try:
        return DirectoryView(log.parent / LOGS)
    except OSError:
        return None


def serve_log(
    process: LiveProcess, log: DirectoryView, scratch: Path, logs: DirectoryView | None = None
) -> ApiServer:
    """Serve a log on the bus of this process, and what components wrote.

    scratch: a directory that may be written to.

    Errors: Damaged, FormatTooNew.
    """
    disks = {"store": log} if logs is None else {"store": log, LOGS: logs}
    host = process.host("apiserver", scratch, disks)
    server = build(host, ApiServerConfig(read_only=True, explanations=True))
    server.start()
    return server
