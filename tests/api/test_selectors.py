"""Label and field selectors: matching, canonical text, upstream's errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuik8s.api import selectors

GOLDEN = Path(__file__).parents[1] / "golden" / "machinery"

LABELS = {"app": "web", "tier": "front", "n": "5"}


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("", True),
        ("app=web", True),
        ("app==web,tier!=back", True),
        ("app!=web", False),
        ("missing!=x", True),
        ("app in (web,api)", True),
        ("app notin (web)", False),
        ("missing notin (a)", True),
        ("app", True),
        ("!app", False),
        ("!missing", True),
        ("n>4", True),
        ("n<5", False),
        ("app>4", False),
        ("missing=", False),
        (" app  =  web ", True),
        ("in", False),
    ],
)
def test_label_selector_matches(text: str, want: bool) -> None:
    assert selectors.parse_label_selector(text).matches(LABELS) is want


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("b=1,a=2", "a=2,b=1"),
        ("x in (c, a,b)", "x in (a,b,c)"),
        ("!x , y", "!x,y"),
        ("x==a", "x==a"),
        ("x in (,a)", "x in (,a)"),
        ("x notin (a,)", "x notin (,a)"),
        ("x=", "x="),
        ("n > 1", "n>1"),
    ],
)
def test_label_selector_canonical_text(text: str, want: str) -> None:
    assert str(selectors.parse_label_selector(text)) == want


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("x=a b", "found 'b', expected: ',' or 'end of string'"),
        ("a,,b", "found ',', expected: identifier after ','"),
        ("x in a", "unable to parse requirement: found 'a' expected: '('"),
        ("x in (=)", "unable to parse requirement: found '=', expected: ',', ')' or identifier"),
        ("!", "unable to parse requirement: found '', expected: identifier"),
        (
            "x in ()",
            "unable to parse requirement: values: Invalid value: []: for 'in', 'notin' operators, "
            "values set can't be empty",
        ),
        ("x=(", "unable to parse requirement: found '(', expected: identifier"),
    ],
)
def test_label_selector_errors(text: str, want: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        selectors.parse_label_selector(text)
    assert str(caught.value) == want


def _steps(name: str) -> list[Any]:
    return list(json.loads((GOLDEN / f"{name}.json").read_text())["steps"])


@pytest.mark.parametrize("step", _steps("label-selectors-invalid-values"), ids=lambda s: s["id"])
def test_label_selector_errors_as_recorded(step: dict[str, Any]) -> None:
    text = unquote(step["path"].partition("labelSelector=")[2].replace("+", " "))
    if step["expect"]["status"] == 200:
        selectors.parse_label_selector(text)
        return
    with pytest.raises(ValueError, match=r".") as caught:
        selectors.parse_label_selector(text)
    assert str(caught.value) == step["expect"]["body"]["message"]


@pytest.mark.parametrize(
    ("selector", "labels", "want"),
    [
        (None, LABELS, False),
        ({}, LABELS, True),
        ({"matchLabels": {"app": "web"}}, LABELS, True),
        ({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["x"]}]}, {}, True),
        ({"matchExpressions": [{"key": "app", "operator": "Exists"}]}, {}, False),
        ({"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]}, LABELS, True),
    ],
)
def test_selector_object(selector: Any, labels: dict[str, str], want: bool) -> None:
    assert selectors.selector_of(selector).matches(labels) is want


def test_selector_object_validation() -> None:
    selector = {
        "matchLabels": {"a": "b c"},
        "matchExpressions": [
            {"key": "x", "operator": "In"},
            {"key": "", "operator": "Exists", "values": ["a"]},
            {"key": "x", "operator": "Foo"},
        ],
    }
    errors = selectors.validate_label_selector(selector, "spec.selector")
    assert [error.field for error in errors] == [
        "spec.selector.matchLabels",
        "spec.selector.matchExpressions[0].values",
        "spec.selector.matchExpressions[1].values",
        "spec.selector.matchExpressions[1].key",
        "spec.selector.matchExpressions[1].key",
        "spec.selector.matchExpressions[2].operator",
    ]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", ()),
        ("metadata.name=web,", (("metadata.name", "=", "web"),)),
        ("b==1,a!=2", (("a", "!=", "2"), ("b", "=", "1"))),
        (r"a=x\,y\=z\\", (("a", "=", r"x,y=z" + "\\"),)),
        ("involvedObject.namespace=", (("involvedObject.namespace", "=", ""),)),
    ],
)
def test_field_selector_terms(text: str, terms: tuple[tuple[str, str, str], ...]) -> None:
    assert selectors.parse_field_selector(text).terms == terms


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("metadata.name", "invalid selector: 'metadata.name'; can't understand 'metadata.name'"),
        (r"a=\b", r"invalid field selector: invalid escape sequence: \b"),
        ("a=b=c", "invalid field selector: unescaped character in value: 61"),
    ],
)
def test_field_selector_errors(text: str, want: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        selectors.parse_field_selector(text)
    assert str(caught.value) == want


@given(st.dictionaries(st.sampled_from("abc"), st.text(alphabet=r"x,=\!", max_size=6)))
def test_field_selector_text_round_trips(values: dict[str, str]) -> None:
    terms = tuple((field, "=", values[field]) for field in sorted(values))
    text = str(selectors.FieldSelector(terms))
    parsed = selectors.parse_field_selector(text)
    assert sorted(parsed.terms) == sorted(terms)
    assert parsed.matches(lambda field: values.get(field, ""))
