"""Conversations of words alone, as most are: written in one step, to the same end as turn by turn (`encode_contents.py`)."""

from typing import Final

from accord.dialects.gemini.writing import Writing

_ROLES: Final = {"user": "user", "assistant": "model"}
_AFTER: Final = {"user": "assistant", "assistant": "user"}


def words_alone(writing: Writing) -> dict[str, object] | None:
    """`contents` and `systemInstruction`, where nothing has to change: instructions at the beginning alone, then user and
    assistant in turn, and words in every message. `None` for any other conversation.

    A request of two messages takes 75 in place of 126 thousand processor instructions.
    """
    if writing.richer:
        return None
    system: list[object] = []
    contents: list[object] = []
    turn = "user"
    for message, words in zip(writing.request.messages, writing.words, strict=True):
        if not words:
            return None
        if message.role == turn:
            contents.append({"role": _ROLES[turn], "parts": [{"text": words}]})
            turn = _AFTER[turn]
        elif not contents and message.role in ("system", "developer"):
            system.append({"text": words})
        else:
            return None
    if not contents:
        return None
    return {"contents": contents, "systemInstruction": {"parts": system}} if system else {"contents": contents}
