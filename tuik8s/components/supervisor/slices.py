"""Which slice of the loopback range a cluster holds; no two running clusters hold the same.

A slice is held by an abstract Unix socket of its name: system-wide, and gone with its holder.
Systems without abstract sockets have no loopback range of addresses either, and share slice 1.
"""

from __future__ import annotations

import socket
import sys
from contextlib import suppress

from tuik8s.addresses import SLICES, range_of_slice
from tuik8s.components.supervisor.directory import DataDirectory, Refusal, all_directories


def claim_slice(wanted: int, avoid: frozenset[int] = frozenset()) -> tuple[int, socket.socket]:
    """Hold the wanted slice, or with -1 the first free one, those to avoid last.

    Returns the slice and the socket that holds it: keep it open. Raises Refusal when it is taken.
    """
    if wanted in SLICES:
        held = _hold(wanted)
        if held is None:
            raise Refusal(
                f"addresses {range_of_slice(wanted)} of this cluster are in use by another running "
                "cluster; stop that one first (tuik8s ls)"
            )
        return wanted, held
    for candidate in sorted(SLICES, key=lambda number: (number in avoid, number)):
        held = _hold(candidate)
        if held is not None:
            return candidate, held
    raise Refusal(f"{len(SLICES)} clusters are running, which is all that 127.0.0.0/8 has room for")


def free_slice(avoid: frozenset[int]) -> int:
    """One that nobody holds now, those to avoid last. Raises Refusal."""
    number, holder = claim_slice(-1, avoid)
    holder.close()
    return number


def slices_of_others(directory: DataDirectory | None) -> frozenset[int]:
    """The slices that clusters with a name were made with, but for this one: if they are let alone
    all of these can start at once."""
    found = set()
    for other in all_directories():
        if directory is None or other.path != directory.path:
            with suppress(Refusal):
                found.add(other.read_config().slice)
    return frozenset(found)


def _hold(number: int) -> socket.socket | None:
    holder = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    if sys.platform != "linux":
        return holder
    try:
        holder.bind(f"\0tuik8s-slice-{number}")
    except OSError:
        holder.close()
        return None
    return holder
