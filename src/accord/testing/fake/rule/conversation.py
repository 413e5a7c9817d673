"""Questions that the rules of several hosts ask of a chat request."""

from accord.core.json import as_object
from accord.testing.fake.node import Node


def is_forced(choice: object) -> bool:
    """Whether a `tool_choice` demands a call."""
    return choice == "required" or as_object(choice) is not None


def all_texts(body: Node) -> list[str]:
    """Everything that is said."""
    return [
        text
        for message in body.nodes("messages")
        for text in [*message.texts("content"), *[part.text("text") for part in message.nodes("content")]]
    ]
