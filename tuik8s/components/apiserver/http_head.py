"""What an HTTP request says before its body: headers, query, credentials; and Warning headers.

Source: Go's net/url (query parsing), k8s.io/apiserver pkg/warning (1.36).
"""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote_plus

from tuik8s.components.apiserver.authentication.base import Credentials, Impersonation
from tuik8s.components.apiserver.options import Query, first

_EXTRA_SPACE: Final = (
    "the provided Authorization header contains extra space before the bearer token, and is ignored"
)


class Head:
    """The headers that matter here."""

    __slots__ = (
        "accept",
        "authorization",
        "content_length",
        "content_type",
        "gzip",
        "has_body",
        "impersonation",
        "user_agent",
    )

    def __init__(self, headers: list[tuple[bytes, bytes]]) -> None:
        self.accept = self.content_type = self.user_agent = ""
        self.authorization = b""
        self.content_length = 0
        self.gzip = self.has_body = False
        self.impersonation: list[tuple[str, str]] = []
        for name, value in headers:
            if name == b"authorization":
                self.authorization = value
            elif name == b"accept":
                text = value.decode("latin-1")
                self.accept = f"{self.accept},{text}" if self.accept else text
            elif name == b"content-type":
                self.content_type = value.decode("latin-1")
            elif name == b"user-agent":
                self.user_agent = value.decode("latin-1")
            elif name == b"content-length":
                self.content_length = int(value) if value.isdigit() else 0
                self.has_body = self.content_length > 0
            elif name == b"transfer-encoding":
                self.has_body = True
            elif name == b"accept-encoding":
                self.gzip = b"gzip" in value
            elif name[:12] == b"impersonate-":
                self.impersonation.append((name[12:].decode(), value.decode("latin-1")))


def parse_query(text: str) -> Query:
    """Query parameters as Go parses them: pairs with a bad escape are left out."""
    out: Query = {}
    for pair in text.split("&"):
        if not pair or ";" in pair:
            continue
        name, _, value = pair.partition("=")
        if _escapes_well(name) and _escapes_well(value):
            out.setdefault(unquote_plus(name), []).append(unquote_plus(value))
    return out


def _escapes_well(text: str) -> bool:
    pieces = text.split("%")[1:]
    digits = "0123456789abcdefABCDEF"
    return all(len(p) >= 2 and p[0] in digits and p[1] in digits for p in pieces)


def bearer(authorization: bytes) -> Credentials:
    """The token of an Authorization header, as upstream cuts it."""
    parts = authorization.strip().split(b" ", 2)
    if len(parts) < 2 or parts[0].lower() != b"bearer":
        return Credentials()
    if parts[1]:
        return Credentials(token=parts[1].decode("latin-1"))
    return Credentials(warning=_EXTRA_SPACE)


def impersonation_of(pairs: list[tuple[str, str]]) -> Impersonation | None:
    if not pairs:
        return None
    query: Query = {}
    for name, value in pairs:
        query.setdefault(name, []).append(value)
    extra = tuple(
        (unquote_plus(name[6:]), value) for name, value in pairs if name.startswith("extra-")
    )
    return Impersonation(
        user=first(query, "user"),
        uid=first(query, "uid"),
        groups=tuple(query.get("group", ())),
        extra=extra,
    )


def warning_header(text: str) -> str:
    """A Warning header: code 299, no agent, the text quoted."""
    clean = "".join(" " if c in "\r\n\t" else c for c in text)
    quoted = clean.replace("\\", "\\\\").replace('"', '\\"')
    return f'299 - "{quoted}"'
