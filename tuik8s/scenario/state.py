"""The objects of the current revision, for assertions and checkers: read straight from the store.

Objects are decoded once per revision of theirs, without their managedFields, which are most of an
object and cost an expression most of its time. Short names (`deployment`, `deploy`,
`deployments`) and kinds mean what kubectl means by them.
"""

from __future__ import annotations

from collections.abc import Iterator

from tuik8s.api.kinds.base import Kind
from tuik8s.api.selectors import parse_label_selector
from tuik8s.api.types import Object
from tuik8s.bus.client import object_of
from tuik8s.components.apiserver import ApiServer
from tuik8s.components.store.types import Change, Entry
from tuik8s.scenario.log_copy import LogFiles, files_of
from tuik8s.scenario.place import nearest
from tuik8s.world.disks import SimulatedDisk

EVERYTHING = ""
"""The prefix of every key: on this depends what depends on the time."""
HEARTBEATS = ("leases.coordination.k8s.io/", "nodes/")
"""Keys that change all the time in a cluster at rest."""


class NoSuchKind(Exception):
    """No kind goes by that name; the message names a near one."""


class State:
    """What the cluster is at this moment.

    asked: the keys that were read since it was emptied, or the prefix of a list that was read
    whole or in vain: what an answer is about. depends: the keys and prefixes whose changes may
    change an answer.
    """

    def __init__(self, apiserver: ApiServer, disk: SimulatedDisk | None = None) -> None:
        """disk: that of its log, for those who ask for its files."""
        self._apiserver = apiserver
        self._disk = disk
        self._decoded: dict[str, tuple[int, Object]] = {}
        self._words: dict[str, tuple[str, bool]] = {}
        self._kinds: tuple[Kind, ...] = ()
        self.asked: dict[str, None] = {}
        self.depends: dict[str, None] = {}

    def is_of(self, apiserver: ApiServer) -> bool:
        return self._apiserver is apiserver

    @property
    def revision(self) -> int:
        """Of the newest change that is durable, and so was seen by others."""
        return self._apiserver.store.durable_revision

    @property
    def is_settled(self) -> bool:
        """Whether all that was written is durable: what is read now is what everybody sees."""
        return self._apiserver.store.revision == self.revision

    def resource(self, word: str) -> tuple[str, bool]:
        """(resource id, whether it is namespaced) of a kind by any of its names."""
        kinds = self._apiserver.kinds.all()
        if kinds != self._kinds:
            self._kinds, self._words = kinds, {}
            for kind in kinds:
                for name in kind.names:
                    self._words.setdefault(name, (kind.storage or kind.resource, kind.namespaced))
        found = self._words.get(word.lower())
        if found is None:
            hint = nearest(word.lower(), self._words).strip()
            raise NoSuchKind(f"no kind is called {word!r}" + (f"; {hint}" if hint else ""))
        return found

    def get(self, word: str, name: str, namespace: str = "default") -> Object | None:
        resource, namespaced = self.resource(word)
        key = f"{resource}/{namespace if namespaced else ''}/{name}"
        self.asked[key] = self.depends[key] = None
        entry = self._apiserver.store.get(key)
        return None if entry is None else self._object(key, entry.revision, entry.value)

    def list_(self, word: str, selector: str = "", namespace: str = "") -> list[Object]:
        """Objects in the order of their keys; namespace "" means all of them."""
        resource, namespaced = self.resource(word)
        prefix = f"{resource}/{namespace}/" if namespace and namespaced else f"{resource}/"
        self.depends[prefix] = None
        wanted = parse_label_selector(selector)
        page = self._apiserver.store.range(prefix)
        found = [(e.key, self._object(e.key, e.revision, e.value)) for e in page.entries]
        if selector:
            found = [(k, o) for k, o in found if wanted.matches(o["metadata"].get("labels") or {})]
        for key in [k for k, _ in found] if selector and found else [prefix]:
            self.asked[key] = None
        return [obj for _, obj in found]

    def forget_asked(self) -> None:
        """The next answer begins."""
        self.asked, self.depends = {}, {}

    # --- the log ------------------------------------------------------------------------------

    def changes(self, after_revision: int) -> Iterator[Change]:
        """Every change after a revision that is durable, in order."""
        return self._apiserver.store.changes(after_revision)

    def entries(self) -> list[Entry]:
        """Everything there is, as the store holds it."""
        return self._apiserver.store.range("").entries

    def digest(self) -> str:
        """Of the whole log: equal logs, equal digests."""
        return self._apiserver.store.digest()

    def log_files(self) -> LogFiles:
        assert self._disk is not None, "asked for the files of a log that nobody named"
        return files_of(self._disk)

    def decoded(self, change: Change) -> Object:
        """The object that a change wrote; the last state when it is a deletion."""
        if change.type == "DELETED":
            return object_of(change.value)
        return self._object(change.key, change.revision, change.value)

    def _object(self, key: str, revision: int, value: bytes) -> Object:
        known = self._decoded.get(key)
        if known is not None and known[0] == revision:
            return known[1]
        found = object_of(value)
        (found.get("metadata") or {}).pop("managedFields", None)
        if known is None or known[0] < revision:
            self._decoded[key] = (revision, found)
        return found
