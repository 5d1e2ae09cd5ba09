"""The `cluster` of a scenario: a ClusterConfig, as far as it matters in simulated time."""

from __future__ import annotations

import msgspec

from tuik8s.addresses import check_cidr
from tuik8s.api import quantity
from tuik8s.components.proxy.modes.registry import MODES
from tuik8s.config import ClusterConfig, NodeShape
from tuik8s.scenario.place import Value

LIVE_ONLY = ("name", "listen", "token_auth_file", "slice", "runtime", "verbosity")
"""What a cluster in simulated time has no use for: it shares no machine, and nothing runs."""
CLUSTER_FIELDS = tuple(name for name in ClusterConfig.__struct_fields__ if name not in LIVE_ONLY)
LEAST = {
    "nodes": 0,
    "nodes_per_process": 0,
    "node_status_update_ms": 1,
    "node_monitor_grace_ms": 1,
    "history_revisions": 1,
}


def parse_cluster(value: Value) -> ClusterConfig:
    """The cluster that is described there. Raises BadScenario."""
    fields = value.fields("cluster", CLUSTER_FIELDS)
    for name, least in LEAST.items():
        if name in fields:
            fields[name].number(f"a {name}", least)
    for name in ("service_cidr", "pod_cidr"):
        problem = check_cidr(fields[name].text("a range"), name) if name in fields else ""
        if problem:
            raise fields[name].bad(problem)
    if "proxy_mode" in fields and fields["proxy_mode"].raw not in tuple(MODES):
        raise fields["proxy_mode"].bad(f"expected a proxy_mode of {', '.join(MODES)}")
    if "node_shape" in fields:
        _check_shape(fields["node_shape"])
    try:
        return msgspec.convert(value.plain(), ClusterConfig)
    except msgspec.ValidationError as problem:
        raise value.bad(f"cluster: {problem}") from problem


def _check_shape(value: Value) -> None:
    for name, amount in value.fields("node_shape", NodeShape.__struct_fields__).items():
        try:
            quantity.parse(amount.raw)
        except (TypeError, ValueError) as problem:
            raise amount.bad(f"expected {name} such as 8 or 16Gi: {problem}") from problem
