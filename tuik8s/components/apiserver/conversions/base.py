"""A conversion turns what is stored into what another version or group shows, and back.

To add one: one file with a `Conversion`, one line in `registry.py`, one test of the round trip.
Both functions get and give whole objects and may change their argument.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from tuik8s.api.types import Object


class Conversion(msgspec.Struct, frozen=True):
    """How one served version relates to the stored one."""

    from_stored: Callable[[Object], Object]
    to_stored: Callable[[Object], Object]
