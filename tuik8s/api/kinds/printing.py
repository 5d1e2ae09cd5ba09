"""What kubectl prints: columns and cells that many kinds share.

A column's description may be `@path` (`@spec.replicas`): the description of that field in the
kind's schema, which is what upstream shows; whoever writes the Table looks it up.

Source: k8s.io/kubernetes pkg/printers/internalversion/printers.go (1.36).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from tuik8s.api import selectors
from tuik8s.api.kinds.base import Column
from tuik8s.api.meta import get_path
from tuik8s.api.times import human_duration, parse_time
from tuik8s.api.types import Object

NONE: Final = "<none>"
UNKNOWN: Final = "<unknown>"
UNSET: Final = "<unset>"

Cell = Callable[[Object, int], Any]


def age_of(time: str | None, now_ms: int) -> str:
    """How long ago a time was, as kubectl says it."""
    return human_duration(now_ms - parse_time(time)) if time else UNKNOWN


def micro_age_of(time: str | None, now_ms: int) -> str:
    """The same for a time that may carry microseconds."""
    if not time:
        return UNKNOWN
    seconds, dot, _ = time.partition(".")
    return age_of(f"{seconds}Z" if dot else time, now_ms)


def _name(obj: Object, now_ms: int) -> Any:
    return (obj.get("metadata") or {}).get("name", "")


def _created(obj: Object, now_ms: int) -> Any:
    return (obj.get("metadata") or {}).get("creationTimestamp")


def _age(obj: Object, now_ms: int) -> Any:
    return age_of(_created(obj, now_ms), now_ms)


NAME: Final = Column("Name", "string", _name, format="name", description="@metadata.name")
AGE: Final = Column("Age", "string", _age, description="@metadata.creationTimestamp")
CREATED_AT: Final = Column(
    "Created At", "date", _created, description="@metadata.creationTimestamp"
)
DEFAULT_COLUMNS: Final = (NAME, CREATED_AT)
"""What a kind without columns of its own shows."""


def text(name: str, value: Cell, description: str = "", priority: int = 0) -> Column:
    """A column of strings."""
    return Column(name, "string", value, priority=priority, description=description)


def number(name: str, value: Cell, description: str = "", priority: int = 0) -> Column:
    """A column of integers."""
    return Column(name, "integer", value, priority=priority, description=description)


def field(path: str, default: Any = "") -> Cell:
    """A cell that shows the field at a dotted path."""

    def cell(obj: Object, now_ms: int) -> Any:
        value = get_path(obj, path)
        return default if value is None or value == "" else value

    return cell


def count_of(path: str) -> Cell:
    """A cell that shows how many entries a list or map has."""
    return lambda obj, now_ms: len(get_path(obj, path) or ())


def containers(path: str = "spec.template.spec") -> tuple[Column, Column]:
    """The columns Containers and Images of a workload."""

    def joined(key: str) -> Cell:
        def cell(obj: Object, now_ms: int) -> Any:
            listed = (get_path(obj, path) or {}).get("containers") or ()
            return ",".join(container.get(key, "") for container in listed)

        return cell

    return (
        text("Containers", joined("name"), "Names of each container in the template.", 1),
        text("Images", joined("image"), "Images referenced by each container in the template.", 1),
    )


def selector_text(selector: Object | None) -> str:
    """A metav1.LabelSelector as kubectl prints it."""
    try:
        shown = str(selectors.selector_of(selector))
    except ValueError:
        return "<error>"
    return shown or NONE


def labels_text(labels: dict[str, str] | None) -> str:
    """Labels as `k=v,k2=v2`, sorted."""
    pairs = sorted((labels or {}).items())
    return ",".join(f"{key}={value}" for key, value in pairs) if pairs else NONE


def template_columns(selector: Cell | None = None) -> tuple[Column, ...]:
    """Containers, Images and Selector, all wide."""

    def default(obj: Object, now_ms: int) -> Any:
        return selector_text(get_path(obj, "spec.selector"))

    return (*containers(), text("Selector", selector or default, "@spec.selector", 1))


def shortened(values: Iterable[str], limit: int = 3, empty: str = NONE) -> str:
    """The first few of a list, and how many more there are."""
    listed = list(values)
    if not listed:
        return empty
    more = len(listed) - limit
    shown = ",".join(listed[:limit])
    return f"{shown} + {more} more..." if more > 0 else shown


_MODES: Final = (
    ("ReadWriteOnce", "RWO"),
    ("ReadOnlyMany", "ROX"),
    ("ReadWriteMany", "RWX"),
    ("ReadWriteOncePod", "RWOP"),
)


def access_modes(modes: list[str] | None) -> str:
    """Access modes of a volume in their short form."""
    return ",".join(short for mode, short in _MODES if mode in (modes or ()))


def load_balancer(status: Object | None) -> str:
    """Addresses of a load balancer, sorted; the caller shortens them."""
    ingress = ((status or {}).get("loadBalancer") or {}).get("ingress") or ()
    found = {entry.get("ip") or entry.get("hostname") or "" for entry in ingress}
    return ",".join(sorted(address for address in found if address))
