"""Mistral's POST /fim/completions: a prompt and a suffix, answered like a conversation. https://docs.mistral.ai/api/#tag/fim"""

from accord.testing.fake.asked import Asked
from accord.testing.fake.desk import Visit
from accord.testing.fake.openai.body import read_body
from accord.testing.fake.openai.chat import OpenAIChatWire
from accord.testing.fake.prompt import prompt_tokens
from accord.testing.fake.shape import Array, Either, Flag, Number, String, Table, nullable

FIM_REQUEST = Table(
    {
        "model": String(),
        "prompt": String(),
        "suffix": nullable(String()),
        "max_tokens": nullable(Number(0, whole=True)),
        "min_tokens": nullable(Number(0, whole=True)),
        "temperature": nullable(Number(0, 1.5)),
        "top_p": nullable(Number(0, 1)),
        "stop": nullable(Either(String(), Array(String()))),
        "random_seed": nullable(Number(0, whole=True)),
        "stream": nullable(Flag()),
        "prompt_cache_key": nullable(String()),
    },
    needs=("model", "prompt"),
)
"""Other fields are refused, as everywhere at Mistral."""


class FimWire(OpenAIChatWire):
    """A gap in a text, in the wire of chat completions."""

    def ask(self, visit: Visit) -> Asked:
        """What the request asks. Raises `Rejected`."""
        body = read_body(visit, FIM_REQUEST)
        most = body.number("max_tokens")
        return Asked(
            model=body.text("model"),
            body=body,
            stream=body.flag("stream"),
            text=body.text("prompt"),
            max_tokens=None if most is None else int(most),
            stops=tuple(body.texts("stop")),
            prompt_tokens=prompt_tokens(body.value("prompt"), body.value("suffix")),
        )
