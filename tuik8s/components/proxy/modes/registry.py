"""The proxy modes, by the name that `--proxy-mode` takes."""

from __future__ import annotations

from tuik8s.components.proxy.modes.base import Mode
from tuik8s.components.proxy.modes.iptables import IptablesMode
from tuik8s.components.proxy.modes.userspace import UserspaceMode

MODES: dict[str, Mode] = {"userspace": UserspaceMode(), "iptables": IptablesMode()}
