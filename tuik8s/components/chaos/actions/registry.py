"""Every action that a Fault can name."""

from __future__ import annotations

from tuik8s.components.chaos.actions import (
    component_kill,
    component_pause,
    link_delay,
    link_drop,
    link_duplicate,
    node_cut,
    node_stop,
)
from tuik8s.components.chaos.base import Plan

ACTIONS: dict[str, Plan] = {
    "component-kill": component_kill.plan,
    "component-pause": component_pause.plan,
    "node-stop": node_stop.plan,
    "node-cut": node_cut.plan,
    "link-delay": link_delay.plan,
    "link-drop": link_drop.plan,
    "link-duplicate": link_duplicate.plan,
}
