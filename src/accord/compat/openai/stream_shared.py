"""What blocking and asyncio streams have in common: what is known of the call, and what it costs."""

from typing import Generic, TypeVar

from accord.client.spend.charge import Charge
from accord.client.stream_shared import Opened
from accord.core.attempt import Attempt
from accord.core.cost import Cost
from accord.core.warning import CallWarning

O = TypeVar("O", bound=Opened)  # noqa: E741 - the one type of this file


class StreamFacts(Generic[O]):
    """What Accord knows of a streamed call."""

    def __init__(self, source: O, charge: Charge) -> None:
        self._source = source
        self._charge = charge

    @property
    def cost(self) -> Cost:
        """What the call costs by the usage reported so far."""
        return self._source.cost()

    @property
    def warnings(self) -> tuple[CallWarning, ...]:
        """What was changed or left out of the request."""
        return self._source.warnings

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """The requests it took to get this stream."""
        return self._source.attempts

    def _ended(self) -> None:
        """The answer is whole: it costs what it says."""
        self._charge.settle(self._source.cost(), self._source.usage)

    def _left(self) -> None:
        """Nobody reads on."""
        self._charge.leave(self._source.cost(), self._source.usage)
