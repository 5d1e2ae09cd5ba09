"""The frame of every page: style, script, and a policy that allows no others and no network."""

from __future__ import annotations

import json
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from tuik8s.scenario.report.markup import Markup, joined, safe, tag

_HERE = Path(__file__).parent


def page(title: str, *content: object, data: Any = None) -> str:
    """A whole document. data: what the script shows; without it there is no script."""
    style, script = _asset("page.css"), _asset("page.js") if data is not None else Markup("")
    policy = f"default-src 'none'; style-src '{_hash(style)}'"
    if data is not None:
        policy += f"; script-src '{_hash(script)}'"
    parts = [
        Markup('<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{safe(policy)}">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        tag("title", title),
        tag("style", style),
        Markup("</head><body>"),
        *content,
    ]
    if data is not None:
        parts += [tag("script", _json(data), type="application/json", id="data")]
        parts += [tag("script", script)]
    return joined([*parts, Markup("</body></html>\n")])


def _json(data: Any) -> Markup:
    """JSON that cannot end the element it stands in."""
    return Markup(json.dumps(data, separators=(",", ":")).replace("<", "\\u003c"))


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


@cache
def _asset(name: str) -> Markup:
    return Markup((_HERE / name).read_text(encoding="utf-8"))
