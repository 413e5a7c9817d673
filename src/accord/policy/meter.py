"""What one holder of limits uses, request by request."""

from accord.policy.window import Window


class Meter:
    """The windows of one holder's limits, found once: to find them by name for each request takes longer than to count."""

    __slots__ = ("_requests", "_tokens")

    def __init__(self, requests: Window | None, tokens: Window | None) -> None:
        """`None` is without limit."""
        self._requests = requests
        self._tokens = tokens

    def take(self, tokens: float, now: float) -> bool:
        """Uses one request and so many tokens; or nothing, where either has too little left."""
        requests, counted = self._requests, self._tokens
        if requests is not None and counted is not None:
            return requests.take_both(1.0, counted, tokens, now)
        if requests is not None:
            return requests.take(1.0, now)
        return counted is None or counted.take(tokens, now)

    def correct(self, by: float, now: float) -> None:
        """Uses so many tokens more than was thought, or fewer."""
        if self._tokens is not None:
            self._tokens.add(by, now)
