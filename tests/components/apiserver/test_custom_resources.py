"""CustomResourceDefinitions as kinds: served, judged, shown in versions, and removed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.apiserver.plant import MERGE, Api
from tuik8s.api.types import Object
from tuik8s.components.apiserver import ApiServerConfig, build

CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
WIDGETS = "/apis/example.com/v1/namespaces/default/widgets"


def definition(schema: Object | None = None, **version: Any) -> Object:
    """A definition of Widgets with one version."""
    shape = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    first = {"name": "v1", "served": True, "storage": True, **version}
    return {
        "metadata": {"name": "widgets.example.com"},
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": {"plural": "widgets", "kind": "Widget"},
            "versions": [{**first, "schema": {"openAPIV3Schema": schema or shape}}],
        },
    }


def spec_schema(**properties: Any) -> Object:
    return {
        "type": "object",
        "properties": {"spec": {"type": "object", "properties": properties}},
    }


def defined(api: Api, crd: Object) -> Object:
    """Create a definition and let it be established."""
    created = api.post(CRDS, crd)
    assert created.code == 201, created.text
    api.simulation.run_ms(50)
    found: Object = api.get(f"{CRDS}/{crd['metadata']['name']}").body
    return found


def widget(name: str, **spec: Any) -> Object:
    return {
        "apiVersion": "example.com/v1",
        "kind": "Widget",
        "metadata": {"name": name},
        "spec": spec,
    }


def conditions(crd: Object) -> dict[str, tuple[str, str]]:
    return {c["type"]: (c["status"], c["reason"]) for c in crd["status"]["conditions"]}


def test_a_definition_is_established_and_served(api: Api) -> None:
    assert api.get(WIDGETS).text == "404 page not found\n"
    watch = api.watch(CRDS)
    crd = defined(api, definition())
    assert conditions(crd) == {
        "NamesAccepted": ("True", "NoConflicts"),
        "Established": ("True", "InitialNamesAccepted"),
    }
    assert crd["status"]["storedVersions"] == ["v1"]
    assert crd["status"]["acceptedNames"]["listKind"] == "WidgetList"
    assert ("MODIFIED", "widgets.example.com") in watch.names()
    created = api.post(WIDGETS, widget("a", n=1))
    assert (created.code, created.body["metadata"]["generation"]) == (201, 1)
    assert api.get(WIDGETS).body["kind"] == "WidgetList"
    assert api.patch(f"{WIDGETS}/a", {"spec": {"n": 2}}).body["metadata"]["generation"] == 2


def test_names_of_another_definition_are_refused(api: Api) -> None:
    defined(api, definition())
    other = definition()
    other["metadata"]["name"] = "gadgets.example.com"
    other["spec"]["names"] = {"plural": "gadgets", "kind": "Widget", "singular": "gadget"}
    refused = defined(api, other)
    assert conditions(refused) == {
        "NamesAccepted": ("False", "ListKindConflict"),
        "Established": ("False", "NotAccepted"),
    }
    api.delete(f"{CRDS}/widgets.example.com")
    api.simulation.run_ms(100)
    accepted = api.get(f"{CRDS}/gadgets.example.com").body
    assert conditions(accepted)["Established"][0] == "True"


SCHEMA = spec_schema(
    n={"type": "integer", "minimum": 1, "default": 3},
    s={"type": "string", "nullable": True},
    t={"type": "string", "maxLength": 2},
    im={
        "type": "string",
        "x-kubernetes-validations": [{"rule": "self == oldSelf", "message": "immutable"}],
    },
)


def test_values_are_pruned_and_defaulted(api: Api) -> None:
    defined(api, definition(SCHEMA))
    made = api.post(WIDGETS, widget("a", x=1, s=None, t=None))
    assert made.body["spec"] == {"n": 3, "s": None}
    assert made.warnings == ['unknown field "spec.x"']
    stored = api.get(f"{WIDGETS}/a").body
    assert stored["spec"] == {"n": 3, "s": None}


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"n": 0}, "spec.n: Invalid value: 0: spec.n in body should be greater than or equal to 1"),
        ({"n": "x"}, 'spec.n in body must be of type integer: "string"'),
        ({"t": "abc"}, "spec.t: Too long: may not be more than 2 bytes"),
        ({"t": "abc"}, "<nil>: Invalid value: null: some validation rules were not checked"),
    ],
)
def test_values_are_judged(api: Api, spec: Object, words: str) -> None:
    defined(api, definition(SCHEMA))
    refused = api.post(WIDGETS, widget("a", **spec))
    assert (refused.code, refused.body["reason"]) == (422, "Invalid")
    assert words in refused.body["message"]


def test_rules_compare_with_what_was_stored(api: Api) -> None:
    defined(api, definition(SCHEMA))
    assert api.post(WIDGETS, widget("a", im="x")).code == 201
    refused = api.patch(f"{WIDGETS}/a", {"spec": {"im": "y"}})
    assert 'spec.im: Invalid value: "y": immutable' in refused.body["message"]
    assert api.patch(f"{WIDGETS}/a", {"spec": {"im": None}}).code == 200
    assert api.patch(f"{WIDGETS}/a", {"spec": {"im": "y"}}).code == 200


def test_an_update_is_not_blamed_for_what_was_there(api: Api) -> None:
    crd = defined(api, definition(spec_schema(t={"type": "string"})))
    api.post(WIDGETS, widget("a", t="long"))
    crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"] = spec_schema(
        t={"type": "string", "maxLength": 2}
    )
    assert api.put(f"{CRDS}/widgets.example.com", crd).code == 200
    api.simulation.run_ms(50)
    assert api.patch(f"{WIDGETS}/a", {"metadata": {"labels": {"a": "b"}}}).code == 200
    assert api.patch(f"{WIDGETS}/a", {"spec": {"t": "other"}}).code == 422


def test_status_and_scale(api: Api) -> None:
    scale = {"specReplicasPath": ".spec.size", "statusReplicasPath": ".status.size"}
    defined(api, definition(subresources={"status": {}, "scale": scale}))
    made = api.post(WIDGETS, {**widget("a", size=2), "status": {"size": 9}})
    assert "status" not in made.body
    shown = api.patch(f"{WIDGETS}/a/status", {"spec": {"size": 7}, "status": {"size": 1}}).body
    assert (shown["spec"], shown["status"]) == ({"size": 2}, {"size": 1})
    assert shown["metadata"]["generation"] == 1
    assert api.get(f"{WIDGETS}/a/scale").body["spec"] == {"replicas": 2}
    scaled = api.patch(f"{WIDGETS}/a/scale", {"spec": {"replicas": 5}}, MERGE)
    assert scaled.body["status"] == {"replicas": 1}
    assert api.get(f"{WIDGETS}/a").body["spec"] == {"size": 5}


def test_a_scale_needs_replicas(api: Api) -> None:
    scale = {"specReplicasPath": ".spec.size", "statusReplicasPath": ".status.size"}
    defined(api, definition(subresources={"scale": scale}))
    api.post(WIDGETS, widget("a"))
    absent = api.get(f"{WIDGETS}/a/scale")
    assert absent.code == 500
    assert 'the spec replicas field ".spec.size" does not exist' in absent.body["message"]
    refused = api.post(WIDGETS, widget("b", size=-1))
    words = ".spec.size: Invalid value: -1: should be a non-negative integer"
    assert words in refused.body["message"]


def test_another_version_shows_the_same_object(api: Api) -> None:
    crd = definition()
    second = {**crd["spec"]["versions"][0], "name": "v2", "storage": False}
    crd["spec"]["versions"].append(second)
    defined(api, crd)
    api.post(WIDGETS, widget("a", n=1))
    other = api.get(f"{WIDGETS.replace('v1', 'v2')}/a").body
    assert (other["apiVersion"], other["spec"]) == ("example.com/v2", {"n": 1})


def test_columns_selectable_fields_and_deprecation(api: Api) -> None:
    columns = [{"name": "Color", "type": "string", "jsonPath": ".spec.color"}]
    crd = definition(
        spec_schema(color={"type": "string"}),
        additionalPrinterColumns=columns,
        selectableFields=[{"jsonPath": ".spec.color"}],
        deprecated=True,
    )
    defined(api, crd)
    api.post(WIDGETS, widget("a", color="red"))
    api.post(WIDGETS, widget("b", color="blue"))
    accept = "application/json;as=Table;v=v1;g=meta.k8s.io"
    table = api.get(f"{WIDGETS}?fieldSelector=spec.color%3Dblue", accept=accept)
    assert [column["name"] for column in table.body["columnDefinitions"]] == ["Name", "Color"]
    assert [row["cells"] for row in table.body["rows"]] == [["b", "blue"]]
    assert table.warnings == ["example.com/v1 Widget is deprecated"]


@pytest.mark.parametrize("path", [".a[", ".a[::0]", ".a" + "[?(@.a" * 3000])
def test_columns_end_where_a_path_cannot_be_read(api: Api, path: str) -> None:
    columns = [
        {"name": name, "type": "string", "jsonPath": where}
        for name, where in (("Color", ".spec.color"), ("Odd", path), ("Size", ".spec.size"))
    ]
    defined(api, definition(additionalPrinterColumns=columns))
    api.post(WIDGETS, widget("a", color="red", size="3"))
    table = api.get(WIDGETS, accept="application/json;as=Table;v=v1;g=meta.k8s.io")
    assert [column["name"] for column in table.body["columnDefinitions"]] == ["Name", "Color"]
    assert [row["cells"] for row in table.body["rows"]] == [["a", "red"]]


def test_deletion_waits_for_the_instances(api: Api) -> None:
    defined(api, definition())
    held = widget("a", n=1)
    held["metadata"]["finalizers"] = ["example.com/hold"]
    api.post(WIDGETS, held)
    api.post(WIDGETS, widget("b"))
    gone = api.delete(f"{CRDS}/widgets.example.com").body
    assert gone["metadata"]["finalizers"] == ["customresourcecleanup.apiextensions.k8s.io"]
    api.simulation.run_ms(100)
    crd = api.get(f"{CRDS}/widgets.example.com").body
    assert conditions(crd)["Terminating"] == ("True", "InstanceDeletionInProgress")
    assert [item["metadata"]["name"] for item in api.get(WIDGETS).body["items"]] == ["a"]
    refused = api.post(WIDGETS, widget("c"))
    assert refused.code == 403
    words = "create not allowed while custom resource definition is terminating"
    assert words in refused.body["message"]
    api.patch(f"{WIDGETS}/a", {"metadata": {"finalizers": None}})
    api.simulation.run_ms(100)
    assert api.get(f"{CRDS}/widgets.example.com").code == 404
    assert api.get(WIDGETS).text == "404 page not found\n"


def test_watches_end_with_their_kind(api: Api) -> None:
    defined(api, definition())
    watch = api.watch(WIDGETS)
    api.post(WIDGETS, widget("a"))
    api.delete(f"{CRDS}/widgets.example.com")
    assert watch.names(100) == [("ADDED", "a"), ("DELETED", "a")]
    assert watch.ended


def test_instances_are_served_after_a_restart(api: Api) -> None:
    defined(api, definition())
    api.post(WIDGETS, widget("a", n=1))
    api.simulation.run_ms(100)
    again = build(api.simulation.host("apiserver"), ApiServerConfig(read_only=True))
    again.start()
    kind = again.kinds.lookup("example.com", "v1", "widgets")
    assert kind is not None
    assert kind.custom
    assert again.core.objects.entry(kind, "default", "a") is not None


def test_a_group_has_an_api_service_as_long_as_a_version_is_served(api: Api) -> None:
    services = "/apis/apiregistration.k8s.io/v1/apiservices"

    def versions() -> list[str]:
        found = api.get(services).body["items"]
        return [s["spec"]["version"] for s in found if s["spec"].get("group") == "example.com"]

    crd = defined(api, definition())
    service = api.get(f"{services}/v1.example.com").body
    priorities = service["spec"]["groupPriorityMinimum"], service["spec"]["versionPriority"]
    assert priorities == (1_000, 100)
    assert service["metadata"]["labels"] == {"kube-aggregator.kubernetes.io/automanaged": "true"}
    (available,) = service["status"]["conditions"]
    assert (available["type"], available["status"]) == ("Available", "True")
    assert available["reason"] == "Local"
    second = {**crd["spec"]["versions"][0], "name": "v2", "storage": False}
    crd["spec"]["versions"].append(second)
    crd = api.put(f"{CRDS}/widgets.example.com", crd).body
    api.simulation.run_ms(50)
    assert sorted(versions()) == ["v1", "v2"]
    crd["spec"]["versions"][1]["served"] = False
    assert api.put(f"{CRDS}/widgets.example.com", crd).code == 200
    api.simulation.run_ms(50)
    assert versions() == ["v1"]
    api.delete(f"{CRDS}/widgets.example.com")
    api.simulation.run_ms(50)
    assert versions() == []
