"""What importing `accord.testing` and its pytest plugin costs: next to nothing."""

import subprocess
import sys

import pytest

from accord import testing


@pytest.mark.parametrize("module", ["accord.testing", "accord.testing.plugin"])
def test_it_loads_no_server(module) -> None:
    script = (
        "import sys, pytest; before = set(sys.modules); "
        f"import {module}; "
        "heavy = {'asyncio', 'httptools', 'msgspec', 'accord.testing.fake', 'accord.client.client', 'ssl'}; "
        "print(sorted(heavy & (set(sys.modules) - before)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there() -> None:
    assert [name for name in testing.__all__ if not hasattr(testing, name)] == []
    with pytest.raises(AttributeError, match="Fake"):
        testing.Fake  # type: ignore[attr-defined]  # noqa: B018
