"""The machine that the dashboard runs on: files, the editor, what is remembered, other clusters."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

from tuik8s.cli.log_directory import open_view, told_in_words
from tuik8s.cli.ui_forwards import Forwards
from tuik8s.cli.ui_live import live_client, log_client
from tuik8s.components.supervisor.command import Process, processes_of
from tuik8s.components.supervisor.directory import (
    DataDirectory,
    Refusal,
    Running,
    all_directories,
    directory_of,
)
from tuik8s.components.supervisor.kin import kin
from tuik8s.ui.control import Unable
from tuik8s.ui.forwarding import Forwarded
from tuik8s.ui.machine import TimedFault

if TYPE_CHECKING:
    from tuik8s.bus.client import Client

EDITORS = ("vi", "nano")
"""Taken in this order where neither VISUAL nor EDITOR is set."""

LOG_TAIL_BYTES = 100_000
"""As much of a component's log as is shown."""

WEB_DRIVER = "TEXTUAL_DRIVER"
"""Set by textual-serve for the processes behind a browser."""


class LocalMachine:
    """See tuik8s.ui.machine. memory: the file of what is remembered; remembers: whether it is
    written, too (a viewer in a browser begins as the others do, and leaves no trace)."""

    def __init__(
        self,
        runtime: str,
        memory: Path,
        *,
        remembers: bool = True,
        directory: DataDirectory | None = None,
    ) -> None:
        self._directory = directory
        self._runtime = runtime
        self._memory = memory
        self._remembers = remembers
        self._forwards = Forwards(directory if remembers else None)
        self._open = ExitStack()
        self._reached: dict[tuple[str, str], Client] = {}
        """Clients of other clusters, by data directory and runtime directory."""

    def processes(self) -> list[Process]:
        try:
            return processes_of(self._runtime) if self._runtime else []
        except Refusal:
            return []

    def component_log(self, process: str) -> list[str]:
        if self._directory is None:
            return []
        try:
            with self._directory.log_file(process).open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - LOG_TAIL_BYTES))
                return file.read().decode(errors="replace").splitlines()
        except OSError:
            return []

    def clusters(self) -> list[str]:
        if not self._remembers:
            return []  # whoever looks through a browser was let into this one
        known = {each.path: each for each in all_directories()}
        if self._directory is not None:
            known |= {each.path: each for each in (self._directory, *kin(self._directory))}
        running = [each for each in known.values() if each.read_running() is not None]
        return [each.path.name if each.has_name else str(each.path) for each in running]

    def reach(self, name: str) -> Client:
        if not self._remembers:
            raise Unable("whoever looks through a browser was let into this cluster alone")
        try:
            directory = cluster_at(name)
            running = directory.read_running()
            place = (str(directory.path), running.runtime if running is not None else "")
            if place not in self._reached:
                self._reached[place] = self._reach(directory, running)
            return self._reached[place]
        except Refusal as refusal:
            raise Unable(str(refusal)) from refusal

    def _reach(self, directory: DataDirectory, running: Running | None) -> Client:
        if running is not None:
            found = live_client(directory.path, running.runtime)
            return self._open.enter_context(found)[0]
        if not directory.exists():
            names = ", ".join(each.path.name for each in all_directories())
            raise Refusal(f"clusters of this machine: {names or 'no other'}")
        path = directory.log
        view = self._open.enter_context(closing(open_view(path)))
        with told_in_words(path):
            return self._open.enter_context(log_client(view))[0]

    def forwards(self) -> list[Forwarded]:
        return self._forwards.there()

    def forward(
        self,
        namespace: str,
        target: str,
        port: str,
        local_port: int,
        done: Callable[[Forwarded | str], None],
    ) -> None:
        self._forwards.begin(namespace, target, port, local_port, done)

    def stop_forward(self, forwarded: Forwarded) -> None:
        self._forwards.stop(forwarded)

    def close(self) -> None:
        """Let go of the other clusters, and of the ports here."""
        self._forwards.close()
        self._open.close()

    def recall(self) -> str:
        try:
            return self._memory.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return ""

    def remember(self, text: str) -> None:
        if not self._remembers:
            return
        fresh = self._memory.with_name(f"{self._memory.name}.{os.getpid()}")
        try:
            fresh.write_text(text, encoding="utf-8")
            fresh.replace(self._memory)
        except OSError:
            fresh.unlink(missing_ok=True)  # what cannot be remembered must not keep anybody here

    def write(self, name: str, text: str) -> str:
        path = Path(name).expanduser()
        path.write_text(text, encoding="utf-8")
        return str(path)

    def scenarios(self) -> list[str]:
        if not self._remembers:
            return []
        places = (Path(), Path("examples"), Path("scenarios"))
        return [str(path) for place in places for path in sorted(place.glob("*.yaml"))]

    def faults_of(self, name: str) -> list[TimedFault]:
        from tuik8s.scenario.document import read_scenario
        from tuik8s.scenario.place import BadScenario
        from tuik8s.scenario.steps.advance import Advance
        from tuik8s.scenario.steps.fault import Break

        if not self._remembers:
            raise OSError("files are not read for whoever looks through a browser")
        try:
            scenario = read_scenario(Path(name).expanduser())
        except BadScenario as bad:
            raise OSError(str(bad)) from bad
        found, after_ms = [], 0
        for placed in scenario.steps:
            if isinstance(placed.step, Advance):
                after_ms += placed.step.duration_ms
            elif isinstance(placed.step, Break):
                found.append(TimedFault(after_ms, placed.step.name, placed.step.spec))
        return found

    def why_no_editor(self) -> str:
        if os.environ.get(WEB_DRIVER):
            return "there is no editor behind a browser; use kubectl edit"
        return "" if _editor() else "set EDITOR to the editor you want"

    def edit(self, name: str, text: str) -> str:
        with tempfile.TemporaryDirectory(prefix="tuik8s-edit-") as folder:
            path = Path(folder) / name
            path.write_text(text, encoding="utf-8")
            done = subprocess.run([*_editor(), str(path)], check=False)
            if done.returncode:
                raise OSError(f"not written, the editor ended with code {done.returncode}")
            return path.read_text(encoding="utf-8")


def cluster_at(text: str) -> DataDirectory:
    """A cluster by its name, or by the path of its data directory. Raises Refusal."""
    if "/" in text or text.startswith((".", "~")):
        return DataDirectory(Path(text).expanduser())
    return directory_of(text, "")


def _editor() -> list[str]:
    chosen = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if chosen:
        return shlex.split(chosen)
    return next(([name] for name in EDITORS if shutil.which(name)), [])
