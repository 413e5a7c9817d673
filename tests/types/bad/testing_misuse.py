"""Mistakes with the tools for tests that a type checker must see."""

from accord import AsyncClient, Client, OpenAI
from accord.testing import AsyncMemoryTransport, FakeProvider, MemoryTransport, cassette

FakeProvider("openai")  # error
FakeProvider(wire="openai_chat", models="gpt-5.4-mini")  # error
cassette("hello.json", "again")  # error
cassette("hello.json", match_on=["colour"])  # error
MemoryTransport(b"{}")  # error
Client(OpenAI(api_key="sk-test"), transport=AsyncMemoryTransport())  # error
AsyncClient(OpenAI(api_key="sk-test"), transport=MemoryTransport())  # error
