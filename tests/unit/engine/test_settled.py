"""What an account gets of a conversation that several accounts had a part in."""

from typing import Any

import pytest

from accord.core.account import marked, tag_of
from accord.core.error import Unsupported
from accord.core.loss import Losses
from accord.core.message import Message
from accord.core.part import Audio, Media, Opaque, Part, Reasoning, Text, ToolCall, ToolResult
from accord.core.request import ChatRequest
from accord.dialects.openai_responses import OpenAIResponses
from accord.dialects.openai_responses.account import marked_part
from accord.dialects.openai_responses.read_item import with_mark
from accord.engine.account import Account, bears_marks, of_account, settled, tags_in
from accord.engine.kept import file_in
from accord.providers import OpenRouter

ONE, TWO = tag_of("one"), tag_of("two")
NAME = "openai_responses"


def opaque(**raw: Any) -> Opaque:
    return Opaque(dialect=NAME, raw=raw)


BOUND: list[Part] = [
    Reasoning(owner=NAME, encrypted="gAAA", id="rs_1", summary=("Hmm",)),
    Reasoning(owner=NAME, id="rs_1"),
    opaque(type="compaction", id="cmp_1", encrypted_content="gAAA"),
    opaque(type="item_reference", id="msg_1"),
]
NAMED: list[Part] = [
    ToolCall(id="call_1", name="add", item_id="fc_1"),
    with_mark(Text(text="Four"), {"id": "msg_1", "phase": "commentary"}),
]
FREE: list[Part] = [
    Reasoning(text="Hmm", signature="EqQB", owner="anthropic_messages"),
    Reasoning(text="Hmm"),
    ToolCall(id="call_1", name="add", signature="CiQB"),
    Text(text="rs_1"),
    opaque(type="something_new", text="x"),
]


def talk(*parts: Part, role: Any = "assistant") -> ChatRequest:
    return ChatRequest(model="m", messages=(Message(role=role, parts=parts),))


def parts_for(request: ChatRequest, *, tag: str = ONE, alone: bool = True, drops: bool = True) -> tuple[Any, Losses]:
    losses = Losses("one", "m", "drop" if drops else "error")
    found = settled(request, Account(name="one", tag=tag, marks=True, alone=alone), losses)
    return [part for message in found.messages for part in message.parts], losses


@pytest.mark.parametrize("part", [*BOUND, *NAMED])
def test_what_is_its_own_comes_back_as_it_was(part: Part) -> None:
    request = talk(marked_part(part, ONE))
    assert bears_marks(request)
    got, losses = parts_for(request, alone=False, drops=False)
    assert got == [part]
    assert not losses.warnings


@pytest.mark.parametrize("part", BOUND)
def test_what_another_alone_can_read_is_left_out_or_refused(part: Part) -> None:
    request = talk(marked_part(part, TWO), *NAMED)
    assert tags_in(request) == (TWO,)
    got, losses = parts_for(request)
    assert [getattr(each, "item_id", None) for each in got] == [None, None]
    assert "msg_1" not in str(got), "items whose reasoning is missing are refused by their ids"
    assert "another account" in losses.warnings[0].message
    with pytest.raises(Unsupported, match="another account than 'one'"):
        parts_for(request, drops=False)


@pytest.mark.parametrize("part", NAMED)
def test_what_another_named_is_whole_without_its_name(part: Part) -> None:
    request = talk(marked_part(part, TWO))
    assert not tags_in(request)
    (got,), losses = parts_for(request, drops=False)
    assert "_1~" not in str(got)
    assert type(got) is type(part)
    assert losses.warnings


@pytest.mark.parametrize("part", FREE)
def test_what_is_not_bound_is_never_touched(part: Part) -> None:
    assert marked_part(part, ONE) == part
    assert parts_for(talk(part), alone=False, drops=False)[0] == [part]


@pytest.mark.parametrize("part", BOUND[:2])
def test_reasoning_of_nobody_knows_whom_goes_only_where_there_is_one_account(part: Part) -> None:
    assert parts_for(talk(part))[0] == [part]
    got, losses = parts_for(talk(part), alone=False, drops=False)
    assert got == []
    assert "nothing tells" in losses.warnings[0].message


@pytest.mark.parametrize("part", BOUND[2:])
def test_what_was_said_is_not_left_out_unasked(part: Part) -> None:
    with pytest.raises(Unsupported, match="nothing tells"):
        parts_for(talk(part), alone=False, drops=False)
    assert parts_for(talk(part), alone=False)[0] == []


def test_an_approval_finds_the_call_it_approves() -> None:
    asked = opaque(type="mcp_approval_request", id="mcpr_1", name="add", arguments="{}")
    shown = marked_part(asked, ONE)
    assert isinstance(shown, Opaque)
    answer = opaque(type="mcp_approval_response", approval_request_id=shown.raw["id"], approve=True)
    request = talk(answer, role="tool")
    got, _ = parts_for(request, alone=False, drops=False)
    assert got == [opaque(type="mcp_approval_response", approval_request_id="mcpr_1", approve=True)]
    with pytest.raises(Unsupported):
        parts_for(request, tag=TWO, drops=False)
    unmarked = opaque(type="computer_call_output", call_id="call_1", id="cco_1", output={})
    assert parts_for(talk(unmarked, role="tool"), alone=False, drops=False)[0] == [unmarked]


def test_a_history_is_marked_once() -> None:
    request = talk(*BOUND, *NAMED, *FREE)
    once = of_account(request.messages, "one")
    assert of_account(once, "two") == once
    assert parts_for(ChatRequest(model="m", messages=once), alone=False, drops=False)[0] == [*BOUND, *NAMED, *FREE]


@pytest.mark.parametrize("part", [*BOUND, *NAMED])
def test_nothing_marked_is_ever_written(part: Part) -> None:
    with pytest.raises(Unsupported, match="behind a name with several"):
        OpenAIResponses(model="gpt-5.4").encode(talk(marked_part(part, ONE)))
    OpenAIResponses(model="gpt-5.4").encode(talk(part))


def test_nor_by_hosts_that_take_reasoning_of_others() -> None:
    codec = OpenRouter(api_key="k").chat_codec("openai/gpt-5.4")
    thought = Reasoning(owner=NAME, encrypted="gAAA", id="rs_1")
    with pytest.raises(Unsupported, match="behind a name with several"):
        codec.encode(talk(marked_part(thought, ONE)), on_unsupported="drop")
    assert b"gAAA" in codec.encode(talk(thought)).draft.body  # type: ignore[operator]


def test_sounds_and_files_in_results_are_kept_by_their_account() -> None:
    assert file_in(Audio(source=Media(), id="audio_1")) == "sound `audio_1`"
    assert file_in(Audio(source=Media(data="AAAA"), id="audio_1")) is None
    from_tool = ToolResult(call_id="call_1", content=(Text(text="x"),))
    assert file_in(from_tool) is None
    assert marked("x", ONE) != marked("x", TWO)
