"""The log of a run, taken out of the simulated disk: to be kept in files, or to be read again."""

from __future__ import annotations

from collections.abc import Mapping

from tuik8s.components.store.store import Store
from tuik8s.world.disks import SimulatedDisk
from tuik8s.world.simulated import Simulation

LogFiles = dict[str, bytes]
"""The files of a log directory by name, as `tuik8s log show --log DIR` reads them."""


def files_of(disk: SimulatedDisk) -> LogFiles:
    return {name: disk.read(name) for name in disk.names()}


def open_log(files: Mapping[str, bytes]) -> Store:
    """A store over a copy of the log. Errors: Damaged, FormatTooNew."""
    disk = SimulatedDisk("copy")
    for name, data in files.items():
        disk.append(name, data)
        disk.sync(name)
    store = Store(Simulation(0).host("reader").world, disk)
    store.open()
    return store
