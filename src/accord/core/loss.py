"""Promise 2: no field is lost silently.

An encoder holds one `Losses` for a request and reports to it every field it cannot send as asked. What the field means
decides: *semantic* fields are refused before anything is sent (or dropped with a warning where the caller prefers),
*advisory* fields are left out with a warning, and what the target *requires* and the caller did not give is filled in
with a warning.
"""

import re

from accord.core.error import Unsupported
from accord.core.model import ModelFacts
from accord.core.option import OnUnsupported
from accord.core.request import ChatRequest
from accord.core.warning import CallWarning

_PLACE = re.compile(r"\[\d+\]")


class Losses:
    """Collects what an encoder could not send as asked."""

    __slots__ = ("_found", "_model", "_on_unsupported", "_repeats", "_target")

    def __init__(self, target: str, model: str, on_unsupported: OnUnsupported) -> None:
        """`target` names the provider or dialect in messages."""
        self._target = target
        self._model = model
        self._on_unsupported = on_unsupported
        self._found: list[CallWarning] = []
        self._repeats: dict[tuple[str, str], tuple[int, int]] = {}
        """What was left out, by its path without places and why: where it is in `_found`, and how often it was."""

    @property
    def warnings(self) -> tuple[CallWarning, ...]:
        """What has been reported so far."""
        return tuple(self._found)

    @property
    def drops(self) -> bool:
        """Whether what has no equivalent is left out, and not refused."""
        return self._on_unsupported == "drop"

    def refuse(self, field: str, why: str) -> None:
        """A semantic field has no equivalent. Raises `Unsupported`, or warns where the caller asked to drop such fields."""
        if self._on_unsupported == "error":
            model = f" ({self._model})" if self._model else ""
            raise Unsupported(
                f"{self._target}{model} cannot take `{field}`: {why}. Leave it out, choose another model, "
                'or set on_unsupported="drop" to send the request without it.',
                provider=self._target,
                model=self._model,
                operation="chat",
                param=field,
            )
        self._found.append(CallWarning(kind="dropped", field=field, message=why))

    def advise(self, field: str, why: str) -> None:
        """An advisory field is left out: the answer means the same without it.

        A long conversation has the same field in each of its parts: it is reported once, with how often it occurs.
        """
        key = (_PLACE.sub("[]", field), why)
        place, before = self._repeats.get(key, (len(self._found), 0))
        self._repeats[key] = (place, before + 1)
        if not before:
            self._found.append(CallWarning(kind="dropped", field=field, message=why))
            return
        first = self._found[place]
        times = "once more" if before == 1 else f"{before} times more"
        self._found[place] = CallWarning(kind="dropped", field=first.field, message=f"{why} (and {times})")

    def change(self, field: str, why: str) -> None:
        """A field is sent in another form that means nearly the same."""
        self._found.append(CallWarning(kind="changed", field=field, message=why))

    def fill(self, field: str, why: str) -> None:
        """The target requires a field that was not given."""
        self._found.append(CallWarning(kind="filled", field=field, message=why))


def limit_of(request: ChatRequest, facts: ModelFacts | None, losses: Losses) -> int | None:
    """The limit on the answer as it is sent. One that the caller's API demanded is often larger than what the model can
    give, which most providers refuse: it is lowered to that. One that was asked for is left to the provider.
    """
    asked, most = request.max_output_tokens, None if facts is None else facts.max_output
    if asked is None or most is None or not request.limit_demanded or asked <= most:
        return asked
    losses.change("max_output_tokens", f"the model gives at most {most} tokens; that was sent")
    return most
