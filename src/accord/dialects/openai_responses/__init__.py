"""The openai_responses wire: OpenAI's Responses, as client (`OpenAIResponses`) and as server (`parse`)."""

from accord.dialects.openai_responses.codec import OpenAIResponses
from accord.dialects.openai_responses.count import CountInbound, CountInput, parse_count
from accord.dialects.openai_responses.fail import fail
from accord.dialects.openai_responses.inbound import ResponsesInbound
from accord.dialects.openai_responses.knobs import Knobs
from accord.dialects.openai_responses.parse import parse

__all__ = ["CountInbound", "CountInput", "Knobs", "OpenAIResponses", "ResponsesInbound", "fail", "parse", "parse_count"]
