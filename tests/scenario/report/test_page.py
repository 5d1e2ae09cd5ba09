"""The page of a run is one whole document that needs nothing and lets nothing in."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.scenario.play import WEB
from tuik8s.cli.main import main

pytestmark = [pytest.mark.sim, pytest.mark.slow]

EVIL = "</script><script>alert(1)</script>"
FAILING = f"""\
name: it closes <b>
parameters: {{replicas: 3}}
cluster: {{nodes: 3}}
steps:
  - apply: web.yaml
  - wait: {{available: deployment/web, within: 30s}}
  - mark: "{EVIL}"
  - always: "deployment('web').status.availableReplicas >= 3"
  - fault: {{action: node-stop, target: node/node-2, name: dark}}
  - advance: 10m
"""
VOID = {"meta"}


class Page(HTMLParser):
    """Elements with their classes, the text between them; every end has its beginning."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.classes: list[str] = []
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.classes.append(given.get("class") or "")
        self.links += [given[name] or "" for name in ("href", "src") if name in given]
        assert not [name for name in given if name.startswith("on") or name == "style"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("report")
    (directory / "web.yaml").write_text(WEB)
    (directory / "closes.yaml").write_text(FAILING)
    out = directory / "out"
    assert main(["run", str(directory / "closes.yaml"), "--report", str(out)]) == 1
    return out


def test_the_page_is_whole_and_closed(reported: Path) -> None:
    text = (reported / "index.html").read_text()
    page = Page(text)
    assert page.open == []
    assert page.links == []
    assert not re.search(r"https?:|url\(|@import|fetch|XMLHttp", text)
    assert page.tags.count("script") == 2
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    assert policy[1].startswith("default-src &#x27;none&#x27;; style-src &#x27;sha256-")


def test_what_comes_from_the_cluster_is_text(reported: Path) -> None:
    text = (reported / "index.html").read_text()
    assert EVIL not in text
    assert EVIL in Page(text).text
    assert "it closes <b>" in Page(text).text


def test_the_page_tells_what_failed_and_why(reported: Path) -> None:
    page = Page((reported / "index.html").read_text())
    outcome = json.loads((reported / "outcome.json").read_text())
    revision = outcome["failure"]["revision"]
    assert outcome["revision"] == revision
    for told in (
        "always: deployment('web').status.availableReplicas >= 3 is false: "
        "deployment('web').status.availableReplicas is 2",
        f"tuik8s ui --log {reported} --at {revision}",
        "In force then: dark (node-stop node/node-2).",
        "deployment/web",
        "fault/dark",
        "line 9: fault node-stop node/node-2",
        outcome["digest"],
        "--set replicas=3",
    ):
        assert told in page.text, told
    for class_ in ("fault", "lost", "step failed", "moment marks", "failure", "line s0", "shade"):
        assert class_ in page.classes, class_


def test_the_data_is_json(reported: Path) -> None:
    text = (reported / "index.html").read_text()
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text)
    assert found is not None
    data = json.loads(found[1])
    assert [name for name, _ in data["series"]][:2] == ["pods ready", "pods pending"]
    assert [fault[0] for fault in data["faults"]] == ["node-stop node/node-2"]


def test_the_log_opens(reported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["log", "verify", "--data", str(reported)]) == 0
    assert main(["log", "show", "--data", str(reported), "--key", "faults"]) == 0
    assert "faults.chaos.tuik8s.dev//dark" in capsys.readouterr().out


def test_a_second_report_takes_the_place_of_the_first(reported: Path) -> None:
    before = (reported / "index.html").read_text()
    assert main(["run", str(reported.parent / "closes.yaml"), "--report", str(reported)]) == 1
    assert (reported / "index.html").read_text() == before


def test_foreign_files_are_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "letter.txt").write_text("mine")
    path = tmp_path / "s.yaml"
    path.write_text("cluster: {nodes: 1}\nsteps: [{advance: 1s}]\n")
    assert main(["run", str(path), "--report", str(tmp_path)]) == 2
    assert "letter.txt is no file of a log" in capsys.readouterr().err
    assert (tmp_path / "store" / "letter.txt").read_text() == "mine"


def test_several_scenarios_have_a_list(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text("cluster: {nodes: 1}\nsteps: [{advance: 1s}]\n")
    paths = [str(tmp_path / f"{name}.yaml") for name in ("a", "b")]
    out = tmp_path / "out"
    assert main(["run", *paths, "--report", str(out)]) == 0
    page = Page((out / "index.html").read_text())
    assert page.links == ["a/index.html", "b/index.html"]
    assert all((out / link).is_file() for link in page.links)


def test_a_pending_pod_has_the_schedulers_reasons(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(
        "cluster: {nodes: 2}\nsteps:\n"
        "- apply:\n    apiVersion: v1\n    kind: Pod\n    metadata: {name: big}\n"
        "    spec:\n      containers:\n"
        "      - {name: c, image: i, resources: {requests: {cpu: 900}}}\n"
        "- wait: {ready: pod/big, within: 5s}\n"
    )
    assert main(["run", str(path), "--report", str(tmp_path / "out")]) == 1
    text = Page((tmp_path / "out" / "index.html").read_text()).text
    assert "default/big fits on no node." in text
    assert "line 3: apply Pod/big" in text
