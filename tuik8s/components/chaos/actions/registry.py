"""Every action that a Fault can name, by group."""

from __future__ import annotations

from tuik8s.components.chaos.actions import (
    api_delay,
    api_error,
    api_stale_watch,
    component_kill,
    component_pause,
    link_delay,
    link_drop,
    link_duplicate,
    node_cordon,
    node_cut,
    node_drain,
    node_overload,
    node_stop,
    pod_crash_loop,
    pod_image_pull_failure,
    pod_kill,
    pod_not_ready,
    pod_oom,
    pod_slow_start,
)
from tuik8s.components.chaos.base import Action

ACTIONS: dict[str, Action] = {
    "component-kill": component_kill.ACTION,
    "component-pause": component_pause.ACTION,
    "node-stop": node_stop.ACTION,
    "node-cut": node_cut.ACTION,
    "node-cordon": node_cordon.ACTION,
    "node-drain": node_drain.ACTION,
    "node-overload": node_overload.ACTION,
    "api-error": api_error.ACTION,
    "api-delay": api_delay.ACTION,
    "api-stale-watch": api_stale_watch.ACTION,
    "link-delay": link_delay.ACTION,
    "link-drop": link_drop.ACTION,
    "link-duplicate": link_duplicate.ACTION,
    "pod-kill": pod_kill.ACTION,
    "pod-crash-loop": pod_crash_loop.ACTION,
    "pod-oom": pod_oom.ACTION,
    "pod-not-ready": pod_not_ready.ACTION,
    "pod-slow-start": pod_slow_start.ACTION,
    "pod-image-pull-failure": pod_image_pull_failure.ACTION,
}
