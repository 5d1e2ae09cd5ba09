"""The JUnit file of scenario runs, which CI systems read.

Source: the de facto schema (testmoapp/junitxml); times are simulated seconds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from tuik8s.scenario.outcome import Outcome, StepResult

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML cannot carry, not even escaped."""


def render_junit(outcomes: Sequence[Outcome]) -> bytes:
    """One test suite per run, one test case per step."""
    top = _top(outcomes)
    for outcome in outcomes:
        count = len(outcome.steps) + (outcome.verdict == "error")
        suite = _suite(top, outcome.name, [outcome], count)
        for step in outcome.steps:
            where = f"line {step.line}: " if step.line else ""
            case = _case(suite, where + step.title, step.file, step.took_ms)
            if step.verdict != "passed":
                _explain(case, outcome, step)
        if outcome.verdict == "error":
            _explain(_case(suite, "the run", outcome.file, 0), outcome)
    return _text(top)


def render_seeds_junit(groups: Sequence[Sequence[Outcome]]) -> bytes:
    """One test suite per scenario, one test case per seed."""
    top = _top([outcome for group in groups for outcome in group])
    for group in groups:
        if not group:
            continue
        suite = _suite(top, group[0].name, group, len(group))
        for outcome in group:
            case = _case(suite, f"seed {outcome.seed}", outcome.file, outcome.simulated_ms)
            if outcome.verdict != "passed":
                _explain(case, outcome)
    return _text(top)


def _top(outcomes: Sequence[Outcome]) -> ElementTree.Element:
    failed = sum(outcome.verdict == "failed" for outcome in outcomes)
    errors = sum(outcome.verdict == "error" for outcome in outcomes)
    return ElementTree.Element(
        "testsuites", name="tuik8s", failures=str(failed), errors=str(errors)
    )


def _suite(
    top: ElementTree.Element, name: str, outcomes: Sequence[Outcome], count: int
) -> ElementTree.Element:
    suite = ElementTree.SubElement(
        top,
        "testsuite",
        name=_clean(name),
        tests=str(count),
        failures=str(sum(outcome.verdict == "failed" for outcome in outcomes)),
        errors=str(sum(outcome.verdict == "error" for outcome in outcomes)),
        time=f"{sum(outcome.simulated_ms for outcome in outcomes) / 1000:.3f}",
    )
    properties = ElementTree.SubElement(suite, "properties")
    facts = {f"parameter.{name}": value for name, value in outcomes[0].parameters.items()}
    if len(outcomes) == 1:
        one = outcomes[0]
        facts |= {"seed": one.seed, "digest": one.digest, "revision": one.revision}
    for name, value in facts.items():
        ElementTree.SubElement(properties, "property", name=name, value=_clean(str(value)))
    return suite


def _case(suite: ElementTree.Element, title: str, file: str, took_ms: int) -> ElementTree.Element:
    took = f"{took_ms / 1000:.3f}"
    return ElementTree.SubElement(
        suite, "testcase", name=_clean(title), classname=_clean(file), time=took
    )


def _explain(case: ElementTree.Element, outcome: Outcome, step: StepResult | None = None) -> None:
    kind = "error" if outcome.verdict == "error" else "failure"
    message = step.reason if step is not None else outcome.reason
    told = ElementTree.SubElement(case, kind, message=_clean(message), type=outcome.verdict)
    failure = outcome.failure
    where = f"{failure.file}:{failure.line}" if failure and failure.line else outcome.file
    told.text = _clean(
        f"{outcome.reason}\nat {where}, revision {outcome.revision}, seed {outcome.seed}\n"
        + outcome.traceback
    )


def _clean(text: str) -> str:
    return _NO_XML.sub("�", text)


def _text(top: ElementTree.Element) -> bytes:
    ElementTree.indent(top)
    return bytes(ElementTree.tostring(top, encoding="utf-8", xml_declaration=True)) + b"\n"
