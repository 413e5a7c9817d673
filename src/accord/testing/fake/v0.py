"""v0's API: conversations and the page of the account's limits, and nothing else. https://v0.app/docs/api/model.

Refused is every field that its documentation does not name, every role but its own, and pictures by address.
"""

from accord.core.json import dumps
from accord.testing.fake.answer import Answer
from accord.testing.fake.behaviour import Failure
from accord.testing.fake.conversation import Conversation
from accord.testing.fake.desk import Rejected, Visit
from accord.testing.fake.node import Node
from accord.testing.fake.openai.chat import OpenAIChatWire
from accord.testing.fake.openai.chat.style import ChatStyle
from accord.testing.fake.openai.error import KeyDoor, OpenAITeller
from accord.testing.fake.operation import perform
from accord.testing.fake.vendor import Route, Vendor

_FIELDS = frozenset({"model", "messages", "stream", "tools", "tool_choice"})
_ROLES = ("system", "user", "assistant", "tool")
_STYLE = ChatStyle(usage="always")
_TELLER = OpenAITeller()


class RateLimits:
    """GET /rate-limits: what is left of the day's messages."""

    def serve(self, visit: Visit) -> Answer:
        """Nearly all of them."""
        limits = {"remaining": 199, "reset": 1_795_478_400_000, "limit": 200}
        return perform(visit, _TELLER, "models", "", lambda: Answer(pieces=(dumps(limits),)))


def check(body: Node) -> None:
    """Raises `Rejected` for what v0 does not take."""
    extra = sorted(set(body) - _FIELDS)
    if extra:
        raise _invalid(f"Extra inputs are not permitted: {', '.join(extra)}")
    for message in body.nodes("messages"):
        if message.text("role") not in _ROLES:
            raise _invalid(f"Invalid role: {message.text('role')}")
        for part in message.nodes("content"):
            if part.text("type") not in ("text", "image_url"):
                raise _invalid(f"Invalid content part: {part.text('type')}")
            url = part.node("image_url").text("url")
            if url and not url.startswith("data:image/"):
                raise _invalid("Image must be base64-encoded image data")


def _invalid(message: str) -> Rejected:
    return Rejected(Failure(status=400, message=message))


V0 = Vendor(
    name="v0",
    base="/v1",
    door=KeyDoor(),
    teller=_TELLER,
    routes=(
        Route(
            "POST",
            "/v1/chat/completions",
            Conversation(OpenAIChatWire(strict=_STYLE, lenient=_STYLE, checks=(check,))),
        ),
        Route("GET", "/v1/rate-limits", RateLimits()),
    ),
)
