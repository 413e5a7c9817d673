"""Asks the real services, for no more than a stated amount: `python scripts/live.py [--cap DOLLARS] [--report FOLDER]`.

For each provider whose key is in the environment, the provider suite is run against its real API; for the others it is said
what would be asked. Exits 1 where a check failed. Run by `make test-live`.
"""

import argparse
import sys
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from accord.client.environment import environment
from accord.testing.live import report_of, run_live


def dollars(text: str) -> Decimal:
    """An amount of money. Raises `argparse.ArgumentTypeError`."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"{text!r} is no amount in US dollars") from None
    if not amount.is_finite() or amount < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no amount in US dollars")
    return amount


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cap", type=dollars, default=Decimal("0.25"), help="US dollars, for all providers together")
    options.add_argument("--report", type=Path, default=Path("live-reports"), help="the folder of dated reports")
    chosen = options.parse_args()
    cap: Decimal = chosen.cap
    folder: Path = chosen.report
    at = datetime.now(UTC)
    sections = run_live(environment(), cap, at)
    report = report_of(sections, cap, at)
    print(report)
    if any(not section.reason for section in sections):
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{at.strftime('%Y-%m-%dT%H%M%SZ')}.md"
        path.write_text(report)
        print(f"written to {path}")
    return 1 if any(one.result == "failed" for section in sections for one in section.findings) else 0


if __name__ == "__main__":
    sys.exit(main())
