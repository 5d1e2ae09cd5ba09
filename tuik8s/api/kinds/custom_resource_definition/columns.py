"""Printer columns of custom resources: Name, then what the definition adds, or Age.

A column whose path cannot be read ends them: the definition is stored all the same, and its objects
are shown by what stands before.

Source: k8s.io/apiextensions-apiserver pkg/registry/customresource/tableconvertor (1.36).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tuik8s.api.jsonpath import JsonPath, column_cell, parse
from tuik8s.api.kinds.base import Column
from tuik8s.api.kinds.printing import NAME, age_of
from tuik8s.api.types import Object

_AGE_TEXT = "Custom resource definition column (in JSONPath format): "


def columns_of(version: Object) -> tuple[Column, ...]:
    """The columns of one version of a definition."""
    added = version.get("additionalPrinterColumns") or [
        {
            "name": "Age",
            "type": "date",
            "jsonPath": ".metadata.creationTimestamp",
            "description": "@metadata.creationTimestamp",
        }
    ]
    columns = [NAME]
    for entry in added:
        try:
            path = parse(entry["jsonPath"])
        except ValueError:
            break
        columns.append(_column(entry, path))
    return tuple(columns)


def _column(entry: Object, path: JsonPath) -> Column:
    return Column(
        entry["name"],
        entry["type"],
        _cell(path, entry["type"]),
        priority=entry.get("priority", 0),
        format=entry.get("format", ""),
        description=entry.get("description") or f"{_AGE_TEXT}{entry['jsonPath']}",
    )


def _cell(path: JsonPath, column_type: str) -> Callable[[Object, int], Any]:
    def cell(obj: Object, now_ms: int) -> Any:
        value = column_cell(path, column_type, obj)
        if column_type != "date" or value is None:
            return value
        try:
            return age_of(value, now_ms)
        except ValueError:
            return "<invalid>"

    return cell
