"""A conversation with reasoning and a tool call, saved, read again, and gone on with where it began and everywhere else."""

import pytest

from accord import ChatRequest, Client, Conversation, FunctionTool, OpenAI, ReasoningConfig, tool_result
from accord.core.part import Reasoning, Text, ToolCall
from accord.providers import Anthropic, ProviderBase, VertexAI
from accord.testing import FakeProvider, Reply
from accord.testing.fake.hosts import HOSTS

WEATHER = FunctionTool(
    name="weather",
    description="The weather in a city.",
    parameters={"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
)
CALL = ToolCall(id="", name="weather", arguments='{"city": "Oslo"}')
SAID = Reply(content=(Reasoning(text="They want the weather."), CALL))
THINKING = ReasoningConfig(effort="low", summary="auto", encrypted=True)
PLACES = ("openai_responses", "anthropic_messages", "gemini", "openai_chat")


def server(place: str, fake: FakeProvider) -> ProviderBase:
    match place:
        case "openai_responses":
            return OpenAI(api_key=fake.key, base_url=fake.url, dialect="openai_responses")
        case "openai_chat":
            return OpenAI(api_key=fake.key, base_url=fake.url, dialect="openai_chat")
        case "anthropic_messages":
            return Anthropic(api_key=fake.key, base_url=fake.url)
        case _:
            return VertexAI(project="p", access_token=fake.key, base_url=fake.url)


MODELS = {
    "openai_responses": "gpt-5.4-mini",
    "openai_chat": "gpt-4.1",
    "anthropic_messages": "claude-sonnet-4-6",
    "gemini": "gemini-3-flash-preview",
}


def fake_of(place: str) -> FakeProvider:
    vendors = {"openai_responses": "openai", "openai_chat": "openai", "anthropic_messages": "anthropic"}
    return FakeProvider(vendor=HOSTS[vendors.get(place, "vertex_ai")])


def begun(place: str) -> Conversation:
    """A question, thoughts, a tool call and its result."""
    talk = Conversation().then("How is Oslo?")
    with fake_of(place) as fake, Client(server(place, fake)) as client:
        fake.script(Reply(content=(CALL,)) if place == "openai_chat" else SAID)
        reasoning = None if place == "openai_chat" else THINKING
        request = ChatRequest(messages=talk.messages, tools=(WEATHER,), reasoning=reasoning, max_output_tokens=2000)
        response = client.chat_completion(request, model=MODELS[place])
    talk = talk.then(response)
    return talk.then(tool_result(response.tool_calls[0].id, "-3 degrees"))


@pytest.mark.parametrize("after", PLACES)
@pytest.mark.parametrize("before", PLACES)
def test_a_saved_conversation_goes_on(before: str, after: str) -> None:
    talk = begun(before)
    again = Conversation.from_json(talk.to_json())
    assert again == talk
    thoughts = [part for part in talk.messages[1].parts if isinstance(part, Reasoning)]
    assert bool(thoughts) is (before != "openai_chat")
    with fake_of(after) as fake, Client(server(after, fake)) as client:
        fake.script(Reply(content=(Text(text="Cold."),)))
        reasoning = None if after == "openai_chat" else THINKING
        request = ChatRequest(messages=again.messages, tools=(WEATHER,), reasoning=reasoning, max_output_tokens=2000)
        response = client.chat_completion(request, model=MODELS[after])
        # The fake checks pairs of calls and results, and the proofs over reasoning, as the service does.
        assert response.text == "Cold."
        sent = fake.last.body.decode()
    told = [str(warning) for warning in response.warnings if "reasoning" in str(warning) or "signature" in str(warning)]
    proofs = [proof for part in thoughts for proof in (part.signature, part.encrypted) if proof]
    proofs += [call.signature for call in talk.messages[1].tool_calls if call.signature]
    if before == after:
        assert not told
        assert all(proof in sent for proof in proofs)
    elif thoughts:
        assert told, "what is left out is said"
        assert not any(proof in sent for proof in proofs)
