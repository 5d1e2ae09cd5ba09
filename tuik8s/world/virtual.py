"""Addresses that no interface has: each is a Unix socket in the cluster's runtime directory.

A pod range such as 10.244.0.0/16 cannot be bound without root, and a kubelet's own API should not
be reachable by other users; both live here. The mapping is by name alone, so processes need not
tell each other: whoever listens on 10.244.1.5:8080 makes `10.244.1.5_8080`, whoever connects
looks for it.
"""

from __future__ import annotations

import os
from ipaddress import ip_address
from pathlib import Path

from tuik8s.world.network import Address


class VirtualAddresses:
    """The virtual addresses of one cluster."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(mode=0o700, exist_ok=True)

    def covers(self, host: str) -> bool:
        """Whether a host is virtual: a name, or an address outside the loopback range."""
        try:
            return not ip_address(host).is_loopback
        except ValueError:
            return True

    def path(self, address: Address) -> str:
        return os.fspath(self._directory / f"{address.host}_{address.port}")

    def clear(self, address: Address) -> None:
        """Remove the socket that a dead process left behind."""
        Path(self.path(address)).unlink(missing_ok=True)
