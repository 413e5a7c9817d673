"""What the SDK of each wire makes of an answer, in the words of the recordings' oracle."""

import json
from typing import Any

import pytest

pydantic = pytest.importorskip("pydantic")
messages_sdk = pytest.importorskip("anthropic.lib.streaming._messages")
messages_types = pytest.importorskip("anthropic.types")
google_types = pytest.importorskip("google.genai.types")
chat_sdk = pytest.importorskip("openai.lib.streaming.chat")
responses_sdk = pytest.importorskip("openai.lib.streaming.responses._responses")
chat_types = pytest.importorskip("openai.types.chat")
responses_types = pytest.importorskip("openai.types.responses")


def read_chat(data, stream, events_in):
    if stream:
        *chunks, done = events_in(data)
        assert done == "[DONE]"
        state = chat_sdk.ChatCompletionStreamState()
        for chunk in chunks:
            state.handle_chunk(chat_types.ChatCompletionChunk.model_validate(chunk))
        answer = state.current_completion_snapshot
    else:
        answer = chat_types.ChatCompletion.model_validate_json(data)
    choice, usage = answer.choices[0], answer.usage
    message = choice.message
    details = usage.prompt_tokens_details if usage else None
    return {
        "text": message.content or "",
        "reasoning": (message.model_extra or {}).get("reasoning_content") or "",
        "tool_calls": [[call.function.name, call.function.arguments] for call in message.tool_calls or ()],
        "finish": choice.finish_reason,
        "refusal": message.refusal or "",
        "usage": {
            "input": usage and usage.prompt_tokens,
            "output": usage and usage.completion_tokens,
            "cached": details and details.cached_tokens,
        },
    }


RESPONSE_EVENT = pydantic.TypeAdapter(responses_types.ResponseStreamEvent)


def read_responses(data, stream, events_in):
    if stream:
        state = responses_sdk.ResponseStreamState(input_tools=[], text_format=responses_sdk.omit)
        last: Any = None
        for event in events_in(data):
            last = RESPONSE_EVENT.validate_python(event)
            state.handle_event(last)
        answer = last.response
        told = [item.model_dump() for _, item in sorted(state._output_items.items())]
        assert [item["type"] for item in told] == [item.type for item in answer.output]
    else:
        answer = responses_types.Response.model_validate_json(data)
    calls = [item for item in answer.output if item.type == "function_call"]
    said = [part for item in answer.output if item.type == "message" for part in item.content]
    thoughts = [item for item in answer.output if item.type == "reasoning"]
    reason = answer.incomplete_details.reason if answer.incomplete_details else None
    words: dict[str | None, str] = {"max_output_tokens": "length"}
    usage = answer.usage
    return {
        "text": "".join(part.text for part in said if part.type == "output_text"),
        "reasoning": "".join(
            "".join(part.text for part in thought.summary) or "".join(part.text for part in thought.content or ())
            for thought in thoughts
        ),
        "tool_calls": [[call.name, call.arguments] for call in calls],
        "finish": words.get(reason, reason) if answer.status != "completed" else "tool_calls" if calls else "stop",
        "refusal": "".join(part.refusal for part in said if part.type == "refusal"),
        "usage": {
            "input": usage and usage.input_tokens,
            "output": usage and usage.output_tokens,
            "cached": usage and usage.input_tokens_details.cached_tokens,
        },
    }


MESSAGE_EVENT = pydantic.TypeAdapter(messages_types.RawMessageStreamEvent)
MESSAGE_FINISH = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}


def read_messages(data, stream, events_in):
    if stream:
        answer: Any = None
        buffers, last = {}, {}
        events = [event for event in events_in(data) if event["type"] != "ping"]
        assert events[-1]["type"] == "message_stop"
        for event in events:
            last = event["usage"] if event["type"] == "message_delta" else last
            answer = messages_sdk.accumulate_event(
                event=MESSAGE_EVENT.validate_python(event), current_snapshot=answer, json_bufs=buffers
            )
    else:
        answer, last = messages_types.Message.model_validate_json(data), json.loads(data)["usage"]
    usage = answer.usage
    # What was never told stands there as an estimate that is said to be one.
    told = "estimated" not in last
    written_to, read_from = usage.cache_creation_input_tokens or 0, usage.cache_read_input_tokens or 0
    return {
        "text": "".join(block.text for block in answer.content if block.type == "text"),
        "reasoning": "".join(block.thinking for block in answer.content if block.type == "thinking"),
        "tool_calls": [[block.name, block.input] for block in answer.content if block.type == "tool_use"],
        "finish": MESSAGE_FINISH.get(answer.stop_reason, answer.stop_reason),
        "refusal": "",
        "usage": {
            "input": usage.input_tokens + written_to + read_from if told else None,
            "output": usage.output_tokens if told else None,
            "cached": read_from,
        },
    }


def read_gemini(data, stream, events_in):
    messages = events_in(data) if stream else [json.loads(data)]
    # As the SDK does: what it does not know is left out.
    kind = google_types.GenerateContentResponse
    answers = [kind._from_response(response=message, kwargs={}) for message in messages]
    candidates = [answer.candidates[0] for answer in answers if answer.candidates]
    parts = [part for one in candidates if one.content for part in one.content.parts or ()]
    calls = [part.function_call for part in parts if part.function_call]
    reasons = [one.finish_reason.value for one in candidates if one.finish_reason]
    usages = [answer.usage_metadata for answer in answers if answer.usage_metadata]
    blocked = any(answer.prompt_feedback and answer.prompt_feedback.block_reason for answer in answers)
    assert len(reasons) == (0 if blocked else 1)
    words = {"STOP": "tool_calls" if calls else "stop", "MAX_TOKENS": "length"}
    usage = usages[-1] if usages else None
    return {
        "text": "".join(part.text or "" for part in parts if not part.thought),
        "reasoning": "".join(part.text or "" for part in parts if part.thought),
        "tool_calls": [[call.name, call.args or {}] for call in calls],
        "finish": words.get(reasons[0], "content_filter") if reasons else "content_filter",
        "refusal": "",
        "usage": {
            "input": usage and (usage.prompt_token_count or 0) + (usage.tool_use_prompt_token_count or 0),
            "output": usage and (usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0),
            "cached": usage and usage.cached_content_token_count,
        },
    }


READERS = {
    "openai_chat": read_chat,
    "openai_responses": read_responses,
    "anthropic_messages": read_messages,
    "gemini": read_gemini,
}


@pytest.fixture(scope="session")
def sdk_reads(through):
    """Reads an answer, whole or streamed, as the SDK of that wire does."""

    def read(ingress, data, stream):
        return READERS[ingress](data, stream, through.events_in)

    return read
