"""The data directory of a cluster: what lies where, who holds it, and which clusters there are.

    DIR/cluster.json      the configuration, with the format's version
    DIR/lock              held while the cluster runs
    DIR/running.json      while it runs: pid of the supervisor, API address, runtime directory
    DIR/fork.json         of a fork: which cluster it comes from, and from which revision
    DIR/kubeconfig        works with no flags
    DIR/pki/              certificates and keys
    DIR/store/            the log
    DIR/logs/NAME.log     what each component wrote

Sockets do not live here but in a short *runtime directory*, since their paths may not be long.
Without `--data`, clusters lie by name under `$XDG_STATE_HOME/tuik8s` (`~/.local/state/tuik8s`).
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from pathlib import Path
from typing import IO

import msgspec

from tuik8s.config import ClusterConfig
from tuik8s.world.log_files import LOGS, file_name

FORMAT = 1


class Refusal(Exception):
    """A command that cannot be done; the message names the place and the remedy."""


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """What others need to reach a running cluster."""

    pid: int
    server: str
    runtime: str
    kubeconfig: str
    started_at: str


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where a fork comes from: its parent's name and data directory, revision and time of it.

    behind_ms: how far its clock is behind the wall's, since its first start; None before that.
    """

    parent: str
    data: str
    revision: int
    at_ms: int
    behind_ms: int | None = None


class _Saved(msgspec.Struct, frozen=True, kw_only=True):
    format: int
    cluster: ClusterConfig


class DataDirectory:
    """One cluster's directory."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock: IO[bytes] | None = None

    @property
    def has_name(self) -> bool:
        """Whether `--name` means it; else it is `--data`."""
        return self.path.parent == state_root().absolute()

    @property
    def pki(self) -> Path:
        return self.path / "pki"

    @property
    def log(self) -> Path:
        return self.path / "store"

    @property
    def logs(self) -> Path:
        return self.path / LOGS

    @property
    def kubeconfig(self) -> Path:
        return self.path / "kubeconfig"

    def log_file(self, component: str) -> Path:
        return self.logs / file_name(component)

    def exists(self) -> bool:
        return (self.path / "cluster.json").exists()

    def acquire(self) -> None:
        """Make the directory if need be and take its lock, or refuse."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            for sub in (self.log, self.logs):
                sub.mkdir(mode=0o700, exist_ok=True)
            self._lock = (self.path / "lock").open("ab")
        except OSError as problem:
            raise Refusal(
                f"data directory {self.path} cannot be used: {problem.strerror}; "
                "choose another with --data"
            ) from problem
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refusal(
                f"data directory {self.path} is in use by a running cluster; "
                f"stop it with: tuik8s down --data {self.path}"
            ) from None

        left = self.read_running()
        if left is not None:  # by a supervisor that was killed; its pid may be a stranger's by now
            remove_tree(Path(left.runtime))
            (self.path / "running.json").unlink()

    def release(self) -> None:
        """Forget that the cluster runs; the lock goes with the last process that holds it."""
        (self.path / "running.json").unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def read_config(self) -> ClusterConfig:
        """The cluster's configuration. Raises Refusal when damaged or of a newer format."""
        file = self.path / "cluster.json"
        try:
            raw = file.read_bytes()
        except OSError as problem:
            raise Refusal(f"{file}: {problem.strerror}") from problem
        try:
            found = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
            number = msgspec.json.decode(found.get("format", msgspec.Raw(b"0")), type=int)
            if number > FORMAT:
                raise Refusal(
                    f"{self.path} was written by a newer tuik8s (format {number}, this one reads "
                    f"{FORMAT}); upgrade tuik8s or choose another directory with --data"
                )
            return msgspec.json.decode(raw, type=_Saved).cluster
        except (msgspec.DecodeError, UnicodeDecodeError) as problem:
            raise Refusal(
                f"{file} is damaged: {problem}; restore it, or start afresh with another --data"
            ) from problem

    def write_config(self, config: ClusterConfig) -> None:
        saved = msgspec.json.encode(_Saved(format=FORMAT, cluster=config))
        write_private(self.path / "cluster.json", msgspec.json.format(saved, indent=2) + b"\n")

    def write_origin(self, origin: Origin) -> None:
        write_private(self.path / "fork.json", msgspec.json.encode(origin))

    def read_origin(self) -> Origin | None:
        """Where it was forked; None when it was not, or nobody can tell any more."""
        try:
            return msgspec.json.decode((self.path / "fork.json").read_bytes(), type=Origin)
        except (OSError, msgspec.DecodeError):
            return None

    def write_running(self, running: Running) -> None:
        write_private(self.path / "running.json", msgspec.json.encode(running))

    def read_running(self) -> Running | None:
        """The running cluster; None when it does not run, be the file there or not."""
        try:
            raw = (self.path / "running.json").read_bytes()
            running = msgspec.json.decode(raw, type=Running)
        except (OSError, msgspec.DecodeError):
            return None
        return running if self.is_locked() else None

    def is_locked(self) -> bool:
        """Whether a process of a running cluster still lives."""
        try:
            with (self.path / "lock").open("ab") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return False
        except BlockingIOError:
            return True
        except OSError:
            return False


def state_root() -> Path:
    """Where clusters lie that were given a name instead of a directory."""
    base = os.environ.get("XDG_STATE_HOME", "")
    return (Path(base) if base else Path.home() / ".local" / "state") / "tuik8s"


def directory_of(name: str, data: str, flag: str = "--name") -> DataDirectory:
    """The directory that a name (given with flag) and `--data` mean. Raises Refusal."""
    if data:
        return DataDirectory(Path(data).expanduser())
    if not name or "/" in name or name.startswith("."):
        raise Refusal(f"{flag} {name!r} cannot be a cluster's name; use letters, digits and dashes")
    return DataDirectory(state_root() / name)


def all_directories() -> list[DataDirectory]:
    """Every named cluster, running or not, by name."""
    root = state_root()
    if not root.is_dir():
        return []
    found = [DataDirectory(path) for path in sorted(root.iterdir())]
    return [directory for directory in found if directory.exists()]


def remove_tree(path: Path) -> None:
    import shutil

    shutil.rmtree(path, ignore_errors=True)


def make_runtime_directory() -> Path:
    """A fresh directory for sockets that only the owner enters, its path short enough for them."""
    base = os.environ.get("XDG_RUNTIME_DIR", "")
    root = base if base and len(base) < 40 and os.access(base, os.W_OK) else "/tmp"
    return Path(tempfile.mkdtemp(prefix="tuik8s-", dir=root))


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read, in one step. Raises OSError, naming the file."""
    temporary = path.with_name(path.name + ".new")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        temporary.replace(path)
    except OSError as problem:
        raise OSError(problem.errno, problem.strerror, str(path)) from problem
