"""Who writes logs, for the command line: containers of pods and processes of the cluster.

A writer is asked for its lines with their times, so that those of several can be merged.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlencode

from tuik8s.api.types import Object
from tuik8s.cli.api import ApiClient, ApiRefusal
from tuik8s.cli.arguments import api_in, directory_in
from tuik8s.cli.discovery import Kinds
from tuik8s.cli.pod_containers import chosen
from tuik8s.cli.pods_of import pods_of
from tuik8s.components.supervisor.directory import Refusal
from tuik8s.ui.log_sources import ALL, OF_NODES, PATH, of_node
from tuik8s.ui.logs import LogLine
from tuik8s.world.log_files import file_name, parties, party_of
from tuik8s.world.log_pages import log_page


class Writer(NamedTuple):
    """name: as a prefix shows it; path: where its log is asked for, query: what always is."""

    name: str
    path: str
    query: tuple[tuple[str, str], ...] = ()

    def url(self, query: dict[str, str]) -> str:
        """Where its lines are asked for; what is empty in query is left out."""
        asked = {name: value for name, value in {**dict(self.query), **query}.items() if value}
        return f"{self.path}?{urlencode(asked, quote_via=quote)}"

    @property
    def is_component(self) -> bool:
        return self.path.startswith(PATH)


class Logs:
    """The API where it answers; else the files of the processes, which are there without it."""

    def __init__(self, args: argparse.Namespace) -> None:
        self._args = args
        self._api: ApiClient | None = None
        self._refusal: Refusal | None = None
        try:
            self._api = api_in(args)
            self.parties = self._listed(self._api)
        except ApiRefusal:
            raise
        except Refusal as refusal:
            self._api, self._refusal = None, refusal
            self.parties = self._in_files()

    def close(self) -> None:
        if self._api is not None:
            self._api.close()

    @property
    def api(self) -> ApiClient:
        """Raises the Refusal that says why there is none."""
        if self._api is None:
            assert self._refusal is not None, "without an API it is known why"
            raise self._refusal
        return self._api

    def lines(self, writer: Writer, query: dict[str, str]) -> list[LogLine]:
        """Lines with their times. Errors: ApiRefusal, Refusal."""
        url = writer.url({**query, "timestamps": "true"})
        if writer.is_component and self._api is None:
            text = self._from_file(url)
        else:
            text = self.api.text(url)
        found = []
        for each in text.removesuffix("\n").split("\n") if text else ():
            at, _, rest = each.partition(" ")
            found.append(LogLine(at, writer.name, rest))
        return found

    @staticmethod
    def _listed(api: ApiClient) -> list[str]:
        files = re.findall(r'href="([^"]*)"', api.text(PATH))
        return [party for party in (party_of(unquote(file)) for file in files) if party]

    def _view(self) -> Any:
        from tuik8s.world.live_view import DirectoryView

        try:
            return DirectoryView(directory_in(self._args).logs)
        except OSError:
            assert self._refusal is not None, "files are looked at where there is no API"
            raise self._refusal from None

    def _in_files(self) -> list[str]:
        view = self._view()
        try:
            return parties(view)
        finally:
            view.close()

    def _from_file(self, url: str) -> str:
        path, _, query = url.partition("?")
        view = self._view()
        try:
            of = {file_name(party): party for party in parties(view)}
            now_ms = max((_stamped(view, name) for name in of), default=0)
            page = log_page(view, of, path.removeprefix(PATH), dict(parse_qsl(query)), now_ms)
        finally:
            view.close()
        if page.code != 200:
            raise Refusal(page.body.strip())
        return page.body


def _stamped(view: Any, file: str) -> int:
    """When the newest line of a stopped cluster's log was written: its time ends there."""
    from tuik8s.api.times import parse_time
    from tuik8s.world.log_files import tail

    last = tail(view, party_of(file), limit=1)
    return parse_time(last[0].at) if last and last[0].at else 0


def writers_of(logs: Logs, words: Sequence[str], args: argparse.Namespace) -> list[Writer]:
    """What words and flags name, each once. Raises Refusal."""
    found: dict[str, Writer] = {}
    for word in words:
        for writer in _named(logs, word, args):
            found.setdefault(writer.name, writer)
    if args.selector:
        kinds = Kinds(logs.api)
        path = kinds.find("pods").path(args.namespace, query={"labelSelector": args.selector})
        pods = logs.api.get(path)["items"]
        if not pods:
            raise Refusal(f"no pods have the labels {args.selector} in {args.namespace}")
        for writer in _of_pods(kinds, pods, args):
            found.setdefault(writer.name, writer)
    return list(found.values())


def _named(logs: Logs, word: str, args: argparse.Namespace) -> list[Writer]:
    kind, slash, name = word.partition("/")
    if word == ALL:
        return [_component(party) for party in logs.parties]
    if word in logs.parties:
        return [_component(word)]
    if slash and (kind in OF_NODES or kind in ("node", "nodes", "no")):
        of = [s.container for s in of_node(name, logs.parties)]
        found = [p for p in of if kind not in OF_NODES or p.startswith(f"{kind}/")]
        if not found:
            raise Refusal(f"no log of {word!r}; there are: {', '.join(logs.parties) or 'none'}")
        return [_component(party) for party in found]
    try:
        kinds = Kinds(logs.api)
        return _of_pods(kinds, pods_of(logs.api, kinds, word, args.namespace), args)
    except ApiRefusal as refusal:
        if slash or refusal.code != 404:
            raise
        known = ", ".join(logs.parties)
        raise ApiRefusal(404, f"{refusal}; nor is it a process: {known}") from refusal


def _component(party: str) -> Writer:
    return Writer(party, f"{PATH}{file_name(party)}")


def _of_pods(kinds: Kinds, pods: Iterable[Object], args: argparse.Namespace) -> list[Writer]:
    found = []
    for pod in pods:
        meta = pod["metadata"]
        path = kinds.find("pods").path(meta["namespace"], meta["name"], "log")
        previous = ("previous", "true" if args.previous else "")
        for container in _containers(pod, args):
            name = f"pod/{meta['name']}/{container}"
            found.append(Writer(name, path, (("container", container), previous)))
    return found


def _containers(pod: Object, args: argparse.Namespace) -> list[str]:
    """Those that are asked for. Raises Refusal."""
    if not args.all_containers:
        return [chosen(pod, args.container)["name"]]
    fields = ("initContainers", "containers", "ephemeralContainers")
    return [str(each["name"]) for field in fields for each in pod["spec"].get(field) or ()]
