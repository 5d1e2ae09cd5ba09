"""The engine of CEL, and what it must not bring along."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tuik8s.api.cel import engine as cel


def test_it_evaluates() -> None:
    context = cel.Context()
    context.add_variable("pods", [1, 2, 3])
    assert cel.compile("pods.size() > 2").execute(context) is True


@pytest.mark.slow
def test_the_command_line_of_its_package_is_not_imported() -> None:
    """It would cost every process 250 modules."""
    code = "import sys, tuik8s.api.cel; print(sorted({'cel.cli', 'typer'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
