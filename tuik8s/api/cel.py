"""The engine of CEL expressions: `from tuik8s.api.cel import engine as cel`.

It is the compiled module of the package `common-expression-language`. The package's own `__init__`
imports a command line as well (prompt_toolkit, typer, pygments: a tenth of a second of every start
and 250 modules in every process), so the module is loaded past it.
"""

from __future__ import annotations

import importlib.util
import sys
from importlib.machinery import PathFinder
from types import ModuleType
from typing import TYPE_CHECKING, Final

__all__ = ["engine"]
_NAME: Final = "cel.cel"


def _load() -> ModuleType:
    if _NAME in sys.modules:
        return sys.modules[_NAME]
    package = importlib.util.find_spec("cel")
    places = None if package is None else package.submodule_search_locations
    found = None if places is None else PathFinder.find_spec(_NAME, places)
    if found is None or found.loader is None:
        raise ModuleNotFoundError(
            "no module named 'cel.cel': pip install common-expression-language", name=_NAME
        )
    module = importlib.util.module_from_spec(found)
    sys.modules[_NAME] = module
    found.loader.exec_module(module)
    return module


if TYPE_CHECKING:
    import cel as engine
else:
    engine = _load()
