"""The vendors the fake imitates, by the wire a test asks for."""

from collections.abc import Mapping

from accord.core.dialect import Dialect
from accord.testing.fake.anthropic.vendor import ANTHROPIC
from accord.testing.fake.gemini.vendor import GOOGLE
from accord.testing.fake.openai.vendor import OPENAI
from accord.testing.fake.vendor import Vendor

VENDORS: Mapping[Dialect, Vendor] = {
    "openai_chat": OPENAI,
    "openai_responses": OPENAI,
    "anthropic_messages": ANTHROPIC,
    "gemini": GOOGLE,
}
