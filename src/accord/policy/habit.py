"""How many tokens requests of one kind take, as the answers to those before said."""

_SHARE = 0.1
"""How much the latest answer counts for beside all others."""

_LEAST = 1 / 8
"""Of what was thought of an answer at first, so much is always expected: who got many short answers may ask for long ones all at once."""


class Habit:
    """What is expected of the next request: so much for each byte it has, and an answer as they usually are.

    Costs a tenth of weighing the words (`catalog/likely_tokens.py`), and is nearer to what will be counted: a limit is used by it
    only until the answer tells.
    """

    __slots__ = ("_answer", "_each", "_least")

    def __init__(self, each: float, answer: float) -> None:
        """What is thought before any answer came: tokens for each byte, and tokens of an answer."""
        self._each = each
        self._answer = answer
        self._least = answer * _LEAST

    def likely(self, size: int) -> float:
        """Tokens that a request of so many bytes takes, its answer included."""
        return size * self._each + self._answer

    def learn(self, size: int, given: int, answered: int) -> None:
        """A request of so many bytes (1 or more) took so many tokens, and so many were answered."""
        self._each += (given / size - self._each) * _SHARE
        expected = self._answer + (answered - self._answer) * _SHARE
        self._answer = max(expected, self._least)
