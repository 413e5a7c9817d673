"""The build: what is shipped is what the sources make, and prices that cannot be right are refused."""

import json
import subprocess
import sys
from decimal import Decimal
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

from accord.catalog.check import SHELVES
from accord.core.model import ModelFacts, Prices

ROOT = Path(__file__).parents[3]
DATA = ROOT / "src" / "accord" / "catalog" / "data"


@pytest.fixture(scope="module")
def sanity() -> object:
    sys.path.insert(0, str(ROOT / "scripts" / "catalogue"))
    try:
        import sanity

        return sanity
    finally:
        sys.path.pop(0)


def _genai_prices() -> str:
    try:
        return f"genai-prices {version('genai-prices')}"
    except PackageNotFoundError:
        return "none"


def test_shipped_data_is_what_its_sources_make() -> None:
    audit = json.loads((DATA / "audit.json").read_text())
    if _genai_prices() not in audit["sources"]:
        pytest.skip(f"built with {audit['sources'][0]}, installed is {_genai_prices()}")
    command = [sys.executable, str(ROOT / "scripts" / "build_catalogue.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_file_is_a_shelf() -> None:
    assert {path.stem for path in DATA.glob("*.json")} == {*SHELVES, "audit"}


def test_the_data_is_small() -> None:
    assert sum(path.stat().st_size for path in DATA.glob("*.json")) < 1_000_000


def _prices(**units: str) -> Prices:
    return Prices(base={unit: Decimal(price) for unit, price in units.items()})


@pytest.mark.parametrize(
    ("prices", "problem"),
    [
        (_prices(input="3200", output="9710"), "3200 per million"),
        (_prices(input="-1", output="1"), "-1"),
        (_prices(input="0", output="1"), "not marked as free"),
        (_prices(input="10", output="4.9"), "less than half"),
        (_prices(input="1", output="2", cached="1.1"), "dearer than input"),
        (_prices(input="1", output="2", cache_write="2.1"), "more than 2 times"),
        (Prices(base={"input": Decimal(1)}, multipliers={"flex": Decimal(0)}), "factor 0"),
        (Prices(base={"input": Decimal(1)}, regions={"eu": Decimal(11)}), "factor 11"),
    ],
)
def test_refuses_what_cannot_be_right(sanity: object, prices: Prices, problem: str) -> None:
    assert any(problem in found for found in sanity.problems(prices))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "prices", [_prices(input="1", output="0.5"), _prices(request="0"), _prices(second="0.0001"), _prices(input="0.1")]
)
def test_accepts_what_can_be_right(sanity: object, prices: Prices) -> None:
    assert sanity.problems(prices) == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("before", "after", "found"), [("1", "10", 0), ("1", "10.1", 1), ("1", "0.1", 0), ("1", "0.09", 1)]
)
def test_notices_jumps(sanity: object, before: str, after: str, found: int) -> None:
    old, new = ModelFacts(id="m", prices=_prices(input=before)), ModelFacts(id="m", prices=_prices(input=after))
    assert len(sanity.jumps(old, new)) == found  # type: ignore[attr-defined]
