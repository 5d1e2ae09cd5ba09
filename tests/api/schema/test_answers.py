"""What a real server answers passes through the decoder and comes out the same.

So every rule of omission (which empty values go, which stay, what shows as null) is held against
objects of all kinds, with the compiled facts behind them (`tools/schema_facts.py`).
"""

from __future__ import annotations

import copy
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tuik8s.api.schema import load_kind
from tuik8s.api.schema.decode import decode_object
from tuik8s.api.schema.nulls import fill_nulls

GOLDEN = Path(__file__).parent.parent.parent / "golden" / "objects" / "answers.json.gz"
ANSWERS: list[Any] = json.loads(gzip.decompress(GOLDEN.read_bytes()))


@pytest.mark.parametrize("number", range(len(ANSWERS)), ids=lambda n: f"{ANSWERS[n]['kind']}-{n}")
def test_an_answer_stays_as_it_is(number: int) -> None:
    answer = ANSWERS[number]
    group, _, version = answer["apiVersion"].rpartition("/")
    node = load_kind(group, version, answer["kind"])
    obj, problems = decode_object(copy.deepcopy(answer), node)
    fill_nulls(obj, node)
    assert (obj, problems) == (answer, [])
