"""A conversation as a value: it grows by making new ones, and goes to JSON and back without losing anything."""

import msgspec

from accord.core.error import InvalidInput
from accord.core.json import NotJson, dumps, read
from accord.core.message import Message, user
from accord.core.response import ChatResponse

VERSION = 1
"""The form that is written. It counts up with every change that an older reader would misread or lose."""


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """What was said so far; a call accepts it like a list of messages.

    ```python
    talk = Conversation().then("My name is Ada.")
    talk = talk.then(client.chat_completion(talk))
    saved = talk.to_json()
    ```

    It holds everything that providers said, also what they alone can read (signed and encrypted reasoning, blocks of their
    own), so that it can be gone on with where it began. On another provider that is left out, with a warning on the response.
    """

    messages: tuple[Message, ...] = ()

    def then(self, *said: str | Message | ChatResponse) -> "Conversation":
        """The conversation with this at its end: a string is the user's, of a response it is the first choice.

        Raises `InvalidInput` for a response without an answer.
        """
        return Conversation(messages=(*self.messages, *[_message(one) for one in said]))

    def to_json(self) -> str:
        """The conversation as JSON, for `from_json`.

        Raises `InvalidInput` where a field for one provider (`extra`, `raw`) holds what JSON has no form for.
        """
        return dumps(_Saved(version=VERSION, messages=self.messages)).decode()

    @classmethod
    def from_json(cls, text: str | bytes) -> "Conversation":
        """The conversation that `to_json` wrote. Raises `InvalidInput` for anything else, saying where it is wrong."""
        try:
            version = read(_VERSIONS, text).version
            if version != VERSION:
                raise InvalidInput(
                    f"this conversation is in form {version}, and this version of Accord reads {VERSION}"
                )
            return cls(messages=read(_CONVERSATIONS, text).messages)
        except NotJson as error:
            raise InvalidInput(f"this is no conversation that Accord wrote: {error}") from None


class _Version(msgspec.Struct, frozen=True, tag="accord.conversation", tag_field="kind"):
    version: int


class _Saved(msgspec.Struct, frozen=True, kw_only=True, tag="accord.conversation", tag_field="kind"):
    version: int
    messages: tuple[Message, ...]


_VERSIONS = msgspec.json.Decoder(_Version)
_CONVERSATIONS = msgspec.json.Decoder(_Saved)


def _message(said: str | Message | ChatResponse) -> Message:
    match said:
        case str():
            return user(said)
        case Message():
            return said
        case ChatResponse():
            if not said.choices:
                raise InvalidInput("this response holds no answer to go on from")
            return said.choices[0].message
        case _:
            raise InvalidInput(f"a conversation is made of strings, messages and responses; got {type(said).__name__}")
