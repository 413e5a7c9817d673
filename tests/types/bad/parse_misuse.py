"""Mistakes with `parse` that a type checker must see. Never run; every line marked `error` has to be one."""

from dataclasses import dataclass

from accord import Client


@dataclass
class Note:
    text: str


client = Client("openai/gpt-5.4-mini")
client.parse("x")  # error
client.parse("x", into=Note).txt  # error
client.parse("x", into=Note | int).text  # error
client.parse("x", into=Note, repair=1)  # error
number: int = client.parse("x", into=Note)  # error
client.parse_with_response("x", into=Note).text  # error
client.parse_stream("x", into=Note).items()  # error
