"""How much an answer that is read whole may be: a host that never ends would else fill the memory of everybody who is served beside."""

from accord.core.error import Malformed

WHOLE_BYTES = 256 * 1024 * 1024
"""The most bytes of an answer that is kept until it is whole. Ten large pictures take about half of it."""


def too_long() -> Malformed:
    """There is more."""
    return Malformed(f"the answer is over {WHOLE_BYTES} bytes")
