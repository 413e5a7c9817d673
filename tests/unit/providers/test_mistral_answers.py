"""Answers of Mistral: thinking among the content, calls whole and in fragments, beginnings repeated, counts under several
names; where calls go, and its small endpoints.
"""

import json
from base64 import b64encode
from decimal import Decimal

import pytest

import accord
from accord.core.accumulate import accumulate
from accord.core.embedding import EmbeddingRequest
from accord.core.error import Interrupted, Malformed, Unsupported
from accord.core.http import Reply
from accord.core.message import Message, assistant, user
from accord.core.moderation import ModerationRequest
from accord.core.part import Image, Media, Opaque, Reasoning, Text
from accord.core.request import ChatRequest
from accord.core.speech import SpeechRequest, TranscriptionRequest
from accord.dialects.openai_endpoints.moderation import render_moderation
from accord.providers.mistral import Mistral
from accord.testing.memory import MemoryTransport

KEY = "mistral-test-key"
PROVIDER = Mistral(api_key=KEY)
ASKED = ChatRequest(messages=(user("Hello"),))


def exchange_of(asked=ASKED, *, stream=False):
    return PROVIDER.chat_codec("mistral-small-latest").encode(asked, stream=stream)


def completion(message, *, usage=None, finish="stop"):
    body = {
        "id": "0f3e",
        "object": "chat.completion",
        "created": 1795428000,
        "model": "mistral-small-latest",
        "choices": [
            {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "tool_calls": None, **message}}
        ],
        "usage": usage or {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
    }
    return Reply(status=200, body=json.dumps(body).encode())


def decoded(message, asked=ASKED, **more):
    return exchange_of(asked).decode(completion(message, **more))


def sse(*chunks, done=True):
    head = {"id": "0f3e", "object": "chat.completion.chunk", "created": 1795428000, "model": "mistral-small-latest"}
    lines = [f"data: {json.dumps(head | chunk)}\n\n" for chunk in chunks]
    return ("".join(lines) + ("data: [DONE]\n\n" if done else "")).encode()


def chunk(delta, finish=None, index=0, **more):
    return {"choices": [{"index": index, "delta": delta, "finish_reason": finish}], "p": "abcdef", **more}


def streamed(data, asked=ASKED, size=0):
    decoder = exchange_of(asked, stream=True).decoder()
    pieces = [data[at : at + size] for at in range(0, len(data), size)] if size else [data]
    return accumulate([event for piece in pieces for event in decoder.feed(piece)] + decoder.end())


def thinking(text, **more):
    return {"type": "thinking", "thinking": [{"type": "text", "text": text}], **more}


def parts_of(response):
    return response.choices[0].message.parts


class TestThinking:
    def test_is_reasoning_in_its_place(self):
        response = decoded(
            {"content": [thinking("Hm.", signature="sig", closed=True), {"type": "text", "text": "Four."}]}
        )
        assert parts_of(response) == (
            Reasoning(text="Hm.", signature="sig", owner="openai_chat"),
            Text(text="Four."),
        )

    def test_of_a_stream_is_the_same(self):
        data = sse(
            chunk({"role": "assistant", "content": ""}),
            chunk({"content": [thinking("The tool ", closed=True)]}),
            chunk({"content": [thinking("says four.", closed=True)]}),
            chunk(
                {
                    "content": [
                        {"type": "thinking", "thinking": [], "signature": "sig"},
                        {"type": "text", "text": "It is"},
                    ]
                }
            ),
            chunk(
                {"content": " four."}, "stop", usage={"prompt_tokens": 8, "completion_tokens": 9, "total_tokens": 17}
            ),
        )
        response = streamed(data)
        assert parts_of(response) == (
            Reasoning(text="The tool says four.", signature="sig", owner="openai_chat"),
            Text(text="It is four."),
        )
        whole = decoded(
            {"content": [thinking("The tool says four.", signature="sig"), {"type": "text", "text": "It is four."}]}
        )
        assert parts_of(response) == parts_of(whole)
        assert response.extra == {}

    def test_comes_back_as_it_went(self):
        response = decoded({"content": [thinking("Hm.", signature="sig"), {"type": "text", "text": "Four."}]})
        again = ChatRequest(messages=(*ASKED.messages, response.choices[0].message, user("Sure?")))
        body = json.loads(exchange_of(again).draft.body)
        assert body["messages"][1]["content"] == [thinking("Hm.", signature="sig"), {"type": "text", "text": "Four."}]

    def test_all_texts_are_kept_and_references_in_their_place(self):
        reference = {"type": "reference", "reference_ids": [1, "a"]}
        response = decoded({"content": [{"type": "text", "text": "One"}, reference, {"type": "text", "text": " two."}]})
        assert response.text == "One two."
        assert parts_of(response)[1] == Opaque(dialect="openai_chat", raw=reference)


class TestCalls:
    def test_of_its_own_models_come_whole_in_one_piece(self):
        calls = [
            {
                "id": "Xy12Ab9Qz",
                "type": "function",
                "function": {"name": "lookup", "arguments": '{"q": "a"}'},
                "index": 0,
            },
            {
                "id": "Pq7LmN0sT",
                "type": "function",
                "function": {"name": "lookup", "arguments": {"q": "b"}},
                "index": 1,
            },
        ]
        whole = decoded({"content": "", "tool_calls": calls}, finish="tool_calls")
        told = streamed(sse(chunk({"tool_calls": calls}, "tool_calls")))
        for response in (whole, told):
            found = [(call.id, call.name, json.loads(call.arguments)) for call in response.tool_calls]
            assert found == [("Xy12Ab9Qz", "lookup", {"q": "a"}), ("Pq7LmN0sT", "lookup", {"q": "b"})]
            assert response.finish.unified == "tool_calls"
            assert response.text == ""

    def test_of_relayed_models_come_in_fragments_without_name_and_id(self):
        def fragment(arguments, **more):
            function = {"name": more.pop("name", ""), "arguments": arguments}
            return {
                "tool_calls": [{"type": "function", "function": function, "index": 0, **more}],
                "index": 0,
                "content": "",
            }

        data = sse(
            chunk(fragment("", name="lookup", id="chatcmpl-tool-0a1b2c3d4e5f6071")),
            chunk(fragment('{"q":')),
            chunk(fragment('"a"}')),
            chunk({"index": 0, "content": ""}, "tool_calls"),
        )
        (call,) = streamed(data).tool_calls
        assert (call.id, call.name, call.arguments) == ("chatcmpl-tool-0a1b2c3d4e5f6071", "lookup", '{"q":"a"}')

    @pytest.mark.parametrize("given", ["null", None])
    def test_without_an_id_get_one(self, given):
        call = {"id": given, "function": {"name": "lookup", "arguments": "{}"}}
        (found,) = decoded({"content": "", "tool_calls": [call]}, finish="tool_calls").tool_calls
        assert found.id not in ("", "null")

    def test_that_a_limit_cut_off_are_kept_as_they_are(self):
        call = {"id": "Xy12Ab9Qz", "function": {"name": "lookup", "arguments": '{"q": "a'}}
        response = decoded({"content": "", "tool_calls": [call]}, finish="length")
        assert (response.tool_calls[0].arguments, response.finish.unified) == ('{"q": "a', "length")


class TestCounts:
    @pytest.mark.parametrize(
        "said",
        [
            {"prompt_tokens_details": {"cached_tokens": 8}},
            {"prompt_token_details": {"cached_tokens": 8}},
            {"num_cached_tokens": 8},
            {"prompt_tokens_details": {"cached_tokens": 8}, "num_cached_tokens": 9},
        ],
    )
    def test_of_the_cache_have_had_three_names(self, said):
        usage = decoded(
            {"content": "Hi"}, usage={"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15, **said}
        ).usage
        assert (usage.input, usage.cached, usage.output) == (10, 8, 5)

    def test_that_are_not_there_are_unknown(self):
        usage = decoded({"content": "Hi"}).usage
        assert (usage.cached, usage.reasoning, usage.seconds, usage.audio_input) == (None, None, None, None)

    def test_of_sound_are_part_of_the_input(self):
        raw = {
            "prompt_tokens": 9,
            "completion_tokens": 248,
            "total_tokens": 632,
            "prompt_audio_seconds": 31,
            "prompt_tokens_details": {"audio_tokens": 375, "cached_tokens": 0},
        }
        usage = decoded({"content": "Hi"}, usage=raw).usage
        assert (usage.input, usage.audio_input, usage.output, usage.seconds) == (384, 375, 248, 31)

    def test_name_the_tier_that_served(self):
        raw = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100, "service_tier": "priority"}
        transport = MemoryTransport(completion({"content": "Hi"}, usage=raw))
        response = accord.Client(PROVIDER, transport=transport).chat_completion(ASKED, model="mistral-small-latest")
        assert response.cost.amount == Decimal("0.0003675")


BEGUN = ChatRequest(messages=(user("Say it"), assistant("The answer is")))


class TestBeginnings:
    @pytest.mark.parametrize("size", [0, 1, 5])
    @pytest.mark.parametrize(
        ("words", "kept"),
        [
            (["The answer is four."], " four."),
            (["The ans", "wer", " is", " four."], " four."),
            (["The answer is"], ""),
            (["Four."], "Four."),
            (["The answer", " was four."], "The answer was four."),
            (["The answer"], "The answer"),
            (["The answer is", " The answer is"], " The answer is"),
        ],
    )
    def test_that_the_answer_repeats_are_left_out(self, words, kept, size):
        told = streamed(sse(*[chunk({"content": word}) for word in words], chunk({"content": ""}, "stop")), BEGUN, size)
        whole = decoded({"content": "".join(words)}, BEGUN)
        assert told.text == whole.text == kept
        assert parts_of(told) == parts_of(whole)

    def test_of_each_choice_are_its_own(self):
        data = sse(
            chunk({"content": "The "}, index=0),
            chunk({"content": "The "}, index=1),
            chunk({"content": "answer is 4"}, index=0),
            chunk({"content": "end"}, "stop", index=1),
            chunk({"content": ""}, "stop", index=0),
        )
        response = streamed(data, BEGUN)
        assert [choice.message.text for choice in response.choices] == [" 4", "The end"]

    def test_that_the_caller_marked_in_mistrals_way_are_kept(self):
        marked = Message(role="assistant", parts=(Text(text="The answer is"),), extra={"openai_chat": {"prefix": True}})
        asked = ChatRequest(messages=(user("Say it"), marked))
        assert decoded({"content": "The answer is four."}, asked).text == "The answer is four."

    def test_do_not_hide_that_a_stream_broke_off(self):
        decoder = exchange_of(BEGUN, stream=True).decoder()
        decoder.feed(sse(chunk({"content": "The ans"}), done=False))
        with pytest.raises(Interrupted):
            decoder.end()


class TestAddresses:
    @pytest.mark.parametrize(
        "given",
        [
            "",
            "https://api.mistral.ai",
            "https://api.mistral.ai/",
            "https://api.mistral.ai/v1/",
            "https://api.mistral.ai/v1/chat/completions",
        ],
    )
    def test_are_found_however_they_were_given(self, given):
        transport = MemoryTransport(completion({"content": "Hi"}))
        client = accord.Client(Mistral(api_key=KEY, base_url=given), transport=transport)
        client.chat_completion(ASKED, model="mistral-small-latest")
        assert transport.calls[0].url == "https://api.mistral.ai/v1/chat/completions"

    @pytest.mark.parametrize("key", [KEY, "Bearer " + KEY])
    def test_want_the_key_as_a_bearer_token(self, key):
        transport = MemoryTransport(completion({"content": "Hi"}))
        accord.Client(Mistral(api_key=key), transport=transport).chat_completion(ASKED, model="mistral-small-latest")
        assert dict(transport.calls[0].headers)["authorization"] == "Bearer " + KEY

    @pytest.mark.parametrize(
        ("host", "region", "amount"),
        [
            ("https://api.mistral.ai", None, "0.0000045"),
            ("https://api.eu.mistral.ai", "eu", "0.00000495"),
            ("https://api.us.mistral.ai/v1", "us", "0.00000495"),
            ("https://codestral.mistral.ai", None, "0.0000045"),
        ],
    )
    def test_of_a_region_cost_more(self, host, region, amount):
        transport = MemoryTransport(completion({"content": "Hi"}))
        client = accord.Client(Mistral(api_key=KEY, base_url=host), transport=transport)
        response = client.chat_completion(ASKED, model="mistral-small-latest")
        assert (response.usage.region, response.cost.amount) == (region, Decimal(amount))

    def test_say_the_providers_id_of_the_request(self):
        reply = completion({"content": "Hi"})
        headers = (("mistral-correlation-id", "0197"), ("x-kong-request-id", "0197"))
        transport = MemoryTransport(Reply(status=200, headers=headers, body=reply.body))
        response = accord.Client(PROVIDER, transport=transport).chat_completion(ASKED, model="mistral-small-latest")
        assert response.request_id == "0197"


def client_with(body, **headers):
    found = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    transport = MemoryTransport(Reply(status=200, headers=found, body=json.dumps(body).encode()))
    return accord.Client(PROVIDER, transport=transport), transport


class TestEmbeddings:
    ANSWER = {
        "data": [{"embedding": [0.5, 1.0], "index": 0}],
        "model": "codestral-embed",
        "usage": {"prompt_tokens": 4},
    }

    def test_have_a_length_under_mistrals_name(self):
        client, transport = client_with(self.ANSWER)
        request = EmbeddingRequest(model="codestral-embed", input=("Hi",), dimensions=2, user="u-1")
        response = client.embeddings(request)
        assert json.loads(transport.calls[0].body) == {
            "model": "codestral-embed",
            "input": ["Hi"],
            "output_dimension": 2,
        }
        assert response.embeddings == ((0.5, 1.0),)
        assert response.usage.input == 4
        assert {warning.field for warning in response.warnings} == {"user"}

    @pytest.mark.parametrize(
        ("request_of", "field"),
        [
            (EmbeddingRequest(model="mistral-embed", input=("Hi",), dimensions=2), "dimensions"),
            (EmbeddingRequest(model="mistral-embed", input=((1, 2),)), "input"),
            (EmbeddingRequest(model="mistral-embed", input=("Hi",) * 257), "input"),
            (EmbeddingRequest(model="mistral-embed", input=("Hi",), task="query"), "task"),
        ],
    )
    def test_that_it_would_refuse_are_not_asked_for(self, request_of, field):
        client, transport = client_with(self.ANSWER)
        with pytest.raises(Unsupported) as caught:
            client.embeddings(request_of)
        assert (caught.value.param, transport.calls) == (field, [])

    def test_of_256_texts_are_asked_for_at_once(self):
        client, transport = client_with(self.ANSWER)
        client.embeddings(EmbeddingRequest(model="mistral-embed", input=("Hi",) * 256))
        assert len(json.loads(transport.calls[0].body)["input"]) == 256


class TestModeration:
    ANSWER = {
        "id": "m1",
        "model": "mistral-moderation-2603",
        "usage": {"prompt_tokens": 7, "completion_tokens": 0},
        "results": [
            {"categories": {"sexual": False, "violence_and_threats": True}, "category_scores": {"sexual": 0.1}},
            {"categories": {"sexual": False}, "category_scores": {"sexual": 0.1}},
        ],
    }

    def test_flags_what_is_in_any_category(self):
        client, transport = client_with(self.ANSWER)
        response = client.moderation(ModerationRequest(model="mistral-moderation-2603", input=("Fight", "Hi")))
        assert json.loads(transport.calls[0].body)["input"] == ["Fight", "Hi"]
        assert [verdict.flagged for verdict in response.results] == [True, False]
        assert response.usage.input == 7

    def test_is_shown_to_callers_in_openais_form(self):
        client, _ = client_with(self.ANSWER)
        response = client.moderation(ModerationRequest(model="mistral-moderation-2603", input=("Fight", "Hi")))
        assert [row["flagged"] for row in json.loads(render_moderation(response))["results"]] == [True, False]

    def test_of_pictures_there_is_none(self):
        client, _ = client_with(self.ANSWER)
        picture = Image(source=Media(url="https://example.com/a.png"))
        with pytest.raises(Unsupported, match="pictures"):
            client.moderation(ModerationRequest(model="mistral-moderation-2603", input=(Text(text="Hi"), picture)))


class TestSpeech:
    def test_comes_within_json(self):
        client, transport = client_with({"audio_data": b64encode(b"RIFF").decode()}, content_type="application/json")
        request = SpeechRequest(model="voxtral-mini-tts-latest", input="Hi", voice="alloy", response_format="wav")
        response = client.speech(request)
        body = json.loads(transport.calls[0].body)
        assert body == {"model": "voxtral-mini-tts-latest", "input": "Hi", "voice": "alloy", "response_format": "wav"}
        assert (response.audio, response.content_type, response.usage.characters) == (b"RIFF", "audio/wav", 2)

    @pytest.mark.parametrize("body", [{}, {"audio_data": ""}, {"audio_data": "###"}, [1]])
    def test_without_sound_is_malformed(self, body):
        client, _ = client_with(body)
        with pytest.raises(Malformed):
            client.speech(SpeechRequest(model="voxtral-mini-tts-latest", input="Hi", voice="alloy"))

    @pytest.mark.parametrize("fields", [{"speed": 2.0}, {"instructions": "Whisper."}])
    def test_cannot_be_told_how_to_speak(self, fields):
        client, _ = client_with({})
        with pytest.raises(Unsupported, match=next(iter(fields))):
            client.speech(SpeechRequest(model="voxtral-mini-tts-latest", input="Hi", voice="alloy", **fields))


class TestTranscription:
    ANSWER = {
        "model": "voxtral-mini-2602",
        "text": "Hello",
        "language": "en",
        "segments": [],
        "usage": {"prompt_audio_seconds": 203, "prompt_tokens": 4, "completion_tokens": 3, "total_tokens": 3264},
    }

    def test_is_billed_by_the_second(self):
        client, transport = client_with(self.ANSWER)
        request = TranscriptionRequest(
            model="voxtral-mini-latest", audio=b"RIFF", response_format="json", prompt="names"
        )
        response = client.transcription(request)
        body = transport.calls[0].body
        assert b'name="model"' in body
        assert b"response_format" not in body
        assert (response.text, response.usage.seconds) == ("Hello", 203)
        assert response.cost.amount == Decimal("0.01015")
        assert {warning.field for warning in response.warnings} == {"prompt"}

    def test_is_json_alone(self):
        client, _ = client_with(self.ANSWER)
        with pytest.raises(Unsupported, match="response_format"):
            client.transcription(
                TranscriptionRequest(model="voxtral-mini-latest", audio=b"RIFF", response_format="srt")
            )


def test_there_are_no_pictures():
    assert not hasattr(PROVIDER, "image_codec")
