"""The rough count is near the careful one, however long a text is and whatever is in it."""

import timeit
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import accord
from accord.catalog.likely_tokens import likely_tokens
from accord.catalog.request_tokens import input_tokens, output_tokens
from accord.catalog.rough_tokens import SAMPLE, rough_tokens
from accord.catalog.tokens import text_tokens
from accord.core.message import Message
from accord.core.part import Image, Media, Part, Refusal, Text, ToolCall
from accord.core.request import ChatRequest, JsonSchemaFormat, ReasoningConfig
from accord.core.tool import FunctionTool

SOURCES = [path.read_text() for path in sorted(Path(accord.__file__).parent.glob("*/*.py"))]


@given(st.text(st.characters(codec="ascii"), max_size=SAMPLE) | st.text(max_size=SAMPLE // 4))
def test_a_short_text_is_counted_whole(text: str) -> None:
    # A line end is weighed as 0.848 in place of 0.85, a Greek letter as 0.352 in place of 0.355.
    assert rough_tokens(text) == pytest.approx(text_tokens(text), rel=0.01, abs=1e-9)


@pytest.mark.parametrize("letter", ["\n", "9", "9 ", "~", "~ ", "\n~", "Z", " ", "é", "é ", "😀 ", "今", "😀"])
def test_the_sum_of_a_sample_never_begins_anew(letter: str) -> None:
    text = letter * (SAMPLE // len(letter.encode()))
    assert rough_tokens(text) == pytest.approx(text_tokens(text), rel=0.01)


def test_long_texts_are_judged_by_a_sample() -> None:
    pieces = [text[start : start + 2000] for text in SOURCES for start in range(0, len(text) - 1999, 2000)]
    off = sorted([abs(rough_tokens(piece) / text_tokens(piece) - 1) for piece in pieces])
    assert len(off) > 100
    assert off[len(off) // 2] < 0.07
    assert off[len(off) * 9 // 10] < 0.15


def test_of_many_texts_the_average_is_right() -> None:
    careful, rough = sum(map(text_tokens, SOURCES)), sum(map(rough_tokens, SOURCES))
    assert rough == pytest.approx(careful, rel=0.05)


@pytest.mark.parametrize("width", [8, 16, 64, 128, 512, 1024])
def test_rows_of_one_width_are_seen_at_all_their_columns(width: int) -> None:
    row = ("1234567890" * 200)[: width // 2] + ("ab cd " * 200)[: width - width // 2 - 1] + "\n"
    text = row * (200_000 // width)
    assert rough_tokens(text) == pytest.approx(text_tokens(text), rel=0.25)


def test_other_scripts_and_keys_are_seen_in_a_sample_too() -> None:
    for text in (
        "今天天气很好,我们去公园散步吧。" * 100,
        "Скорость передачи зависит. " * 100,
        "QmFzZTY0IGhhcyBubyB3b3Jkcw" * 100,
    ):
        assert rough_tokens(text) == pytest.approx(text_tokens(text), rel=0.25)


@pytest.mark.parametrize("text", ["", " ", "\n", "\ud800" * 400, "\x00" * 1000, "😀" * 1000, "a" * 100_000])
def test_any_text_has_a_rough_count(text: str) -> None:
    assert 0 <= rough_tokens(text) <= 4 * len(text.encode("utf-8", "surrogatepass"))


def test_a_long_text_takes_no_longer_than_a_short_one() -> None:
    text = "The quick brown fox jumps over the lazy dog; " * 5_000
    fastest = min(timeit.repeat(lambda: rough_tokens(text), number=10, repeat=20)) / 10
    assert fastest < 100e-6


def asked(*parts: Part, **fields: object) -> ChatRequest:
    return ChatRequest(model="gpt-5.4-mini", messages=(Message(role="user", parts=parts),), **fields)  # type: ignore[arg-type]


def careful(request: ChatRequest) -> int:
    return input_tokens(request).likely + output_tokens(request).likely


WORDS = Text(text="Tell me of it. " * 10)


@pytest.mark.parametrize(
    "request_",
    [
        asked(WORDS),
        asked(Text(text="Short"), WORDS),
        asked(),
        asked(WORDS, max_output_tokens=10),
        asked(WORDS, max_output_tokens=0),
        asked(WORDS, max_output_tokens=10_000),
        asked(WORDS, n=3),
        asked(WORDS, reasoning=ReasoningConfig(effort="high")),
        asked(WORDS, tools=(FunctionTool(name="look", parameters={"type": "object"}),)),
        asked(WORDS, response_format=JsonSchemaFormat(name="it", schema={"type": "object"})),
        asked(WORDS, Refusal(text="No."), ToolCall(id="1", name="look", arguments="{}")),
        asked(WORDS, Image(source=Media(url="https://pictures.test/1.png"))),
    ],
)
def test_what_a_request_uses_is_likely_the_same(request_: ChatRequest) -> None:
    assert likely_tokens(request_) == pytest.approx(careful(request_), rel=0.01, abs=1)
