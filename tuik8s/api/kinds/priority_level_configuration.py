"""PriorityLevelConfiguration.

Source: k8s.io/kubernetes pkg/apis/flowcontrol (1.36).
"""

from __future__ import annotations

import math
from typing import Any, Final

from tuik8s.api.errors import FieldError, forbidden, invalid, not_supported, required
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.printing import AGE, NAME, NONE, Cell, field, text
from tuik8s.api.kinds.strategy import drop_status, first, first_text, spec_of
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.meta import get_path
from tuik8s.api.types import Object

_TYPES: Final = ("Exempt", "Limited")
_RESPONSES: Final = ("Queue", "Reject")
_DEFAULT_SHARES: Final = 30
_QUEUING: Final = (("queues", 64), ("handSize", 8), ("queueLengthLimit", 50))
_MAX_QUEUES: Final = 10_000_000
_MAX_ENTROPY_BITS: Final = 60
_LIMITED_ONLY: Final = "must be nil if the type is not Limited"


def default(level: Object) -> None:
    spec = spec_of(level)
    if spec.get("type") == "Exempt":
        first(spec, "exempt", {})
        for name in ("nominalConcurrencyShares", "lendablePercent"):
            first(spec["exempt"], name, 0)
    limited = spec.get("limited")
    if limited is None:
        return
    first(limited, "nominalConcurrencyShares", _DEFAULT_SHARES)
    first(limited, "lendablePercent", 0)
    first(limited, "limitResponse", {})
    first_text(limited["limitResponse"], "type", "Reject")
    queuing = limited["limitResponse"].get("queuing")
    if queuing is not None:
        for name, value in _QUEUING:
            if not queuing.get(name):
                queuing[name] = value


def validate(level: Object) -> list[FieldError]:
    errors: Errors = []
    spec, name = level["spec"], level["metadata"].get("name", "")
    kind = spec.get("type", "")
    if (name == "exempt") != (kind == "Exempt"):
        detail = "must be 'Exempt' if and only if `name` is 'exempt'"
        errors.append(invalid("spec.type", kind, detail))
    limited, exempt = spec.get("limited"), spec.get("exempt")
    if kind == "Exempt":
        if limited is not None:
            errors.append(forbidden("spec.limited", _LIMITED_ONLY))
        if exempt is not None:
            _shares(errors, "spec.exempt", exempt)
    elif kind == "Limited":
        if exempt is not None:
            errors.append(forbidden("spec.exempt", "must be nil if the type is Limited"))
        if limited is None:
            detail = "must not be empty when type is Limited"
            errors.append(required("spec.limited", detail))
        else:
            _limited(errors, "spec.limited", limited)
    else:
        errors.append(not_supported("spec.type", kind, _TYPES))
    return errors


def _shares(errors: Errors, path: str, value: Object) -> None:
    shares, lendable = value.get("nominalConcurrencyShares"), value.get("lendablePercent")
    if shares is not None and shares < 0:
        detail = "must be a non-negative integer"
        errors.append(invalid(f"{path}.nominalConcurrencyShares", shares, detail))
    if lendable is not None and not 0 <= lendable <= 100:
        detail = "must be between 0 and 100, inclusive"
        errors.append(invalid(f"{path}.lendablePercent", lendable, detail))


def _limited(errors: Errors, path: str, limited: Object) -> None:
    shares = limited.get("nominalConcurrencyShares", 0)
    if shares < 0:
        detail = "must be a non-negative integer"
        errors.append(invalid(f"{path}.nominalConcurrencyShares", shares, detail))
    _response(errors, f"{path}.limitResponse", limited.get("limitResponse") or {})
    lendable, borrowing = limited.get("lendablePercent"), limited.get("borrowingLimitPercent")
    if lendable is not None and not 0 <= lendable <= 100:
        detail = "must be between 0 and 100, inclusive"
        errors.append(invalid(f"{path}.lendablePercent", lendable, detail))
    if borrowing is not None and borrowing < 0:
        detail = "if specified, must be a non-negative integer"
        errors.append(invalid(f"{path}.borrowingLimitPercent", borrowing, detail))


def _response(errors: Errors, path: str, response: Object) -> None:
    kind, queuing = response.get("type", ""), response.get("queuing")
    if kind == "Reject":
        if queuing is not None:
            detail = "must be nil if limited.limitResponse.type is not Limited"
            errors.append(forbidden(f"{path}.queuing", detail))
    elif kind == "Queue":
        if queuing is None:
            detail = "must not be empty if limited.limitResponse.type is Limited"
            errors.append(required(f"{path}.queuing", detail))
        else:
            _queuing(errors, f"{path}.queuing", queuing)
    else:
        errors.append(not_supported(f"{path}.type", kind, _RESPONSES))


def _queuing(errors: Errors, path: str, queuing: Object) -> None:
    limit, queues, hand = (
        queuing.get(name, 0) for name in ("queueLengthLimit", "queues", "handSize")
    )
    if limit <= 0:
        errors.append(invalid(f"{path}.queueLengthLimit", limit, "must be positive"))
    at = f"{path}.queues"
    if queues <= 0:
        errors.append(invalid(at, queues, "must be positive"))
    elif queues > _MAX_QUEUES:
        errors.append(invalid(at, queues, f"must not be greater than {_MAX_QUEUES}"))
    at = f"{path}.handSize"
    if hand <= 0:
        errors.append(invalid(at, hand, "must be positive"))
    elif hand > queues:
        errors.append(invalid(at, hand, f"should not be greater than queues ({queues})"))
    elif _entropy_bits(queues, hand) > _MAX_ENTROPY_BITS:
        detail = (
            f"required entropy bits of deckSize {queues} and handSize {hand} should not be "
            f"greater than {_MAX_ENTROPY_BITS}"
        )
        errors.append(invalid(at, hand, detail))


def _entropy_bits(deck: int, hand: int) -> int:
    """Random bits that dealing a hand from a deck needs."""
    return math.ceil(sum(math.log2(deck - i) for i in range(hand)))


def _limit(path: str) -> Cell:
    def cell(level: Object, now_ms: int) -> Any:
        value = get_path(level, f"spec.limited.{path}")
        return NONE if value is None else value

    return cell


RULES = Rules(
    default=default,
    prepare_for_create=drop_status,
    validate=validate,
    columns=(
        NAME,
        text("Type", field("spec.type"), "@spec.type"),
        text(
            "NominalConcurrencyShares",
            _limit("nominalConcurrencyShares"),
            "@spec.limited.nominalConcurrencyShares",
        ),
        text(
            "Queues",
            _limit("limitResponse.queuing.queues"),
            "@spec.limited.limitResponse.queuing.queues",
        ),
        text(
            "HandSize",
            _limit("limitResponse.queuing.handSize"),
            "@spec.limited.limitResponse.queuing.handSize",
        ),
        text(
            "QueueLengthLimit",
            _limit("limitResponse.queuing.queueLengthLimit"),
            "@spec.limited.limitResponse.queuing.queueLengthLimit",
        ),
        AGE,
    ),
)
