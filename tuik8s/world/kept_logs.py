"""The logs of simulated processes, kept as live ones are: files on the disk `logs`, bounded."""

from __future__ import annotations

from tuik8s.world.base import Disk
from tuik8s.world.log_files import BYTES_MAX, OLDER, file_name
from tuik8s.world.logs import Sink


class KeptLogs:
    """A `world.logs.Sink` for all parties of a simulation; then: where lines go, too."""

    def __init__(self, disk: Disk, then: Sink | None = None, bytes_max: int = BYTES_MAX) -> None:
        self._disk = disk
        self._then = then
        self._bytes_max = bytes_max

    def __call__(self, line: str) -> None:
        name = file_name(line.split(" ", 3)[2])
        self._disk.append(name, f"{line}\n".encode())
        self._disk.sync(name)
        if self._disk.size(name) > self._bytes_max:
            self._disk.replace(name + OLDER, self._disk.read(name))
            self._disk.truncate(name, 0)
        if self._then is not None:
            self._then(line)
