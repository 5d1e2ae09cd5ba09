"""Strategic merge patch: a merge patch that knows which lists are keyed, with directives.

Lists with a merge key are merged item by item. In the result the items of the patch keep the
patch's order and those that only the server has keep theirs; between the two the server's order
decides where it knows both, and otherwise the patch's item goes first. So new items come before
old ones unless `$setElementOrder/<list>` says otherwise.

    directive                          where            meaning
    $patch: delete | replace           map, list item   empty or replace the map; drop the item
    $retainKeys: [names]               map              drop every other live member first
    $setElementOrder/<list>: [...]     beside the list  order of the result
    $deleteFromPrimitiveList/<list>    beside the list  values to drop

Source: k8s.io/apimachinery pkg/util/strategicpatch/patch.go (1.36). Go applies members of a map
in random order; here deletions come first.
"""

from __future__ import annotations

from typing import Any, Final, cast

from tuik8s.api.errors import ApiError, bad_request, bare_internal_error
from tuik8s.api.meta import copy_object, copy_value
from tuik8s.api.patch.merge import without_nulls
from tuik8s.api.schema.node import Node
from tuik8s.api.types import Object

_PATCH: Final = "$patch"
_RETAIN: Final = "$retainKeys"
_ORDER: Final = "$setElementOrder"
_DROP: Final = "$deleteFromPrimitiveList/"
_DIRECTIVES: Final = (_RETAIN, f"{_ORDER}/", _DROP)


def apply(doc: Object, patch: Object, node: Node) -> Object:
    """A copy of `doc` with the patch merged in by the schema `node`; ApiError as upstream's."""
    return _merge_map(copy_object(doc), copy_value(patch), node)


def go_text(value: Any) -> str:
    """A value as Go's `%v` prints it, which upstream's messages contain."""
    if isinstance(value, dict):
        return f"map[{' '.join(f'{key}:{go_text(value[key])}' for key in sorted(value))}]"
    if isinstance(value, list):
        return f"[{' '.join(map(go_text, value))}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return "<nil>" if value is None else str(value)


def _merge_map(original: Object, patch: Object, node: Node | None) -> Object:
    if _PATCH in patch:
        return _by_directive(patch)
    _retain_keys(original, patch)
    _merge_ordered_lists(original, patch, node)
    for key in sorted(patch, key=lambda name: not name.startswith(_DROP)):
        _merge_member(original, key, patch[key], node)
    return original


def _by_directive(patch: Object) -> Object:
    directive = patch[_PATCH]
    if directive == "replace":
        return {key: value for key, value in patch.items() if key != _PATCH}
    if directive == "delete":
        return {}
    raise _bad_directive(directive, patch)


def _bad_directive(directive: Any, patch: Object) -> ApiError:
    text = f"unknown patch type: {go_text(directive)} in map: {go_text(patch)}"
    return bare_internal_error(text)


def _merge_member(original: Object, key: str, value: Any, node: Node | None) -> None:
    deletes = key.startswith(_DROP)
    key = key.removeprefix(_DROP)
    if value is None:
        original.pop(key, None)
        return
    before = original.get(key)
    if before is None or type(before) is not type(value):
        if not deletes:
            _take_over(original, key, value)
        return
    child = _child(node, key)
    if isinstance(value, dict):
        original[key] = value if _replaces(child) else _merge_map(before, value, child)
    elif isinstance(value, list):
        if deletes:
            original[key] = [item for item in before if item not in value]
        else:
            original[key] = _merge_list(before, value, child)
    else:
        original[key] = value


def _take_over(original: Object, key: str, value: Any) -> None:
    """Take a value that the original has nothing to merge with."""
    plain, keep = _without_directives(without_nulls(value))
    if keep:
        original[key] = plain
    else:
        original.pop(key, None)


def _without_directives(value: Any) -> tuple[Any, bool]:
    """A value without directives, and False when `$patch` in it says that it is none at all."""
    if isinstance(value, list):
        items = [_without_directives(item) for item in value]
        return [item for item, keep in items if keep], True
    if not isinstance(value, dict):
        return value, True
    if _PATCH in value:
        return None, False
    members = {
        key: _without_directives(member)
        for key, member in value.items()
        if not key.startswith(_DIRECTIVES)
    }
    return {key: member for key, (member, keep) in members.items() if keep}, True


def _child(node: Node | None, key: str) -> Node | None:
    if node is None:
        return None
    return node.fields.get(key) or (node.items if node.type == "map" else None)


def _replaces(node: Node | None) -> bool:
    return node is not None and "replace" in node.merge_strategies


def _retain_keys(original: Object, patch: Object) -> None:
    if _RETAIN not in patch:
        return
    retained = patch.pop(_RETAIN)
    if not isinstance(retained, list) or any(
        key not in retained
        for key, value in patch.items()
        if value is not None and not key.startswith(_DIRECTIVES)
    ):
        raise bad_request("invalid patch format of retainKeys")
    for key in [key for key in original if key not in retained]:
        del original[key]


def _merge_ordered_lists(original: Object, patch: Object, node: Node | None) -> None:
    """Merge the lists that have an order directive, and take them out of the patch."""
    for directive in [key for key in patch if key.startswith(f"{_ORDER}/")]:
        order = _require_list(patch.pop(directive))
        key = directive.removeprefix(f"{_ORDER}/")
        before, items = original.get(key), patch.pop(key, None)
        if before is not None:
            _require_list(before)
        child = _child(node, key)
        merge_key = child.merge_key if child is not None else ""
        if items is not None:
            _check_order(_require_list(items), order, merge_key)
        if before is None and items is None:
            continue
        if before is None:
            merged = _without_directives(without_nulls(items))[0]
        else:
            merged = before if items is None else _merge_list(before, items, child)
        original[key] = _arrange(merged, order, before or [], merge_key)


def _require_list(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    go_types = {dict: "map[string]interface {}", str: "string", bool: "bool", int: "int64"}
    received = go_types.get(type(value), "float64")
    raise bare_internal_error(f"expected a []interface {{}}, but received a {received}")


def _check_order(items: list[Any], order: list[Any], merge_key: str) -> None:
    """Items of the patch must stand in the order list, in the same order."""
    kept = [i for i in items if not (isinstance(i, dict) and i.get(_PATCH) == "delete")]
    rest = iter(_identity(entry, merge_key) for entry in order)
    if not all(any(known == _identity(item, merge_key) for known in rest) for item in kept):
        raise bare_internal_error(
            f"The order in patch list:\n{go_text(items)}\n"
            f" doesn't match {_ORDER} list:\n{go_text(order)}\n"
        )


def _identity(item: Any, merge_key: str) -> Any:
    if not merge_key or not isinstance(item, dict):
        return item
    if merge_key not in item:
        raise _no_merge_key(item, merge_key)
    return item[merge_key]


def _no_merge_key(item: Object, merge_key: str) -> ApiError:
    text = f"map: {go_text(item)} does not contain declared merge key: {merge_key}"
    return bare_internal_error(text)


def _merge_list(original: list[Any], patch: list[Any], node: Node | None) -> list[Any]:
    if node is None or "merge" not in node.merge_strategies:
        return cast("list[Any]", without_nulls(patch))
    if len({type(item) for item in (*original, *patch)}) > 1:
        text = f"list element types are not identical: {go_text([original, patch])}"
        raise bare_internal_error(text)
    if not original and not patch:
        return original
    if not isinstance((original or patch)[0], dict):
        merged = list(dict.fromkeys((*original, *patch)))
        return _arrange(merged, patch, original, "")
    original, patch = _without_special_items(original, patch, node.merge_key)
    merged = _merge_items(original, patch, node)
    return _arrange(merged, patch, original, node.merge_key)


def _without_special_items(
    original: list[Object], patch: list[Object], merge_key: str
) -> tuple[list[Object], list[Object]]:
    """Obey the items that are directives: what is left of both lists."""
    plain = [item for item in patch if _PATCH not in item]
    replace = False
    for item in patch:
        directive = item.get(_PATCH)
        if _PATCH not in item:
            continue
        if directive == "delete":
            gone = _identity(item, merge_key)
            original = [i for i in original if _identity(i, merge_key) != gone]
        elif directive == "replace":
            replace = True
        elif directive == "merge":
            raise bare_internal_error("merging lists cannot yet be specified in the patch")
        else:
            raise _bad_directive(directive, item)
    return (plain, []) if replace else (original, plain)


def _merge_items(original: list[Object], patch: list[Object], node: Node) -> list[Object]:
    merged = list(original)
    places = {_hashable(item, node.merge_key): at for at, item in enumerate(merged)}
    for item in patch:
        identity = _hashable(item, node.merge_key)
        at = places.get(identity)
        if at is None:
            places[identity] = len(merged)
            merged.append(_without_directives(without_nulls(item))[0])
        else:
            merged[at] = _merge_map(merged[at], item, node.items)
    return merged


def _arrange(
    merged: list[Any], patch_order: list[Any], server_order: list[Any], merge_key: str
) -> list[Any]:
    """Interleave the patch's items (right) with those that only the server has (left)."""
    wanted = {_hashable(entry, merge_key): i for i, entry in reversed([*enumerate(patch_order)])}
    known = {_hashable(entry, merge_key): i for i, entry in enumerate(server_order)}
    identities = [_hashable(item, merge_key) for item in merged]
    pairs = list(zip(identities, merged, strict=True))
    right = sorted((p for p in pairs if p[0] in wanted), key=lambda p: wanted[p[0]])
    left = sorted((p for p in pairs if p[0] not in wanted), key=lambda p: known.get(p[0], -1))
    result: list[Any] = []
    i = j = 0
    while i < len(left) and j < len(right):
        before, after = known.get(left[i][0]), known.get(right[j][0])
        if before is not None and after is not None and before < after:
            result.append(left[i][1])
            i += 1
        else:
            result.append(right[j][1])
            j += 1
    return [*result, *(item for _, item in left[i:]), *(item for _, item in right[j:])]


def _hashable(item: Any, merge_key: str) -> Any:
    identity = _identity(item, merge_key)
    return go_text(identity) if isinstance(identity, dict | list) else identity
