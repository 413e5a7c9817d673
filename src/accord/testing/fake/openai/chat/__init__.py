"""POST /v1/chat/completions, from the service's side."""

from accord.testing.fake.openai.chat.wire import OpenAIChatWire

__all__ = ["OpenAIChatWire"]
