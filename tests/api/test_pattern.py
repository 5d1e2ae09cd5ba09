"""Regular expressions: what they find, and that none takes for ever."""

from __future__ import annotations

import random
import re

import pytest

from tuik8s.api.pattern import BadPattern, Pattern


@pytest.mark.parametrize(
    ("pattern", "found", "not_found"),
    [
        ("", ["", "a"], []),
        ("a.c", ["xabcx", "a.c"], ["ac"]),
        ("^a", ["ab"], ["ba"]),
        ("a$", ["ba"], ["ab"]),
        ("^$", [""], ["a"]),
        ("^(ab|cd)+$", ["ab", "cdab"], ["", "abc"]),
        ("ab?c", ["ac", "abc"], ["abbc"]),
        ("a{2,3}b", ["aab", "aaab"], ["ab"]),
        ("^a{2}$", ["aa"], ["a", "aaa"]),
        ("^a{2,}$", ["aa", "aaaa"], ["a"]),
        ("[^a-c]", ["d"], ["abc"]),
        ("[]x]", ["]", "x"], ["["]),
        ("[a-]", ["-"], ["b"]),
        ("[[:digit:]]+x", ["12x"], ["x"]),
        (r"\d\s\w", ["1 _"], ["1_"]),
        (r"\.\*", [".*"], ["ab"]),
        ("(a*)*b", ["b", "aab"], ["a"]),
        ("a|", ["", "b"], []),
        ("(^a|b$)", ["ax", "xb"], ["xax"]),
    ],
)
def test_extended(pattern: str, found: list[str], not_found: list[str]) -> None:
    looked_for = Pattern(pattern, is_extended=True)
    assert [line for line in (*found, *not_found) if looked_for.is_in(line)] == found


@pytest.mark.parametrize(
    ("pattern", "found", "not_found"),
    [
        ("a|b", ["a|b"], ["a"]),
        (r"a\|b", ["a", "b"], ["c"]),
        (r"^\(ab\)\{2\}$", ["abab"], ["ab"]),
        ("a+", ["a+"], ["aa"]),
        (r"xa\+y", ["xaay"], ["xy"]),
        ("a^b$c", ["a^b$c"], ["abc"]),
    ],
)
def test_basic(pattern: str, found: list[str], not_found: list[str]) -> None:
    looked_for = Pattern(pattern, is_extended=False)
    assert [line for line in (*found, *not_found) if looked_for.is_in(line)] == found


def test_case() -> None:
    looked_for = Pattern("h[e-f]LLO", is_extended=True, ignores_case=True)
    assert looked_for.is_in("HELLO")


@pytest.mark.parametrize(
    "pattern",
    ["(", ")", "[", "[z-a]", "[[:no:]]", "\\", "a{", "a{2,1}", "a{x}", "a{999}", r"\1", r"\b",
     "(" * 5_000, "((a{99}){99}){99}", "a" * 5_000],
)  # fmt: skip
def test_bad_patterns(pattern: str) -> None:
    with pytest.raises(BadPattern):
        Pattern(pattern, is_extended=True)


def test_none_takes_for_ever() -> None:
    assert not Pattern("^((a+)+)+$", is_extended=True).is_in("a" * 10_000 + "b")
    assert not Pattern("(.*a){20}$", is_extended=True).is_in("ab" * 5_000)


def test_they_find_what_pythons_own_find() -> None:
    rng = random.Random(5)
    pieces = ["a", "b", ".", "[ab]", "[^a]", "(a|b)", "(ab)*", "a+", "b?", "a{1,2}", "^", "$", "|"]
    for _ in range(2_000):
        text = "".join(rng.choice(pieces) for _ in range(rng.randint(1, 5)))
        line = "".join(rng.choice("abc") for _ in range(rng.randint(0, 5)))
        found = Pattern(text, is_extended=True).is_in(line)
        assert found == bool(re.search(text, line)), (text, line)
