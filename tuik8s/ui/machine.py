"""What the dashboard asks of the machine it runs on; the command line makes the real one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from tuik8s.api.types import Object
from tuik8s.bus.client import Client
from tuik8s.ui.control import Unable
from tuik8s.ui.forwarding import Forwarded

Status = Callable[[], list[dict[str, Any]]]
"""Asks the supervisor for its processes; [] when it does not say."""


class TimedFault(NamedTuple):
    """A fault of a scenario: how long after its beginning, its name or "", and its spec."""

    after_ms: int
    name: str
    spec: Object


class Machine(Protocol):
    """Files, processes and the editor: everything outside of the cluster's API."""

    def processes(self) -> list[Any]:
        """The processes of the cluster as its supervisor knows them; [] when it does not say."""
        ...

    def component_log(self, process: str) -> list[str]:
        """The last lines that a process of the cluster has logged."""
        ...

    def clusters(self) -> list[str]:
        """The names of the clusters that run on this machine."""
        ...

    def reach(self, name: str) -> Client:
        """A client of another cluster, running or not, that lives as long as the dashboard. Raises
        Unable."""
        ...

    def forwards(self) -> list[Forwarded]:
        """The ports of this machine at which something of the cluster is reached."""
        ...

    def forward(
        self,
        namespace: str,
        target: str,
        port: str,
        local_port: int,
        done: Callable[[Forwarded | str], None],
    ) -> None:
        """Begin to forward a port, for as long as the dashboard is open. target: KIND/NAME;
        local_port 0: a free one; done: is told of what there is then, or what went wrong. Raises
        Unable where no ports are forwarded."""
        ...

    def stop_forward(self, forwarded: Forwarded) -> None: ...

    def recall(self) -> str:
        """What `remember` was told last time; "" the first time."""
        ...

    def remember(self, text: str) -> None: ...

    def write(self, name: str, text: str) -> str:
        """Write a file, relative to where the dashboard was started; its path. Raises OSError."""
        ...

    def scenarios(self) -> list[str]:
        """The scenario files at hand."""
        ...

    def faults_of(self, name: str) -> list[TimedFault]:
        """The faults of a scenario file in their order. Raises OSError with what is wrong."""
        ...

    def why_no_editor(self) -> str:
        """Why `edit` cannot be had here, "" when it can."""
        ...

    def edit(self, name: str, text: str) -> str:
        """Have somebody edit a text; what they left. Raises OSError with what went wrong."""
        ...


class NoMachine:
    """A dashboard with nothing around it: in tests, and where nothing may be touched."""

    def processes(self) -> list[Any]:
        return []

    def component_log(self, process: str) -> list[str]:
        return []

    def clusters(self) -> list[str]:
        return []

    def reach(self, name: str) -> Client:
        raise Unable(
            "other clusters cannot be reached from here; tuik8s diff A B compares their logs"
        )

    def forwards(self) -> list[Forwarded]:
        return []

    def forward(
        self,
        namespace: str,
        target: str,
        port: str,
        local_port: int,
        done: Callable[[Forwarded | str], None],
    ) -> None:
        raise Unable("no ports are forwarded from here; tuik8s port-forward does, at a terminal")

    def stop_forward(self, forwarded: Forwarded) -> None:
        pass

    def recall(self) -> str:
        return ""

    def remember(self, text: str) -> None:
        pass

    def write(self, name: str, text: str) -> str:
        raise OSError("no files can be written from here")

    def scenarios(self) -> list[str]:
        return []

    def faults_of(self, name: str) -> list[TimedFault]:
        raise OSError("no files can be read from here")

    def why_no_editor(self) -> str:
        return "there is no editor here"

    def edit(self, name: str, text: str) -> str:
        raise OSError(self.why_no_editor())
