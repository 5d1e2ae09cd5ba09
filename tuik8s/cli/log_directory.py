"""Which log is meant by `--log DIR`, and what is wrong with it, in words.

DIR is a cluster's data directory or the directory of a log by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tuik8s.components.supervisor.directory import DataDirectory, Refusal

if TYPE_CHECKING:
    from tuik8s.components.store import Store
    from tuik8s.world.live_view import DirectoryView


def log_in(text: str) -> Path:
    """The directory with the segments, without a look inside."""
    directory = DataDirectory(Path(text).expanduser())
    return directory.log if directory.log.is_dir() else directory.path


def open_view(path: Path) -> DirectoryView:
    """The log as it is now; never written to. Raises Refusal."""
    from tuik8s.components.apiserver.live_log import view_of

    try:
        return view_of(path)
    except OSError as problem:
        raise Refusal(
            f"no log can be read at {path}: {(problem.strerror or str(problem)).lower()}; "
            "give a cluster's data directory (tuik8s ls) or the directory of its segments"
        ) from problem


@contextmanager
def told_in_words(path: Path) -> Iterator[None]:
    """What is wrong with a log becomes a Refusal that says what to do."""
    from tuik8s.components.store import Damaged, FormatTooNew

    try:
        yield
    except Damaged as damaged:
        raise Refusal(
            f"the log at {path} cannot be read: {damaged}; tuik8s log verify --log {path} shows "
            f"what is whole, tuik8s log salvage --log {path} --into NEW writes that to a new log"
        ) from damaged
    except FormatTooNew as newer:
        raise Refusal(f"the log at {path}: {newer}; open it with a newer tuik8s") from newer


@contextmanager
def opened_log(path: Path) -> Iterator[Store]:
    """A store over a log, to be read only, whether its cluster runs or not. Raises Refusal."""
    from tuik8s.components.store import Store, StoreOptions
    from tuik8s.world.simulated import Simulation

    view = open_view(path)
    world = Simulation(0).host("reader").world  # nothing there happens by itself
    store = Store(world, view, StoreOptions(read_only=True))
    try:
        with told_in_words(path):
            store.open()
            yield store
    finally:
        view.close()
