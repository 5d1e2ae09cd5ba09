"""Nodes as a map, one cell each, by zone: how loaded they are and which are not well. Pure.

zone-a  ▇▇▆▆▇▅▇✗▇▆▇▇      height: the share of cpu that pods ask for
zone-b  ▇▅▇▇/▆▇▇▇▆▇▇      ✗ not ready   / cordoned
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tuik8s.api.quantity import cpu_millis, value_of
from tuik8s.api.types import Object
from tuik8s.ui.digests import ZONE, Load
from tuik8s.ui.rows.node import health

BARS = "▁▂▃▄▅▆▇█"
TIGHT = 0.9
"""A node of whose cpu so much is asked for has hardly room."""
SIGNS = {"bad": "✗", "warn": "/"}
WORDS = {"ok": "Ready", "warn": "Ready, cordoned", "bad": "NotReady"}


class NodeDigest(NamedTuple):
    """health: as `rows.node` says. pods, cpu (thousandths), memory (bytes): allocatable."""

    name: str
    zone: str
    health: str
    pods: int
    cpu: int
    memory: int
    taints: int


class NodeCell(NamedTuple):
    """A node on the map. text: one cell wide."""

    name: str
    zone: str
    text: str
    style: str
    details: str


class MapLine(NamedTuple):
    """The zone is named on its first line alone."""

    label: str
    cells: tuple[NodeCell, ...]


def node_digest(node: Object) -> NodeDigest:
    meta, room = node["metadata"], (node.get("status") or {}).get("allocatable") or {}
    return NodeDigest(
        name=meta["name"],
        zone=(meta.get("labels") or {}).get(ZONE, ""),
        health=health(node),
        pods=value_of(room.get("pods", "0")),
        cpu=cpu_millis(room.get("cpu", "0")),
        memory=value_of(room.get("memory", "0")),
        taints=len(node["spec"].get("taints") or ()),
    )


def cell(node: NodeDigest, load: Load) -> NodeCell:
    cpu = load.cpu / node.cpu if node.cpu else 0.0
    memory = load.memory / node.memory if node.memory else 0.0
    text, style = SIGNS.get(node.health, ""), node.health
    if not text:
        text = BARS[min(7, int(cpu * 8))]
        style = "warn" if max(cpu, memory) >= TIGHT else "ok"
    zone = f"{node.zone}  " if node.zone else ""
    taints = f"  {node.taints} taint{'s' * (node.taints > 1)}" if node.taints else ""
    details = (
        f"{node.name}  {zone}{WORDS[node.health]}  cpu {cpu:.0%}  memory {memory:.0%}  "
        f"pods {load.pods}/{node.pods}{taints}"
    )
    return NodeCell(node.name, node.zone, text, style, details)


def cells(nodes: Iterable[NodeDigest], used: Mapping[str, Load]) -> list[NodeCell]:
    """By zone and name, as numbers count: node-2 before node-10."""
    ordered = sorted(nodes, key=lambda node: (node.zone, len(node.name), node.name))
    return [cell(node, used.get(node.name, Load())) for node in ordered]


def arranged(found: list[NodeCell], width: int) -> list[MapLine]:
    """The cells in lines of at most `width` cells, a zone beginning a line of its own."""
    lines: list[MapLine] = []
    for zone in dict.fromkeys(each.zone for each in found):
        inside = [each for each in found if each.zone == zone]
        for start in range(0, len(inside), max(1, width)):
            label = (zone or "nodes") if not start else ""
            lines.append(MapLine(label, tuple(inside[start : start + max(1, width)])))
    return lines
