"""Lists: which snapshot, which objects of it, and where the next page begins.

    query --> revision --> range of the store --> selection --> page with continue token

Source: k8s.io/apiserver pkg/storage/{etcd3/store.go,cacher/cacher.go,continue.go} (1.36).
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tuik8s.api.errors import ApiError, bad_request, expired
from tuik8s.api.kinds.base import Kind
from tuik8s.api.schema.json_words import syntax_error
from tuik8s.api.types import Object
from tuik8s.components.apiserver.changes import kept_words
from tuik8s.components.apiserver.effects import Effect, Pause
from tuik8s.components.apiserver.objects import storage_of
from tuik8s.components.apiserver.options import ListOptions
from tuik8s.components.apiserver.rendering import ListMeta
from tuik8s.components.apiserver.selection import Selection
from tuik8s.components.store.errors import Compacted, FutureRevision
from tuik8s.components.store.types import Entry, Page

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

_UNSIGNED: Final = re.compile(r"0*([0-9]{1,20})")
TOO_OLD: Final = "The resourceVersion for the provided list is too old."
_TOKEN_EXPIRED: Final = (
    "The provided continue parameter is too old to display a consistent list result. You can start "
    "a new list without the continue parameter, or use the continue token in this response to "
    "retrieve the remainder of the results. Continuing with the provided token results in an "
    "inconsistent list - objects that were created, modified, or deleted between the time the "
    "first chunk was returned and now may show up in the list."
)
_VERSION: Final = "meta.k8s.io/v1"
_WAIT_MS: Final = 3_000
_STEP_MS: Final = 100


class ExpiredToken(ApiError):
    """410 that carries a token to go on with at the current revision."""

    def __init__(self, token: str) -> None:
        super().__init__(410, "Expired", _TOKEN_EXPIRED)
        self._token = token

    def status(self) -> Object:
        return {**super().status(), "metadata": {"continue": self._token}}


class Found(msgspec.Struct, frozen=True):
    """One page of a list."""

    entries: list[Entry]
    meta: ListMeta


def parse_revision(text: str) -> int:
    """A resourceVersion; "" is 0. Raises ValueError in Go's words."""
    if not text:
        return 0
    match = _UNSIGNED.fullmatch(text)
    if match is None or int(match[1]) >= 2**64:
        raise ValueError(f'strconv.ParseUint: parsing "{text}": invalid syntax')
    return int(match[1])


def wait_for_revision(core: Core, revision: int) -> Generator[Effect, Any, None]:
    """Wait some seconds for a revision that is still to come. Raises ApiError (504)."""
    waited = 0
    while core.store.revision < revision:
        if waited >= _WAIT_MS:
            raise too_large(revision, core.store.revision)
        yield Pause(_STEP_MS)
        waited += _STEP_MS


def too_large(revision: int, current: int) -> ApiError:
    cause = {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
    message = f"Timeout: Too large resource version: {revision}, current: {current}"
    return ApiError(504, "Timeout", message, {"causes": [cause], "retryAfterSeconds": 1})


def plan(options: ListOptions) -> tuple[int, int, str]:
    """(wait for this revision, read at this one or 0 for now, start after this name)."""
    if options.continue_token:
        if options.resource_version not in ("", "0"):
            raise bad_request("specifying resource version is not allowed when using continue")
        try:
            revision, start = decode_token(options.continue_token)
        except ValueError as error:
            raise bad_request(f"invalid continue token: {error}") from None
        return 0, max(revision, 0), start
    try:
        wanted = parse_revision(options.resource_version)
    except ValueError as error:
        shown = f'resourceVersion: Invalid value: "{options.resource_version}": {error}'
        raise bad_request(f"invalid resource version: {shown}") from None
    exact = options.match == "Exact" or (options.limit and not options.match)
    return wanted, wanted if exact and wanted else 0, ""


def find(
    core: Core, kind: Kind, namespace: str, selection: Selection, options: ListOptions
) -> Found | Generator[Effect, Any, Found]:
    """One page; a generator when a revision of the future was asked for."""
    wanted, at, start = plan(options)
    if wanted > core.store.revision:
        return _find_later(core, kind, namespace, selection, options, wanted, at)
    return _find(core, kind, namespace, selection, options, at, start)


def _find_later(
    core: Core,
    kind: Kind,
    namespace: str,
    selection: Selection,
    options: ListOptions,
    wanted: int,
    at: int,
) -> Generator[Effect, Any, Found]:
    yield from wait_for_revision(core, wanted)
    return _find(core, kind, namespace, selection, options, at, "")


def _find(
    core: Core,
    kind: Kind,
    namespace: str,
    selection: Selection,
    options: ListOptions,
    at: int,
    start: str,
) -> Found:
    base = f"{storage_of(kind)}/"
    prefix = f"{base}{namespace}/" if namespace else base
    if start and not start.startswith("/"):
        start = "/" + start
    start_after = (prefix.removesuffix("/") if kind.namespaced else prefix) + start if start else ""
    limit = options.limit
    try:
        if selection.is_everything:
            page = core.store.range(prefix, start_after=start_after, limit=limit, revision=at)
        else:
            page = _selected(core, kind, prefix, start_after, limit, at, selection)
    except Compacted:
        raise _too_old(core, options, start) from None
    except FutureRevision:
        raise too_large(at, core.store.revision) from None
    revision = page.revision or core.store.revision
    token, remaining = "", None
    if page.more:
        last = page.entries[-1].key
        token = encode_token(revision, _start_of(last, namespace))
        remaining = page.remaining if selection.is_everything else None
    return Found(page.entries, ListMeta(revision, token, remaining))


def _selected(
    core: Core,
    kind: Kind,
    prefix: str,
    start_after: str,
    limit: int,
    at: int,
    selection: Selection,
) -> Page:
    """Selection comes before the limit: every object of the range is looked at until it is full."""
    namespace = prefix.split("/")[1]
    if selection.name and (namespace or not kind.namespaced):
        entry = core.store.get(prefix + ("" if namespace else "/") + selection.name, at)
        page = Page([entry] if entry is not None else [], False, 0, at or core.store.revision)
        entries = [e for e in page.entries if e.key > start_after]
    else:
        page = core.store.range(prefix, start_after=start_after, revision=at)
        entries = page.entries
    taken: list[Entry] = []
    takes = selection.takes
    for entry in entries:
        if takes(entry.key, entry.value):
            if limit and len(taken) >= limit:
                return Page(taken, True, 0, page.revision)
            taken.append(entry)
    return Page(taken, False, 0, page.revision)


def _too_old(core: Core, options: ListOptions, start: str) -> ApiError:
    if options.match == "Exact" and not options.continue_token:
        causes = [{"reason": "RevisionsKept", "message": f"kept are {kept_words(core)}"}]
        return ApiError(410, "Expired", TOO_OLD, {"causes": causes})
    if not options.continue_token:
        return expired(TOO_OLD)
    return ExpiredToken(encode_token(-1, start))


def _start_of(key: str, namespace: str) -> str:
    """Where the next page starts: the key below the list's own prefix, and a zero byte."""
    _, own, name = key.split("/", 2)
    return f"/{own}/{name}\0" if own and not namespace else f"/{name}\0"


def encode_token(revision: int, start: str) -> str:
    """A continue token: base64url of JSON, without padding."""
    value = {"v": _VERSION, "rv": revision, "start": start}
    text = json.dumps(value, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_token(token: str) -> tuple[int, str]:
    """Revision (-1: whatever is current) and start. Raises ValueError in upstream's words."""
    wrong = "continue key is not valid: "
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        raise ValueError(f"{wrong}illegal base64 data at input byte 0") from None
    text = raw.decode("utf-8", "replace")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError(wrong + syntax_error(raw)) from None
    version = value.get("v", "") if isinstance(value, dict) else ""
    if version != _VERSION:
        raise ValueError(f"{wrong}server does not recognize this encoded version {version}")
    revision, start = value.get("rv", 0), value.get("start", "")
    if not isinstance(revision, int) or revision == 0:
        raise ValueError(f"{wrong}incorrect encoded start resourceVersion (version {version})")
    if not isinstance(start, str) or not start:
        raise ValueError(f"{wrong}encoded start key empty (version {version})")
    if ".." in start.split("/"):
        raise ValueError(wrong + start)
    return revision, start
