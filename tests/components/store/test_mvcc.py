"""The index against the naive version: one dictionary per revision."""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from tuik8s.components.store.mvcc import Index
from tuik8s.components.store.types import Entry

KEYS = [f"{resource}/{name}" for resource in ("pods", "pods.x", "nodes") for name in "abcd"]


class IndexMachine(RuleBasedStateMachine):
    """Puts, deletes, take-backs and prunes; every kept revision is read after each."""

    taken = Bundle("taken")

    @initialize()
    def begin(self) -> None:
        self.index = Index()
        self.states: list[dict[str, int]] = [{}, {}]
        self.undo: list[tuple[str, Entry | None]] = []
        self.oldest = 1

    @property
    def now(self) -> int:
        return len(self.states) - 1

    @rule(key=st.sampled_from(KEYS))
    def put(self, key: str) -> None:
        old = self.index.entries.get(key)
        revision = self.now + 1
        self.index.put(Entry(key, b"", revision, revision, 1), old)
        self.states.append({**self.states[-1], key: revision})
        self.undo.append((key, old))

    @rule(key=st.sampled_from(KEYS))
    def delete(self, key: str) -> None:
        old = self.index.entries.get(key)
        if old is None:
            return
        self.index.delete(old, self.now + 1)
        state = dict(self.states[-1])
        del state[key]
        self.states.append(state)
        self.undo.append((key, old))

    @rule()
    def take_back(self) -> None:
        if self.undo and self.now > self.oldest:
            self.index.undo(*self.undo.pop())
            self.states.pop()

    @rule(part=st.integers(0, 100))
    def prune(self, part: int) -> None:
        self.oldest += (self.now - self.oldest) * part // 100
        self.index.prune(self.oldest)
        self.undo.clear()

    @invariant()
    def every_kept_revision_reads_the_same(self) -> None:
        for revision in range(self.oldest, self.now + 1):
            state = self.states[revision]
            for prefix in ("", "pods", "pods/", "pods.x/b", "nodes/"):
                wanted = sorted(key for key in state if key.startswith(prefix))
                assert [k for k, _ in self.index.held_at(prefix, "", revision)] == wanted
            for key in KEYS:
                found = self.index.at(key, revision)
                number = found.revision if isinstance(found, Entry) else found
                assert number == state.get(key, 0)

    @invariant()
    def now_reads_the_same(self) -> None:
        for prefix, after in (("", ""), ("pods/", "pods/b"), ("pods", ""), ("nodes/z", "")):
            spans = self.index.span(prefix, after)
            found = [key for keys, low, high in spans for key in keys.ordered()[low:high]]
            wanted = sorted(k for k in self.states[-1] if k.startswith(prefix) and k > after)
            assert found == wanted
        assert self.index.count("pods") == sum(k.startswith("pods") for k in self.states[-1])


IndexMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestIndex = IndexMachine.TestCase


def test_history_shape() -> None:
    """A re-created key remembers its deletion; a pruned one does not remember anything."""
    index = Index()
    first, second = Entry("pods/a", b"", 2, 2, 1), Entry("pods/a", b"", 5, 5, 1)
    index.put(first, None)
    index.delete(first, 4)
    index.put(second, None)
    assert [index.at("pods/a", revision) for revision in (1, 2, 3, 4, 5)] == [0, 2, 2, 0, second]
    assert index.versions() == 2
    assert index.prune(5) == 2
    assert index.versions() == 0
