"""The log of a run, taken out of the simulated disk: to be kept in files, or to be read again."""

from __future__ import annotations

from collections.abc import Mapping

from tuik8s.components.apiserver import ApiServer, build
from tuik8s.components.apiserver.config import ApiServerConfig
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
    _fill(disk, files)
    store = Store(Simulation(0).host("reader").world, disk)
    store.open()
    return store


def serve_log(files: Mapping[str, bytes]) -> ApiServer:
    """A read-only API server over a copy of the log, which knows the custom kinds that are in it.

    Errors: Damaged, FormatTooNew.
    """
    simulation = Simulation(0)
    _fill(simulation.disk("apiserver", "store"), files)
    server = build(simulation.host("apiserver"), ApiServerConfig(read_only=True))
    server.start()
    return server


def _fill(disk: SimulatedDisk, files: Mapping[str, bytes]) -> None:
    for name, data in files.items():
        disk.append(name, data)
        disk.sync(name)
