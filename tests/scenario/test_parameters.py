"""Parameters are filled in where they stand; included files take part; mistakes say where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tuik8s.scenario.document import read_scenario
from tuik8s.scenario.parameters import given_in, setting_of
from tuik8s.scenario.place import BadScenario, Source
from tuik8s.scenario.yaml_reader import parse_yaml

KNOWN = {"n": 3, "name": "web", "on": True, "list": [1, 2], "map": {"a": 1}}


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        pytest.param("${n}", 3, id="alone: its type"),
        pytest.param('"${n}"', "3", id="in quotes: text"),
        pytest.param("a: |\n  ${n}\n", {"a": "3\n"}, id="in a block: text"),
        pytest.param(
            "{scale: {deployment/web: ${n}}}", {"scale": {"deployment/web": 3}}, id="flow"
        ),
        pytest.param("pod/${name}-${n}", "pod/web-3", id="within a text"),
        pytest.param("{'${name}': 1}", {"web": 1}, id="a key"),
        pytest.param("${on}", True, id="a truth"),
        pytest.param("x ${on}", "x true", id="a truth within a text"),
        pytest.param("[${list}, ${map}]", [[1, 2], {"a": 1}], id="lists and mappings"),
        pytest.param("$${n} ${n}", "${n} 3", id="the characters themselves"),
        pytest.param("# ${unknown}\n1", 1, id="a comment is no reference"),
        pytest.param("$(n) $n {n}", "$(n) $n {n}", id="other signs"),
    ],
)
def test_filling(text: str, plain: Any) -> None:
    (value,) = parse_yaml(Source("f", KNOWN, strict=True), text)
    assert value.plain() == plain


def test_manifests_keep_names_that_are_not_ours() -> None:
    (value,) = parse_yaml(Source("f", {"n": 3}), 'a: "${HOME} $${HOME} ${n} $${n}"')
    assert value.plain() == {"a": "${HOME} $${HOME} 3 ${n}"}


@pytest.mark.parametrize(
    ("value", "setting"),
    [
        ("web", "x=web"),
        ("b c", "x=b c"),
        (5, "x=5"),
        ("5", 'x="5"'),
        ("a: b: c", 'x="a: b: c"'),
        ("", "x="),
        (None, "x=null"),
        ({"a": None}, 'x={"a":null}'),
        ([1, "1"], "x=[1, '1']"),
    ],
)
def test_what_a_setting_is_like_is_read_back_as_the_same(value: Any, setting: str) -> None:
    assert setting_of("x", value) == setting
    assert given_in([setting]) == {"x": value}


def test_given_values_are_read_as_yaml() -> None:
    given = given_in(["n=5", "name=web", "version=1.10", "share=0.5", "empty="])
    assert given == {"n": 5, "name": "web", "version": "1.10", "share": 0.5, "empty": ""}


HEAD = "parameters: {n: 3, name: web, zone: }\n"
STEPS = "steps: [{scale: {deployment/web: ${n}}}]\n"


@pytest.mark.parametrize(
    ("text", "given", "says"),
    [
        pytest.param(HEAD + STEPS, {}, ":1: parameter 'zone' has no default", id="needed"),
        pytest.param(HEAD + STEPS, {"zone": "a", "nn": 1}, "did you mean 'n'", id="unknown"),
        pytest.param(HEAD + STEPS, {"zone": "", "n": "x"}, "parameter 'n' is such as 3", id="type"),
        pytest.param(HEAD + STEPS, {"zone": "", "n": "4"}, "keeps its type", id="quoted"),
        pytest.param(STEPS, {}, ":1: no parameter 'n'; there is no `parameters:`", id="undeclared"),
        pytest.param("parameters: {m: 1}\n" + STEPS, {}, ":2: no parameter 'n'", id="unknown"),
        pytest.param("parameters: [n]\n" + STEPS, {}, ":1: expected parameters", id="a list"),
        pytest.param("include: x\nsteps: []\n", {}, ":1: include is a step", id="include on top"),
        pytest.param("steps: [{settle: 5m}]\n", {}, "settle: {quiet, within}", id="its fields"),
        pytest.param("steps: [{include: no.yaml}]\n", {}, "No such file", id="no such file"),
        pytest.param("steps:\n- include: bad.yaml\n", {}, "included at", id="bad in it"),
        pytest.param("steps:\n- include: bad.yaml\n", {}, "bad.yaml:3: no step", id="line"),
        pytest.param("steps: [{include: s.yaml}]\n", {}, ":1: ", id="itself"),
        pytest.param("steps: [{include: a.yaml}]\n", {}, "a.yaml -> b.yaml -> a", id="a cycle"),
        pytest.param(
            "steps: [{include: {file: good.yaml, set: {nap: 1s}}}]\n", {}, "did you mean 'nap_s'",
            id="unknown set",
        ),
        pytest.param("steps: [{apply: no.yaml}]\n", {}, "named at ", id="no manifests"),
        pytest.param("skip_checkers: [pod-bound]\n" + STEPS.replace("${n}", "1"), {},
                     "did you mean 'pod-bound-once'", id="checker"),
        pytest.param("steps: [{taint: {node-1: x}}]\n", {}, "KEY=VALUE:EFFECT", id="taint"),
        pytest.param("steps: [{taint: {node-1: 'x:NoShedule'}}]\n", {}, "PreferNo", id="effect"),
        pytest.param("steps: [{cordon: pod/x}]\n", {}, "a node such as", id="cordon a pod"),
        pytest.param("steps: [{logs: {of: pod/x}}]\n", {}, "one of contains", id="logs of what"),
        pytest.param("steps: [{logs: {of: pod/x, matches: '('}}]\n", {}, "a regular", id="regex"),
        pytest.param("steps: [{refused: {wait: 1, because: x}}]\n", {}, "nobody", id="refused"),
        pytest.param("steps: [{delete: {pods: a, count: 0}}]\n", {}, "from 1", id="count"),
        pytest.param("steps: [{fault: {action: node-stop, target: n, percent: 200}}]\n", {},
                     "at most 100", id="percent"),
        pytest.param("steps: [{fault: {action: node-stop, targt: n}}]\n", {},
                     "did you mean 'target'", id="field of a fault"),
        pytest.param("steps: [{fault: {action: link-delay, target: node/node-1}}]\n", {},
                     ":1: link-delay needs delay", id="what a fault needs"),
        pytest.param("steps: [{patch: {node/x: {}, type: json}}]\n", {}, "a type of", id="patch"),
    ],
)  # fmt: skip
def test_mistakes_say_where(tmp_path: Path, text: str, given: dict[str, Any], says: str) -> None:
    for name, content in {
        "bad.yaml": "steps:\n- advance: 1s\n- advnce: 1s\n",
        "good.yaml": "parameters: {nap_s: 1}\nsteps: [{advance: '${nap_s}s'}]\n",
        "a.yaml": "steps: [{include: b.yaml}]\n",
        "b.yaml": "steps: [{include: a.yaml}]\n",
    }.items():
        (tmp_path / name).write_text(content)
    path = tmp_path / "s.yaml"
    path.write_text(text)
    with pytest.raises(BadScenario) as refused:
        read_scenario(path, given)
    assert says in str(refused.value)


def test_included_steps_come_in_place_with_their_parameters(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "nap.yaml").write_text(
        "parameters: {s: 1}\ncluster: {nodes: 9}\nsteps:\n- advance: ${s}s\n- apply: x.yaml\n"
    )
    manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"
    (tmp_path / "sub" / "x.yaml").write_text(manifest)
    path = tmp_path / "s.yaml"
    path.write_text(
        "parameters: {s: 2}\nsteps:\n- mark: a\n- include: sub/nap.yaml\n"
        "- include: {file: sub/nap.yaml, set: {s: 7}}\n"
    )
    scenario = read_scenario(path, {"s": 5})
    titles = ["mark a", "advance 5s", "apply x.yaml", "advance 7s", "apply x.yaml"]
    assert [placed.step.title for placed in scenario.steps] == titles
    assert [Path(placed.file).name for placed in scenario.steps[:2]] == ["s.yaml", "nap.yaml"]
    assert (scenario.steps[1].line, scenario.cluster.nodes) == (4, 3)
