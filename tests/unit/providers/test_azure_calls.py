"""Azure OpenAI through a client: addresses of the v1 and the dated API, ways in, what its answers hold beside OpenAI's."""

import json
from decimal import Decimal
from typing import Any

import pytest

import accord
from accord.client.environment import provider_from_environment
from accord.core.error import ConfigError, Unsupported
from accord.core.http import Reply
from accord.core.image import ImageRequest
from accord.core.message import user
from accord.core.part import File, Media, Text
from accord.core.request import ChatRequest
from accord.core.tool import FunctionTool
from accord.dialects import openai_responses
from accord.providers.azure import Azure
from accord.providers.credential import EntraToken
from accord.testing.memory import MemoryTransport

HOST = "https://contoso.openai.azure.com"
KEY = "azure-test-key"
ASKED = ChatRequest(messages=(user("ping"),))
TOOL = FunctionTool(name="weather", parameters={"type": "object", "properties": {}})
SAFE = {"hate": {"filtered": False, "severity": "safe"}}
COMPLETION = {
    "id": "chatcmpl-Z9",
    "object": "chat.completion",
    "created": 1795430200,
    "model": "gpt-6-luna-2026-09-22",
    "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": SAFE}],
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": "pong", "refusal": None},
            "content_filter_results": SAFE,
        }
    ],
    "usage": {"prompt_tokens": 8, "completion_tokens": 2, "total_tokens": 10},
}


def azure(**fields):
    return Azure(**{"api_key": KEY, "base_url": HOST, **fields})


def reply(body, *headers):
    return Reply(status=200, headers=(("content-type", "application/json"), *headers), body=json.dumps(body).encode())


def asked_of(provider, request=ASKED, model="prod", answer=COMPLETION) -> Any:
    transport = MemoryTransport(reply(answer, ("apim-request-id", "6b1"), ("x-request-id", "other")))
    response = accord.Client(provider, transport=transport).chat_completion(request, model=model)
    return response, transport.calls[0]


class TestAddresses:
    @pytest.mark.parametrize(
        "given",
        [
            HOST,
            HOST + "/",
            HOST + "/openai",
            HOST + "/openai/v1/",
            HOST + "/openai/v1/chat/completions",
            HOST + "/openai/responses",
        ],
    )
    def test_the_v1_route_is_found_from_whatever_was_pasted(self, given):
        _, call = asked_of(azure(base_url=given))
        assert (call.method, call.url) == ("POST", HOST + "/openai/v1/chat/completions")
        assert json.loads(call.body)["model"] == "prod"

    @pytest.mark.parametrize(
        ("given", "version"),
        [
            (HOST, "2024-10-21"),
            (HOST + "/openai/deployments/other/chat/completions?api-version=2024-10-21", ""),
            (HOST + "/openai/deployments/other/chat/completions?foo=1&api-version=2023-05-15", "2024-10-21"),
        ],
    )
    def test_a_dated_version_names_the_deployment_in_the_path(self, given, version):
        _, call = asked_of(azure(base_url=given, api_version=version), model="prod 4o/a")
        expected = f"{HOST}/openai/deployments/prod%204o%2Fa/chat/completions?api-version=2024-10-21"
        assert call.url == expected

    @pytest.mark.parametrize("version", ["", "v1", "preview", "latest"])
    def test_an_undated_version_is_v1_and_never_sent(self, version):
        _, call = asked_of(azure(api_version=version))
        assert call.url == HOST + "/openai/v1/chat/completions"

    def test_a_front_with_a_path_of_its_own_keeps_it(self):
        _, call = asked_of(azure(base_url="https://apim.contoso.com/openai-front/ai"))
        assert call.url == "https://apim.contoso.com/openai-front/ai/openai/v1/chat/completions"

    @pytest.mark.parametrize(
        ("version", "url"),
        [
            ("", HOST + "/openai/v1/responses"),
            ("2025-04-01-preview", HOST + "/openai/responses?api-version=2025-04-01-preview"),
            # Before that version there is only the v1 route for it.
            ("2024-10-21", HOST + "/openai/v1/responses"),
        ],
    )
    def test_responses_belong_to_the_resource(self, version, url):
        answer = {"id": "resp_1", "status": "completed", "model": "prod", "output": []}
        _, call = asked_of(azure(api_version=version, base_models={"prod": "gpt-5.5"}), ASKED_WITH_TOOL, answer=answer)
        assert call.url == url

    def test_the_list_of_models_is_the_probe(self):
        for version, url in (
            ("", HOST + "/openai/v1/models"),
            ("2024-10-21", HOST + "/openai/models?api-version=2024-10-21"),
        ):
            transport = MemoryTransport(reply({"data": []}))
            health = accord.Client(azure(api_version=version), transport=transport).health_check()
            assert (health.state, transport.calls[0].method, transport.calls[0].url) == ("healthy", "GET", url)

    @pytest.mark.parametrize(("version", "model"), [("", "pics"), ("2025-04-01-preview", None)])
    def test_pictures_name_the_deployment_once(self, version, model):
        transport = MemoryTransport(reply({"created": 1, "data": [{"b64_json": "AAAA"}]}))
        client = accord.Client(azure(api_version=version), transport=transport)
        client.image_generation(ImageRequest(prompt="a fox", model="pics"))
        call = transport.calls[0]
        assert json.loads(call.body).get("model") == model
        assert ("/deployments/pics/images/generations" in call.url) is (model is None)

    def test_an_endpoint_is_required(self):
        with pytest.raises(ConfigError, match="endpoint of your resource"):
            Azure(api_key=KEY)


ASKED_WITH_TOOL = ChatRequest(messages=(user("ping"),), tools=(TOOL,))


class TestWaysIn:
    def test_a_key_has_a_header_of_its_own(self):
        _, call = asked_of(azure())
        headers = dict(call.headers)
        assert headers["api-key"] == KEY
        assert "authorization" not in headers

    def test_the_header_of_the_key_can_be_that_of_a_front(self):
        _, call = asked_of(azure(key_header="Ocp-Apim-Subscription-Key"))
        headers = dict(call.headers)
        assert headers["ocp-apim-subscription-key"] == KEY
        assert "api-key" not in headers

    def test_a_token_is_sent_alone(self):
        _, call = asked_of(azure(ad_token="entra-test-token"))
        headers = dict(call.headers)
        assert headers["authorization"] == "Bearer entra-test-token"
        assert "api-key" not in headers

    def test_tokens_come_from_entra(self):
        plain = Azure(base_url=HOST, entra=True).credential()
        assert plain == EntraToken(scope="https://cognitiveservices.azure.com/.default")
        full = Azure(
            base_url=HOST,
            tenant="t",
            client="c",
            client_secret="s-test",
            scope="https://cognitiveservices.azure.us/.default",
        ).credential()
        assert isinstance(full, EntraToken)
        assert (full.tenant, full.client, full.client_secret) == ("t", "c", "s-test")
        assert full.scope == "https://cognitiveservices.azure.us/.default"

    def test_no_secret_is_ever_printed(self):
        provider = azure(ad_token="entra-test-token", client_secret="s-test")
        assert not any(secret in repr(provider) for secret in (KEY, "entra-test-token", "s-test"))

    @pytest.mark.parametrize(
        ("environ", "fields"),
        [
            (
                {"AZURE_OPENAI_ENDPOINT": HOST, "AZURE_OPENAI_API_KEY": "a", "OPENAI_API_VERSION": "2024-10-21"},
                {"base_url": HOST, "api_key": "a", "api_version": "2024-10-21"},
            ),
            (
                {"AZURE_API_BASE": HOST, "AZURE_API_KEY": "a", "AZURE_API_VERSION": "2024-10-21", "AZURE_SCOPE": "s"},
                {"base_url": HOST, "api_key": "a", "api_version": "2024-10-21", "scope": "s"},
            ),
            (
                {"AZURE_API_BASE": "https://b.example.com", "AZURE_OPENAI_ENDPOINT": HOST, "AZURE_OPENAI_API_KEY": "a",
                 "AZURE_API_KEY": "b", "OPENAI_API_VERSION": "v1", "AZURE_API_VERSION": "2024-10-21"},
                {"base_url": HOST, "api_key": "a", "api_version": "v1"},
            ),
            (
                {"AZURE_API_BASE": HOST, "AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", "AZURE_CLIENT_SECRET": "s"},
                {"tenant": "t", "client": "c", "client_secret": "s"},
            ),
        ],
    )  # fmt: skip
    def test_the_environment_names_them_as_the_sdk_does_or_as_others_do(self, environ, fields):
        provider = provider_from_environment("azure", environ)
        assert {name: getattr(provider, name) for name in fields} == fields

    def test_a_token_of_the_environment_wins_over_a_key(self):
        environ = {"AZURE_OPENAI_ENDPOINT": HOST, "AZURE_OPENAI_API_KEY": "a", "AZURE_OPENAI_AD_TOKEN": "t-test"}
        credential: Any = provider_from_environment("azure", environ).credential()
        assert credential.headers() == (("authorization", "Bearer t-test"),)


class TestModels:
    def test_rules_are_those_of_the_model_a_deployment_runs(self):
        provider = azure(base_models={"prod": "gpt-5"})
        with pytest.raises(Unsupported, match="temperature"):
            provider.chat_codec("prod").encode(ChatRequest(messages=ASKED.messages, temperature=0.2))
        body = json.loads(
            azure().chat_codec("prod").encode(ChatRequest(messages=ASKED.messages, temperature=0.2)).draft.body
        )
        assert body["temperature"] == 0.2

    def test_tools_of_a_reasoning_model_go_to_responses(self):
        known = azure(base_models={"prod": "gpt-5.6-sol"})
        assert known.chat_codec("prod").encode(ASKED_WITH_TOOL).draft.dialect == "openai_responses"
        assert azure().chat_codec("prod").encode(ASKED_WITH_TOOL).draft.dialect == "openai_chat"

    def test_documents_are_taken_on_responses_alone(self):
        document = File(source=Media(data="JVBERi0=", media_type="application/pdf"), filename="a.pdf")
        asked = ChatRequest(messages=(user([Text(text="What is this?"), document]),))
        assert azure().chat_codec("prod").encode(asked).draft.dialect == "openai_responses"

    def test_a_deployment_has_the_price_of_its_model(self):
        response, _ = asked_of(azure(base_models={"prod": "gpt-6-luna"}))
        assert response.cost.amount == Decimal("0.0000018")
        response, _ = asked_of(azure())
        assert response.cost.amount == Decimal("0.0000018"), "the answer names the model"

    @pytest.mark.parametrize(
        ("region", "amount"),
        [("global", "0.0000018"), ("us", "0.00000198"), ("eu", "0.00000216"), ("apac", "0.00000216")],
    )
    def test_a_data_zone_costs_more(self, region, amount):
        response, _ = asked_of(azure(base_models={"prod": "gpt-6-luna"}, pricing_region=region))
        assert response.cost.amount == Decimal(amount)

    def test_what_is_paid_by_the_hour_has_no_price_of_its_own(self):
        response, _ = asked_of(azure(base_models={"prod": "gpt-6-luna"}, provisioned=True))
        assert response.cost.amount is None
        assert "paid in advance" in response.cost.reason

    def test_the_status_of_earlier_items_is_not_sent_back(self):
        answer = {
            "id": "resp_1",
            "status": "completed",
            "model": "prod",
            "output": [
                {"id": "rs_1", "type": "reasoning", "summary": [], "encrypted_content": "gAAA", "status": "completed"},
                {
                    "id": "msg_1",
                    "type": "message",
                    "role": "assistant",
                    "status": "completed",
                    "content": [{"type": "output_text", "text": "Hi", "annotations": []}],
                },
            ],
        }
        provider = azure(base_models={"prod": "gpt-5.5"})
        response, _ = asked_of(provider, ASKED_WITH_TOOL, answer=answer)
        again = ChatRequest(messages=(*ASKED.messages, response.choices[0].message, user("Go on")), tools=(TOOL,))
        body = json.loads(provider.chat_codec("prod").encode(again).draft.body)
        assert [item["type"] for item in body["input"]] == ["message", "reasoning", "message", "message"]
        assert not any("status" in item for item in body["input"])

    def test_a_callers_own_responses_go_on_unless_azure_refuses_a_part_of_them(self):
        codec = azure(base_models={"prod": "gpt-5.5"}).chat_codec("prod", "openai_responses")

        def inbound(**fields):
            return openai_responses.parse(json.dumps({"model": "any", "store": False, **fields}).encode(), ())

        forwarded = codec.forward(inbound(input="Hello"))
        assert forwarded is not None
        assert json.loads(forwarded.draft.body) == {"model": "prod", "store": False, "input": "Hello"}
        spoken = {"type": "message", "role": "assistant", "status": "completed", "id": "msg_1"}
        item = spoken | {"content": [{"type": "output_text", "text": "Hi", "annotations": []}]}
        assert codec.forward(inbound(input=[item])) is None
        assert codec.forward(inbound(input="Hello", context_management=[{"type": "compaction"}])) is None


class TestAnswers:
    def test_what_the_filter_found_is_kept_in_its_place(self):
        response, _ = asked_of(azure())
        assert response.text == "pong"
        assert response.extra["openai_chat"]["prompt_filter_results"][0]["content_filter_results"] == SAFE
        assert response.choices[0].extra["openai_chat"]["content_filter_results"] == SAFE
        assert response.request_id == "6b1"

    def test_text_that_the_filter_cut_off_is_kept(self):
        choice = COMPLETION["choices"][0] | {"finish_reason": "content_filter"}
        response, _ = asked_of(azure(), answer=COMPLETION | {"choices": [choice]})
        assert (response.text, response.finish.unified) == ("pong", "content_filter")


def chunk(**choice):
    head = {"id": "chatcmpl-Y1", "object": "chat.completion.chunk", "created": 1795430201, "model": "gpt-4o-2024-11-20"}
    return head | {"choices": [{"index": 0, "finish_reason": None, "content_filter_results": {}, **choice}]}


def late(finish, severity, *, filtered):
    found = {"violence": {"filtered": filtered, "severity": severity}}
    offsets = {"check_offset": 34, "start_offset": 34, "end_offset": 58}
    choice = {"index": 0, "finish_reason": finish, "content_filter_results": found, "content_filter_offsets": offsets}
    return {"id": "", "object": "", "created": 0, "model": "", "choices": [choice]}


PROMPT = [{"prompt_index": 0, "content_filter_results": {"violence": {"filtered": False, "severity": "safe"}}}]
ASYNCHRONOUS = [
    {"choices": [], "created": 0, "id": "", "model": "", "object": "", "prompt_filter_results": PROMPT},
    chunk(delta={"role": "assistant", "content": ""}, logprobs=None),
    chunk(delta={"content": "First you take"}),
    late(None, "low", filtered=False),
    chunk(delta={}, finish_reason="stop"),
    late("content_filter", "high", filtered=True),
]


@pytest.mark.parametrize("piece", [1, 7, 0])
def test_a_block_that_comes_after_the_end_is_the_end(piece):
    body = "".join(f"data: {json.dumps(item)}\n\n" for item in ASYNCHRONOUS) + "data: [DONE]\n\n"
    transport = MemoryTransport(
        Reply(status=200, headers=(("content-type", "text/event-stream"),), body=body.encode()), piece=piece
    )
    client = accord.Client(azure(api_version="2024-10-21"), transport=transport)
    with client.chat_completion_stream(ASKED, model="prod") as stream:
        for _ in stream:
            pass
        response: Any = stream.response
    assert (response.id, response.model, response.created) == ("chatcmpl-Y1", "gpt-4o-2024-11-20", 1795430201)
    assert (response.text, response.finish.unified) == ("First you take", "content_filter")
    assert response.extra["openai_chat"]["prompt_filter_results"] == PROMPT
    assert response.choices[0].extra["openai_chat"]["content_filter_results"]["violence"]["severity"] == "high"
