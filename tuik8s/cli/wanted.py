"""How commands name objects, so that they all take the same words as kubectl.

pods · pods,services · all · pod web other · pod/web service/shop
"""

from __future__ import annotations

import argparse
from typing import NamedTuple

from tuik8s.cli.arguments import add_cluster
from tuik8s.cli.completers import completes, namespaces, objects
from tuik8s.cli.discovery import Kinds, Resource
from tuik8s.components.supervisor.directory import Refusal


class Wanted(NamedTuple):
    """Objects of one kind: those of these names, or with none all of them."""

    resource: Resource
    names: tuple[str, ...]


def add_what(parser: argparse.ArgumentParser, *, nargs: str = "+") -> None:
    """The words that `wanted_in` reads."""
    what = parser.add_argument("what", nargs=nargs, metavar="KIND", help="then names, or KIND/NAME")
    completes(what, objects)


def add_namespace(parser: argparse.ArgumentParser, *, all_too: bool = True) -> None:
    """-n, -A and which cluster."""
    name = parser.add_argument("-n", "--namespace", default="default", help="default: %(default)s")
    completes(name, namespaces)
    if all_too:
        parser.add_argument("-A", "--all-namespaces", action="store_true", help="of all namespaces")
    add_cluster(parser)


def add_selectors(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-l", "--selector", default="", metavar="LABELS", help="app=web,tier!=db")
    parser.add_argument(
        "--field-selector", default="", metavar="FIELDS", help="such as status.phase=Running"
    )


def wanted_in(kinds: Kinds, words: list[str]) -> list[Wanted]:
    """What the words mean. Raises Refusal."""
    if any("/" in word for word in words):
        return [_named(kinds, word) for word in words]
    named = words[0].split(",")
    resources = [each for word in named for each in kinds.of_category(word) or [kinds.find(word)]]
    names = tuple(words[1:])
    if names and len(resources) > 1:
        raise Refusal(f"names go with one kind, {words[0]} are {len(resources)}; write KIND/NAME")
    return [Wanted(resource, names) for resource in dict.fromkeys(resources)]


def scope_of(args: argparse.Namespace, wanted: list[Wanted]) -> str:
    """The namespace that is meant, "" for all. Raises Refusal when a name is in all of them."""
    if not args.all_namespaces:
        return str(args.namespace)
    if any(each.names for each in wanted):
        raise Refusal("a name is in one namespace: leave out -A, give it with -n")
    return ""


def selectors_in(args: argparse.Namespace, wanted: list[Wanted]) -> dict[str, str]:
    """The query of a list. Raises Refusal when objects are named, too."""
    query = {"labelSelector": args.selector, "fieldSelector": args.field_selector}
    if any(query.values()) and any(each.names for each in wanted):
        raise Refusal("select by -l or by name, not by both")
    return query


def _named(kinds: Kinds, word: str) -> Wanted:
    kind, _, name = word.partition("/")
    if not kind or not name or "/" in name:
        raise Refusal(f"expected KIND/NAME such as pod/web, got {word!r}")
    return Wanted(kinds.find(kind), (name,))
