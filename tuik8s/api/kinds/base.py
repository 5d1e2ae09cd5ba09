"""A kind is data plus small pure functions; handlers know no kind.

To add a kind: one file here that exports `RULES` (a `Rules` with only the functions that the kind
needs), one line in `registry.py`, one test. Where the kind lives in discovery (verbs, short
names, categories, subresources) comes from package data; a CustomResourceDefinition becomes a
`Kind` at run time.

Functions get plain JSON objects, already decoded, pruned and defaulted by schema; `default` and the
`prepare_*` functions change the object in place, the others change nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tuik8s.api.errors import FieldError
from tuik8s.api.names import NameRule
from tuik8s.api.schema.node import Node
from tuik8s.api.types import Object, resource_id


@dataclass(frozen=True, slots=True)
class Column:
    """One column that kubectl prints.

    value: (object, now_ms) -> cell; priority 0 is always shown, 1 with -o wide.
    """

    name: str
    type: str  # string, integer, number, boolean, date
    value: Callable[[Object, int], Any]
    priority: int = 0
    format: str = ""
    description: str = ""
    """Text, or `@path`: the description of that field in the kind's schema."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What one kind adds to the general machinery. Absent functions do nothing.

    default: fills in what schema defaults cannot say (after them, on create, update and on reads
    of old data). prepare_for_create(new, now_ms), prepare_for_update(new, old, now_ms): what the
    registry strategy upstream does before validation; the machinery has already kept status on an
    update, and counts generations. prepare_for_status(new, old): the same for /status, where the
    machinery has already kept everything but status and metadata. validate(new),
    validate_update(new, old), or validate again where that is absent, validate_status(new, old):
    in upstream's order of errors. warnings(new, old or None): texts of Warning headers.
    """

    default: Callable[[Object], None] | None = None
    prepare_for_create: Callable[[Object, int], None] | None = None
    prepare_for_update: Callable[[Object, Object, int], None] | None = None
    prepare_for_status: Callable[[Object, Object], None] | None = None
    validate: Callable[[Object], list[FieldError]] | None = None
    validate_update: Callable[[Object, Object], list[FieldError]] | None = None
    validate_status: Callable[[Object, Object], list[FieldError]] | None = None
    warnings: Callable[[Object, Object | None], list[str]] | None = None
    columns: tuple[Column, ...] = ()
    selectable: Mapping[str, str] = field(default_factory=dict)
    """field label -> dotted path in the object (usually the same)."""
    validate_name: NameRule | None = None
    """(name, is_prefix) -> everything that is wrong; None: DNS subdomain."""
    generation_ignores: tuple[str, ...] | None = ()
    """Top-level fields, besides metadata and status, that do not count; None: no generation."""
    generation_counts_annotations: bool = False
    """A change of annotations counts too (Deployments)."""
    create_on_update: bool = False
    unconditional_update: bool = True
    delete_returns_object: bool = False
    default_propagation: str = "Background"
    graceful: bool = False
    """Deletion first sets deletionTimestamp and waits for a grace period (pods)."""
    deprecation: str = ""
    """Warning that every request for the kind carries."""


@dataclass(frozen=True, slots=True)
class Subresource:
    """`status`, `scale`, ... with the kind its bodies have where that differs."""

    name: str
    group: str
    version: str
    kind: str
    verbs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """One served version of a kind of object."""

    group: str
    version: str
    kind: str
    plural: str
    singular: str
    namespaced: bool
    verbs: tuple[str, ...]
    schema: Node
    rules: Rules = Rules()
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    subresources: tuple[Subresource, ...] = ()
    list_kind: str = ""
    storage: str = ""
    """Resource id of the stored objects, when another kind's (events.k8s.io shares core events)."""
    custom: bool = False

    @property
    def resource(self) -> str:
        return resource_id(self.group, self.plural)

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def names(self) -> tuple[str, ...]:
        """All that people call it, in lower case: `deployments`, `deployment.apps`, `deploy`."""
        word = resource_id(self.group, self.singular)
        own = (self.plural, self.singular, self.kind.lower(), self.resource, word)
        return (*own, *self.short_names)

    def subresource(self, name: str) -> Subresource | None:
        return next((s for s in self.subresources if s.name == name), None)
