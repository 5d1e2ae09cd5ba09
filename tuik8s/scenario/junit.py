"""The JUnit file of scenario runs, which CI systems read.

Source: the de facto schema (testmoapp/junitxml); times are simulated seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from tuik8s.scenario.runner import Outcome


def render_junit(outcomes: Sequence[Outcome]) -> bytes:
    """One test suite per scenario, one test case per step."""
    top = ElementTree.Element("testsuites", name="tuik8s")
    for outcome in outcomes:
        failed = sum(step.verdict == "failed" for step in outcome.steps)
        at_end = bool(outcome.reason) and not failed
        suite = ElementTree.SubElement(
            top,
            "testsuite",
            name=outcome.name,
            tests=str(len(outcome.steps) + at_end),
            failures=str(failed + at_end),
            time=f"{outcome.simulated_ms / 1000:.3f}",
        )
        properties = ElementTree.SubElement(suite, "properties")
        for name, value in (("seed", outcome.seed), ("digest", outcome.digest)):
            ElementTree.SubElement(properties, "property", name=name, value=str(value))
        for step in outcome.steps:
            title = f"line {step.line}: {step.title}"
            took = f"{step.took_ms / 1000:.3f}"
            case = ElementTree.SubElement(
                suite, "testcase", name=title, classname=outcome.file, time=took
            )
            if step.verdict == "failed":
                ElementTree.SubElement(case, "failure", message=step.reason)
        if at_end:
            case = ElementTree.SubElement(
                suite, "testcase", name="the end of the run", classname=outcome.file
            )
            ElementTree.SubElement(case, "failure", message=outcome.reason)
    ElementTree.indent(top)
    return bytes(ElementTree.tostring(top, encoding="utf-8", xml_declaration=True)) + b"\n"
