"""A scheduling decision on the terminal: tables of refusals and scores, then what would help."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tuik8s.api.decision import (
    advice,
    headline,
    near_rows,
    refusal_rows,
    score_columns,
    score_rows,
)
from tuik8s.api.types import Object


def print_decision(found: Object, console: Console | None = None) -> None:
    """found: what `explain.record` made."""
    console = console or Console(highlight=False)
    first, *rest = headline(found)
    console.print(f"[bold {'green' if found['node'] else 'red'}]{escape(first)}[/]")
    for line in rest:
        console.print(escape(line), soft_wrap=True)
    _print_refusals(found, console)
    near = near_rows(found)
    if near:
        table = _table("Everything that keeps it away", "node", "refused by")
        for row in near:
            table.add_row(*map(escape, row))
        console.print(table)
    _print_scores(found, console)
    changes = advice(found)
    if changes:
        console.print("\n[bold]Smallest changes that help[/]")
        for number, change in enumerate(changes, 1):
            console.print(f"  {number}. {escape(change)}", soft_wrap=True)


def _print_refusals(found: Object, console: Console) -> None:
    rows = refusal_rows(found)
    if not rows:
        return
    table = _table("Why nodes refuse it", "plugin", "reason")
    table.add_column("nodes", justify="right")
    has_sole = any(row[3] for row in rows)
    if has_sole:
        table.add_column("alone", justify="right")
    table.add_column("which")
    for row in rows:
        cells = row if has_sole else (*row[:3], row[4])
        table.add_row(*map(escape, cells))
    console.print(table)


def _print_scores(found: Object, console: Console) -> None:
    """Plugins stand as rows when there are few nodes: their names are long."""
    columns, rows = score_columns(found), score_rows(found)
    if not rows:
        return
    shown = rows[:8]
    table = _table("Points, best node first", "plugin")
    for row in shown:
        table.add_column(escape(row[0]), justify="right")
    for index, plugin in enumerate(columns, 1):
        table.add_row(escape(plugin), *(row[index] for row in shown))
    table.add_section()
    table.add_row("total", *(f"[bold]{row[-1]}[/]" for row in shown))
    console.print(table)
    others = found["feasible"] - len(shown)
    if others > 0:
        console.print(f"and {others} more that fit, with no more points than these")


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(column)
    return table
