"""Labels of all nodes as columns, and the node selectors evaluated over them.

A label column numbers the distinct values of one key: a requirement is decided once per value and
then looked up for every node. Columns are made when a selector first asks for their key, and the
masks of whole selectors are kept too, since the pods of one Deployment all ask the same.

Source: k8s.io/component-helpers scheduling/corev1/nodeaffinity (1.36).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tuik8s.api.numbers import parse_int
from tuik8s.api.types import Object
from tuik8s.components.scheduler.terms import canonical

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_MASKS_MAX: Final = 512


class LabelColumn:
    """One key: `codes` has a number per node, -1 where the label is absent."""

    __slots__ = ("codes", "values")

    def __init__(self, key: str, rows: Sequence[Mapping[str, str]]) -> None:
        self.values: dict[str, int] = {}
        codes = np.full(len(rows), -1, np.int64)
        for row, labels in enumerate(rows):
            value = labels.get(key)
            if value is not None:
                codes[row] = self.values.setdefault(value, len(self.values))
        self.codes = codes

    @property
    def size(self) -> int:
        return len(self.values)

    def present(self) -> Mask:
        mask: Mask = self.codes >= 0
        return mask


class LabelColumns:
    """The labels of all nodes, by row."""

    def __init__(self) -> None:
        self._rows: list[Mapping[str, str]] = []
        self._columns: dict[str, LabelColumn] = {}
        self._masks: dict[str, Mask] = {}
        self.version = 0

    def reset(self, rows: list[Mapping[str, str]]) -> None:
        """Take the labels of all rows anew."""
        self._rows = rows
        self._forget()

    def change(self, row: int, labels: Mapping[str, str]) -> None:
        self._rows[row] = labels
        self._forget()

    def _forget(self) -> None:
        self.version += 1
        self._columns.clear()
        self._masks.clear()

    def column(self, key: str) -> LabelColumn:
        found = self._columns.get(key)
        if found is None:
            found = self._columns[key] = LabelColumn(key, self._rows)
        return found

    def selected(self, selector: Mapping[str, str]) -> Mask:
        """Nodes that have all of these labels."""
        mask = np.ones(len(self._rows), np.bool_)
        for key, value in selector.items():
            column = self.column(key)
            mask &= column.codes == column.values.get(value, -2)
        return mask

    def matching(self, terms: Sequence[Object], names: Sequence[str]) -> Mask:
        """Nodes that satisfy any of the node selector terms; empty terms match nothing."""
        key = canonical(terms)
        found = self._masks.get(key)
        if found is None:
            found = np.zeros(len(self._rows), np.bool_)
            for term in terms:
                found |= self._term(term, names)
            if len(self._masks) >= _MASKS_MAX:
                self._masks.clear()
            self._masks[key] = found
        return found

    def _term(self, term: Object, names: Sequence[str]) -> Mask:
        expressions = term.get("matchExpressions") or ()
        fields = term.get("matchFields") or ()
        mask = np.full(len(self._rows), bool(expressions or fields), np.bool_)
        for requirement in expressions:
            mask &= self._requirement(requirement)
        for requirement in fields:
            mask &= _field(requirement, names)
        return mask

    def _requirement(self, requirement: Mapping[str, Any]) -> Mask:
        column = self.column(requirement["key"])
        operator, wanted = requirement["operator"], list(requirement.get("values") or ())
        if operator == "Exists":
            return column.present()
        if operator == "DoesNotExist":
            return ~column.present()
        # One verdict per distinct value, and a last one for nodes without the label.
        verdicts = np.zeros(column.size + 1, np.bool_)
        if operator in ("In", "NotIn"):
            for value in wanted:
                code = column.values.get(value)
                if code is not None:
                    verdicts[code] = True
            if operator == "NotIn":
                verdicts = ~verdicts
        elif operator in ("Gt", "Lt") and len(wanted) == 1:
            limit = parse_int(wanted[0])
            for value, code in column.values.items():
                number = parse_int(value)
                if number is not None and limit is not None:
                    verdicts[code] = number > limit if operator == "Gt" else number < limit
        mask: Mask = verdicts[column.codes]
        return mask


def _field(requirement: Mapping[str, Any], names: Sequence[str]) -> Mask:
    """`metadata.name` In or NotIn one name, the only field selector of nodes."""
    wanted = frozenset(requirement.get("values") or ())
    inside = np.fromiter((name in wanted for name in names), np.bool_, len(names))
    return ~inside if requirement.get("operator") == "NotIn" else inside
