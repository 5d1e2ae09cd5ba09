"""The table of a custom kind follows its definition while it is on screen."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ui.stage import Stage, play
from tuik8s.ui.feed import CRDS

pytestmark = pytest.mark.slow


def definition(column: str) -> dict[str, Any]:
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {
            "openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
        },
        "additionalPrinterColumns": [{"name": column, "type": "string", "jsonPath": ".spec.size"}],
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.org"},
        "spec": {
            "group": "example.org",
            "scope": "Namespaced",
            "names": {"plural": "widgets", "singular": "widget", "kind": "Widget"},
            "versions": [version],
        },
    }


def test_new_columns_are_shown_at_once() -> None:
    async def scene(stage: Stage) -> None:
        stage.create(CRDS, definition("Size"))
        await stage.wait()
        await stage.type(":widgets")
        await stage.press("enter")
        await stage.wait()
        assert "SIZE" in stage.text
        change = {"spec": {"versions": definition("Girth")["spec"]["versions"]}}
        stage.cluster.client.patch(CRDS, "", "widgets.example.org", change, lambda reply: None)
        await stage.wait(3_000)
        assert "GIRTH" in stage.text
        assert "SIZE" not in stage.text

    play(scene)
