"""How long to wait before another try."""

from typing import Annotated

from msgspec import Meta

from accord.core.checked import Checked


class Backoff(Checked, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Exponential backoff with full jitter, and the provider's word where it gives one.

    Full jitter (a wait anywhere between 0 and the bound) spreads the callers of an outage best:
    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/.
    """

    base: Annotated[
        float, Meta(ge=0, description="The bound of the first wait, in seconds; it doubles with each try.")
    ] = 0.5
    cap: Annotated[float, Meta(ge=0, description="The largest bound, in seconds.")] = 8.0
    longest: Annotated[
        float,
        Meta(
            ge=0,
            description="A `Retry-After` above this many seconds means: not now. The failure is reported instead of "
            "waiting.",
        ),
    ] = 60.0

    def wait(self, failures: int, retry_after: float | None, roll: float) -> float | None:
        """Seconds to wait after `failures` tries (1 or more), `None` to give up.

        `roll` is a random number in [0, 1). The provider's `retry_after` is a floor: no one returns before it.
        """
        bound = min(self.cap, self.base * 2.0 ** min(failures - 1, 32))
        jittered = bound * roll
        if retry_after is None:
            return jittered
        if retry_after > self.longest:
            return None
        # A small spread on top, so that many callers told the same second don't return as one.
        return retry_after + min(jittered, 0.1 * retry_after)
