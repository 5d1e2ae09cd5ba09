"""Which address each pod of a node has: the next free one of the node's range, in turn.

Source: the `host-local` address plugin (containernetworking/plugins), which goes on after the
last address it gave, so that an address is not reused at once.
"""

from __future__ import annotations

import ipaddress


class PodAddresses:
    """The addresses of one node's pod range; the first one is the gateway's and never given."""

    def __init__(self, cidr: str) -> None:
        self.cidr = cidr
        network = ipaddress.ip_network(cidr)
        self._first = int(network.network_address)
        self._size = network.num_addresses
        self._next = 2
        self._owners: dict[str, str] = {}
        self._of: dict[str, str] = {}

    def give(self, uid: str) -> str:
        """The pod's address, "" when the range is used up."""
        if uid in self._of:
            return self._of[uid]
        for step in range(self._size):
            offset = 2 + (self._next - 2 + step) % (self._size - 3)
            address = str(ipaddress.ip_address(self._first + offset))
            if address not in self._owners:
                self._next = offset + 1
                self.take(uid, address)
                return address
        return ""

    def take(self, uid: str, address: str) -> None:
        """Note that a pod has an address already."""
        self._owners[address] = uid
        self._of[uid] = address

    def release(self, uid: str) -> None:
        address = self._of.pop(uid, None)
        if address is not None:
            del self._owners[address]
