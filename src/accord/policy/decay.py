"""Numbers that forget: what happened lately counts, what was long ago doesn't."""

from math import exp


class Tally:
    """Good and bad outcomes, each counting half as much after every `half_life` seconds."""

    __slots__ = ("_at", "_bad", "_good", "_grain", "_half_life")

    def __init__(self, half_life: float) -> None:
        self._half_life = half_life
        self._grain = half_life / 200
        """What was added within so many seconds is of one time: 0.4 us less for nearly all, and wrong by 0.4 % at most."""
        self._good = 0.0
        self._bad = 0.0
        self._at = 0.0

    def add(self, now: float, *, good: bool) -> None:
        """One more."""
        if now > self._at + self._grain:
            self._fade(now)
        if good:
            self._good += 1.0
        else:
            self._bad += 1.0

    def bad_share(self, now: float) -> tuple[float, float]:
        """The share of bad ones (0 where there is nothing), and how much there is in all."""
        if now > self._at:
            self._fade(now)
        total = self._good + self._bad
        return (self._bad / total if total else 0.0), total

    def _fade(self, now: float) -> None:
        kept = 0.5 ** ((now - self._at) / self._half_life)
        self._good *= kept
        self._bad *= kept
        self._at = now


class PeakEwma:
    """A time in seconds that follows rises at once and falls slowly: one slow answer is news, one fast answer is luck.

    Peak EWMA as balancers of RPC use it, https://linkerd.io/2016/03/16/beyond-round-robin-load-balancing-for-latency/.
    """

    __slots__ = ("_at", "_seconds", "_tau")

    def __init__(self, tau: float = 10.0) -> None:
        """After `tau` seconds a new answer weighs 63 %."""
        self._tau = tau
        self._seconds: float | None = None
        self._at = 0.0

    def add(self, seconds: float, now: float) -> None:
        """One more answer."""
        if self._seconds is None or seconds > self._seconds:
            self._seconds = seconds
        else:
            kept = exp(-max(now - self._at, 0.0) / self._tau)
            self._seconds = self._seconds * kept + seconds * (1.0 - kept)
        self._at = now

    def value(self, now: float) -> float | None:
        """The estimate, `None` before the first answer. What was not seen for long fades, so that it is tried again."""
        if self._seconds is None:
            return None
        idle = now - self._at - self._tau
        return self._seconds if idle <= 0.0 else self._seconds * exp(-idle / (6.0 * self._tau))
