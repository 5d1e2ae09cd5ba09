"""Every step does what it says, and says why it could not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario.play import play
from tuik8s.api.bookmarks import KEY, bookmarks_of
from tuik8s.cli.moments import moment_in
from tuik8s.components.supervisor.directory import Refusal
from tuik8s.scenario.log_copy import LogFiles, open_log

pytestmark = [pytest.mark.sim, pytest.mark.slow]

READY = """\
- apply: web.yaml
- wait: {available: deployment/web, within: 10s}
"""
POD = """\
- apply:
    apiVersion: v1
    kind: Pod
    metadata: {name: alone, annotations: {tuik8s.dev/behaviour: 'log "hello" at 1s'}}
    spec: {containers: [{name: c, image: example.org/alone:1}]}
"""
BUDGET = """\
- apply:
    apiVersion: policy/v1
    kind: PodDisruptionBudget
    metadata: {name: web}
    spec: {minAvailable: 2, selector: {matchLabels: {app: web}}}
- wait: {expr: "poddisruptionbudget('web').status.currentHealthy == 2", within: 5s}
"""


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(
            READY + "- delete: {pods: app=web, count: 1, grace: 0s}\n"
            "- expect: \"pods('app=web').size() == 1\"\n"
            "- wait: {expr: \"pods('app=web').filter(p, ready(p)).size() == 2\"}\n",
            id="delete by selector",
        ),
        pytest.param(
            READY + "- delete: web.yaml\n- wait: {gone: [deployment/web]}\n", id="delete a file"
        ),
        pytest.param(
            READY + "- scale: {deployment/web: 3}\n- wait: {ready: deployment/web}\n"
            "- expect: \"pods('app=web').size() == 3\"\n",
            id="scale",
        ),
        pytest.param(
            READY + "- image: {deployment/web: 'example.org/web:2'}\n"
            "- wait: {available: deployment/web}\n"
            "- expect: \"pods('app=web').all(p, terminating(p) || "
            "p.spec.containers[0].image.endsWith(':2'))\"\n",
            id="image",
        ),
        pytest.param(
            READY + "- restart: deployment/web\n- wait: {available: deployment/web}\n"
            '- expect: "replicasets().size() == 2"\n',
            id="restart",
        ),
        pytest.param(
            "- patch: {node/node-1: [{op: add, path: /metadata/labels/a, value: b}]}\n"
            "- patch: {type: strategic, node/node-1: {metadata: {labels: {c: d}}}}\n"
            "- label: {node/node-1: {e: 1, a: null}}\n"
            "- annotate: {node/node-1: {f: g}}\n"
            "- expect: \"node('node-1').metadata.labels.c == 'd'\"\n"
            "- expect: \"node('node-1').metadata.labels.e == '1'\"\n"
            "- expect: \"!has(node('node-1').metadata.labels.a)\"\n"
            "- expect: \"node('node-1').metadata.annotations.f == 'g'\"\n",
            id="patch, label, annotate",
        ),
        pytest.param(
            "- wait: {expr: \"!has(node('node-1').spec.taints)\"}\n"
            "- taint: {node-1: ['a=b:NoSchedule', 'c:NoExecute']}\n"
            "- expect: \"node('node-1').spec.taints.size() == 2\"\n"
            "- taint: {node-1: ['a:NoSchedule-', 'c-']}\n"
            "- expect: \"!has(node('node-1').spec.taints)\"\n"
            "- cordon: node-1\n- expect: \"node('node-1').spec.unschedulable\"\n"
            "- uncordon: node/node-1\n- expect: \"!has(node('node-1').spec.unschedulable)\"\n",
            id="taint, cordon",
        ),
        pytest.param(
            READY + "- drain: node-1\n- wait:\n    expr: \"pods('app=web')"
            ".filter(p, ready(p) && p.spec.nodeName == 'node-2').size() == 2\"\n"
            "- expect: \"pods('app=web').size() == 2\"\n",
            id="drain",
        ),
        pytest.param(
            READY + BUDGET + "- refused: {drain: {node: node-1, within: 12s}, because: 'needs 2'}\n"
            "- expect: \"pods('app=web').filter(p, ready(p)).size() == 2\"\n",
            id="a budget refuses a drain",
        ),
        pytest.param(
            POD + "- logs: {of: pod/alone, contains: hello, within: 10s}\n"
            "- logs: {of: pod/alone, matches: '^hel+o$', without: goodbye}\n",
            id="logs",
        ),
        pytest.param(
            READY + "- apply:\n    apiVersion: v1\n    kind: Service\n"
            "    metadata: {name: web}\n"
            "    spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}\n"
            "- advance: 2s\n"
            "- request: {to: service/web, count: 5, every: 1s, expect: 'answers[4].at == 4.0'}\n",
            id="requests over time",
        ),
        pytest.param(
            "- apply: web.yaml\n- settle:\n- expect: {available: deployment/web}\n"
            "- settle: {quiet: 1s, within: 1s}\n",
            id="settle",
        ),
        pytest.param(
            "- fault: {action: link-drop, target: node/node-1, percent: 30, for: 5s, name: rain}\n"
            "- expect: {exists: fault/rain}\n- heal: [rain]\n- expect: {gone: fault/rain}\n",
            id="fault and heal by name",
        ),
    ],
)
def test_what_steps_do(tmp_path: Path, steps: str) -> None:
    outcome = play(tmp_path, steps)
    assert outcome.verdict == "passed", outcome.reason


def test_a_mark_is_a_bookmark_in_the_log(tmp_path: Path) -> None:
    logs: list[LogFiles] = []
    outcome = play(
        tmp_path,
        "- mark: half time\n- apply: web.yaml\n- mark: half time\n- mark: b1\n- advance: 1s\n",
        on_log=logs.append,
    )
    assert outcome.verdict == "passed", outcome.reason
    store = open_log(logs[0])
    first, second = bookmarks_of(store.notes(KEY, 1)).values()
    assert (first.name, second.name) == ("half time", "b1")
    assert first.revision <= second.revision < store.revision
    assert moment_in(store, "@half time").revision == first.revision
    told_of = {"b2": "no moment.*bookmarks: half time, b1", "9" * 5_000: "not happened"}
    for text, told in told_of.items():
        with pytest.raises(Refusal, match=told) as refused:
            moment_in(store, text)
        assert len(str(refused.value)) < 400


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        pytest.param(
            POD
            + "- wait: {scheduled: pod/alone}\n- drain: {node: node-1}\n- drain: {node: node-2}\n",
            "force: true",
            id="alone",
        ),
        pytest.param("- drain: node-9", 'nodes "node-9" not found', id="no node"),
        pytest.param("- taint: {node-1: 'x-'}", "no such taint", id="no taint"),
        pytest.param("- delete: {pods: app=web, count: 2}", "there are 0", id="nothing to delete"),
        pytest.param("- image: {deployment/web: x}", "there is no deployment/web", id="no object"),
        pytest.param(
            READY + "- image: {deployment/web: {app: x}}", "no container 'app'", id="no container"
        ),
        pytest.param(
            POD
            + "- wait: {running: pod/alone}\n- logs: {of: pod/alone, contains: bye, within: 2s}",
            "'bye' is not in it; its last lines: example.org/alone:1 started | hello",
            id="not logged",
        ),
        pytest.param("- logs: {of: pod/x, contains: y}", 'pods "x" not found', id="no pod"),
        pytest.param(
            "- refused: {cordon: node-1, because: quota}", "was not refused", id="not refused"
        ),
        pytest.param(
            "- refused: {cordon: node-7, because: quota}", "something else", id="refused otherwise"
        ),
        pytest.param(
            "- fault: {action: node-stop, target: node/node-7}", "fault refused", id="no target"
        ),
        pytest.param("- wait: {ready: widget/x}", "no kind is called 'widget'", id="no kind"),
        pytest.param(
            READY + "- wait: {available: [deployment/web, deployment/wob], within: 1s}",
            "not within 1s; deployment/wob does not exist",
            id="one of two",
        ),
        pytest.param(
            "- apply: {apiVersion: v1, kind: Pod, metadata: {name: p, annotations: "
            "{tuik8s.dev/behaviour: crash after 1s}}, spec: {containers: [{name: c, image: i}]}}\n"
            "- settle: {quiet: 1m, within: 90s}",
            "not at rest within 90s; last changed: ",
            id="never at rest",
        ),
        pytest.param("- wait: {ready: poddd/x}", "did you mean 'pod", id="near kind"),
    ],
)
def test_why_steps_fail(tmp_path: Path, steps: str, reason: str) -> None:
    outcome = play(tmp_path, steps)
    assert outcome.verdict == "failed"
    assert reason in outcome.reason


def test_a_chosen_pod_is_the_seeds_choice(tmp_path: Path) -> None:
    steps = READY + "- delete: {pods: app=web, count: 1}\n- advance: 5s\n"
    assert play(tmp_path, steps).digest == play(tmp_path, steps).digest
