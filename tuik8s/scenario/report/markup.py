"""HTML and SVG as text: the only place where tags are made, so that nothing goes in unescaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


class Markup(str):
    """Text that is markup already; all other text is escaped where it goes in."""

    __slots__ = ()


def safe(text: object) -> Markup:
    """Escaped, with control characters shown as escapes; markup as it is."""
    if isinstance(text, Markup):
        return text
    shown = "".join(
        c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode()
        for c in str(text)
    )
    return Markup(escape(shown, quote=True))


def tag(name: str, *content: object, **attributes: object) -> Markup:
    """tag("a", "x", href="y") -> <a href="y">x</a>; class_ is class, view_box is viewBox."""
    told = "".join(
        f' {_attribute(key)}="{safe(value)}"' for key, value in attributes.items() if value != ""
    )
    return Markup(f"<{name}{told}>{joined(content)}</{name}>")


def joined(parts: Iterable[object]) -> Markup:
    return Markup("".join(map(safe, parts)))


def table(head: Sequence[str], rows: Iterable[Sequence[object]], class_: str = "") -> Markup:
    top = tag("tr", *(tag("th", cell) for cell in head))
    body = [tag("tr", *(tag("td", cell) for cell in row)) for row in rows]
    inside = tag("table", tag("thead", top), tag("tbody", *body), class_=class_)
    return tag("div", inside, class_="scroll")


def _attribute(key: str) -> str:
    if key == "view_box":
        return "viewBox"
    return key.rstrip("_").replace("_", "-")
