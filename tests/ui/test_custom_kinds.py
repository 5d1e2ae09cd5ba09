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


def test_a_heading_cannot_drive_the_terminal() -> None:
    async def scene(stage: Stage) -> None:
        stage.create(CRDS, definition("\x1b[31mSize"))
        await stage.wait()
        await stage.type(":widgets")
        await stage.press("enter")
        assert "\\x1b[31MSIZE" in stage.text
        assert "\x1b" not in stage.text

    play(scene)


def test_a_dashboard_comes_back_to_a_custom_kind() -> None:
    async def scene(stage: Stage) -> None:
        assert "widgets(all) 0" in stage.status

    stage = Stage()
    stage.create(CRDS, definition("Size"))
    stage.app.memory.place = "widgets"  # of which nothing is known before the server answers
    play(scene, stage=stage)


def test_objects_go_with_their_definition_and_come_back_with_it() -> None:
    thing = {
        "apiVersion": "example.org/v1",
        "kind": "Widget",
        "metadata": {"name": "one", "namespace": "default"},
        "spec": {"size": "7"},
    }

    async def scene(stage: Stage) -> None:
        stage.create(CRDS, definition("Size"))
        await stage.wait(5_000)
        stage.create("widgets.example.org", thing)
        await stage.type(":widgets")
        await stage.press("enter")
        await stage.wait()
        assert "widgets(all) 1" in stage.status
        stage.cluster.client.delete(CRDS, "", "widgets.example.org", lambda reply: None)
        await stage.wait(20_000)
        assert "widgets(all) 0" in stage.status
        assert "the definition of the widgets was deleted" in stage.text
        stage.create(CRDS, definition("Size"))
        await stage.wait(5_000)
        stage.create("widgets.example.org", thing)
        await stage.wait()
        assert "widgets(all) 1" in stage.status

    play(scene)


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
