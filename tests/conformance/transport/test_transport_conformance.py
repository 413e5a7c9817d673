import gc

import pytest

from accord.testing.transport import CASES, IMPLEMENTATIONS, Case, Certificates, Implementation


def _matrix() -> list[object]:
    found: list[object] = []
    for implementation in IMPLEMENTATIONS:
        for case in CASES:
            if case.applies(implementation):
                reason = implementation.deviations.get(case.name)
                # Not strict: some of httpx2's failures are races, which it wins now and then.
                marks = [pytest.mark.xfail(reason=reason, strict=False)] if reason else []
                found.append(pytest.param(implementation, case, id=f"{implementation.name}-{case.name}", marks=marks))
    return found


@pytest.mark.parametrize(("implementation", "case"), _matrix())
def test_transport(implementation: Implementation, case: Case, certificates: Certificates) -> None:
    try:
        case.run(implementation, certificates)
    finally:
        if implementation.name.startswith("httpx2"):
            gc.collect()  # What httpx2 leaves open is told now, and not within another test.


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS, ids=lambda implementation: implementation.name)
def test_deviations_name_cases(implementation: Implementation) -> None:
    assert set(implementation.deviations) <= {case.name for case in CASES if case.applies(implementation)}
