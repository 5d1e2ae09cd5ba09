"""All objects of a cluster at a moment, as `api.comparison` wants them; the moment may move on.

    goal --moment--> StateReader.follow --lists, or the changes between--> StateReader.state

What is near is reached by the changes between, what is far by lists; a state is there only when all
of it has been read. Kinds that custom resources bring are those of that moment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tuik8s.api.comparison import NOISE, State
from tuik8s.api.discovery import UNSTORED
from tuik8s.api.kinds.registry import KindRegistry, builtin
from tuik8s.bus.client import Client
from tuik8s.bus.clone import Place
from tuik8s.bus.entries import Entry
from tuik8s.ui.custom import kinds_of
from tuik8s.ui.feed import CRDS
from tuik8s.ui.logbook import PAGE, Logbook, Page
from tuik8s.ui.past import Moment, Past


class StateReader:
    """Of one cluster. name: how it is called; only: these resources alone, () for all."""

    def __init__(self, client: Client, name: str, only: Sequence[str] = ()) -> None:
        self.kinds: KindRegistry = builtin()
        self.state: State | None = None
        """The newest that was read whole."""
        self.refused = ""
        """Why it could not be read, "" if it could."""
        self.with_noise = False
        """Whether Events and Leases are part of it."""
        self._definitions: list[int] = []
        self._name = name
        self._only = only
        self._client = client
        self._log = Logbook(client)
        self._past: Past | None = None
        self._before: Past | None = None
        self._is_walking = False

    @property
    def is_reading(self) -> bool:
        return self._is_walking or (self._past is not None and self._past.is_loading)

    def entries(self, resource: str) -> Mapping[Place, Entry]:
        """All versions of a resource in the state, by namespace and name."""
        if self._past is None or self.state is None:
            return {}
        return self._past.entries(resource)

    def follow(self, moment: Moment) -> None:
        """Have the state of this moment read, unless something is being read just now."""
        past = self._past
        if self.is_reading:
            return
        if past is None or self.refused:
            self._list(moment)
        elif self._need_all(past):
            distance = moment.revision - past.moment.revision
            if not distance:
                self._done(past)
            elif abs(distance) <= PAGE:
                self._walk(past, moment)
            else:
                self._list(moment)

    def _list(self, moment: Moment) -> None:
        self._before = self._past
        self._past = past = Past(
            self._client,
            moment,
            lambda resource: self._on_list(past),
            lambda key, entry: None,
            self._known,
        )
        self._need_all(past)

    def _known(self, resource: str) -> list[Mapping[Place, Entry]]:
        """What was read before need not be read again."""
        return [] if self._before is None else [self._before.listed(resource)]

    def _on_list(self, past: Past) -> None:
        if past is not self._past or past.is_loading:
            return
        if past.refused:
            self.refused = past.refused
        elif self._need_all(past):
            self._done(past)

    def _need_all(self, past: Past) -> bool:
        """Whether all is there; what is missing is asked for."""
        if not past.need(CRDS):
            return False
        definitions = [entry.revision for entry in past.entries(CRDS).values()]
        if definitions != self._definitions:
            self._definitions, self.kinds = definitions, builtin()
            for definition in past.items(CRDS):
                for kind in kinds_of(definition):
                    self.kinds.add(kind)
        missing = [each for each in self._resources() if not past.need(each)]
        return not missing

    def _resources(self) -> list[str]:
        if self._only:
            return [each for each in self._only if self.kinds.by_resource(each) is not None]
        found = [
            kind.resource
            for kind in self.kinds.all()
            if "list" in kind.verbs and not kind.storage and kind.resource not in UNSTORED
        ]
        return [each for each in dict.fromkeys(found) if self.with_noise or each not in NOISE]

    def read_noise(self, wanted: bool) -> None:
        """Have Events and Leases read, too, or left out again."""
        self.with_noise, self.state, self._past = wanted, None, None

    def _walk(self, past: Past, until: Moment) -> None:
        """Go on or back by the changes between."""
        distance = until.revision - past.moment.revision

        def walked(page: Page) -> None:
            self._is_walking = False
            if past is not self._past:
                return  # all of it is to be read anew
            if page.refused or len(page.changes) < abs(distance):
                self._list(until)
                return
            for change in page.changes:
                if distance > 0:
                    past.apply(change)
                else:
                    past.revert(change, until)
            past.moment = until
            if self._need_all(past):
                self._done(past)

        self._is_walking = True
        if distance > 0:
            self._log.page(walked, after=past.moment.revision, limit=distance)
        else:
            self._log.page(walked, before=past.moment.revision + 1, limit=-distance)

    def _done(self, past: Past) -> None:
        moment, self._before, self.refused = past.moment, None, ""
        if self.state is not None and self.state.revision == moment.revision:
            return
        values = {
            f"{resource}/{namespace}/{name}": entry.data
            for resource in self._resources()
            for (namespace, name), entry in past.entries(resource).items()
        }
        self.state = State(self._name, moment.revision, moment.at_ms, values)
