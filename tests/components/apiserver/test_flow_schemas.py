"""Flow schemas say whether the priority level that they refer to exists."""

from __future__ import annotations

from tests.components.apiserver.plant import Api

FLOWS = "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas"
LEVELS = "/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations"


def dangling(api: Api, name: str) -> tuple[str, str]:
    api.simulation.run_ms(50)
    (condition,) = api.get(f"{FLOWS}/{name}").body["status"]["conditions"]
    return condition["status"], condition["reason"]


def test_a_level_may_come_after_its_schema_and_go_before_it(api: Api) -> None:
    spec = {"priorityLevelConfiguration": {"name": "mine"}, "matchingPrecedence": 500}
    api.post(FLOWS, {"metadata": {"name": "flow"}, "spec": spec})
    assert dangling(api, "flow") == ("True", "NotFound")
    limited = {"limitResponse": {"type": "Reject"}}
    level = {"metadata": {"name": "mine"}, "spec": {"type": "Limited", "limited": limited}}
    assert api.post(LEVELS, level).code == 201
    assert dangling(api, "flow") == ("False", "Found")
    api.delete(f"{LEVELS}/mine")
    assert dangling(api, "flow") == ("True", "NotFound")


def test_defaults_refer_to_levels_that_exist(api: Api) -> None:
    api.simulation.run_ms(100)
    schemas = api.get(FLOWS).body["items"]
    found = {schema["metadata"]["name"]: schema["status"]["conditions"] for schema in schemas}
    assert len(found) == 11
    assert all(conditions[0]["status"] == "False" for conditions in found.values())
