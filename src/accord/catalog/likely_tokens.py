"""How many tokens a request and its answer will probably be, at once: what a limit is used by until the answer tells."""

from accord.catalog.overhead import overhead_by_name
from accord.catalog.request_tokens import LIKELY_ANSWER, input_tokens, output_tokens
from accord.catalog.rough_tokens import rough_tokens
from accord.core.part import Text
from accord.core.request import ChatRequest


def likely_tokens(request: ChatRequest) -> int:
    """About what `input_tokens` and `output_tokens` find likely together, without their bounds.

    A conversation of words alone is weighed as one text: 6 us in place of 15 for a question of 900 characters, and hardly more
    for a long one.
    """
    words = _words(request)
    if words is None:
        return input_tokens(request, count=rough_tokens).likely + output_tokens(request).likely
    way = overhead_by_name(request.model)
    asked = way.base + way.message * len(request.messages) + way.text * rough_tokens(words)
    most = request.max_output_tokens
    return round(asked) + (LIKELY_ANSWER if most is None or most > LIKELY_ANSWER else max(1, most))


def _words(request: ChatRequest) -> str | None:
    """All that is said, where nothing else has tokens."""
    if request.tools or request.reasoning is not None or request.response_format is not None or (request.n or 1) > 1:
        return None
    said: list[str] = []
    for message in request.messages:
        for part in message.parts:
            if type(part) is not Text:
                return None
            said.append(part.text)
    # A space costs nothing, and keeps words apart.
    return said[0] if len(said) == 1 else " ".join(said)
