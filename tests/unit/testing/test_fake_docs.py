"""The examples in the fake's own text work as they stand."""

import doctest

from accord.testing import fake


def test_examples_run() -> None:
    done = doctest.testmod(fake)
    assert done.attempted >= 4
    assert done.failed == 0
