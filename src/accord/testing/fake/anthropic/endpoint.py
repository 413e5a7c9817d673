"""Anthropic's endpoints that are no conversation: counting tokens, and the list of models."""

from accord.core.json import dumps
from accord.testing.fake.answer import Answer
from accord.testing.fake.anthropic.error import AnthropicTeller, reject
from accord.testing.fake.anthropic.model import rules_of
from accord.testing.fake.anthropic.rules import check_betas, check_conversation, check_tools
from accord.testing.fake.anthropic.shape import COUNT_REQUEST
from accord.testing.fake.anthropic.turn import turns_of
from accord.testing.fake.anthropic.wire import read_body
from accord.testing.fake.desk import Visit
from accord.testing.fake.improvise import DEMO_MODELS
from accord.testing.fake.operation import perform
from accord.testing.fake.prompt import prompt_tokens

_TELLER = AnthropicTeller()


class CountTokens:
    """POST /v1/messages/count_tokens."""

    def serve(self, visit: Visit) -> Answer:
        """The number of tokens of a request that would be taken."""
        body = read_body(visit, COUNT_REQUEST)
        if visit.desk.account.strict:
            turns, rules = turns_of(body), rules_of(body.text("model"))
            check_betas(body, visit.request.header("anthropic-beta") or "")
            check_conversation(body, turns, rules)
            check_tools(body, turns, rules)
        tokens = prompt_tokens(body.value("system"), body.value("messages"), body.value("tools"))
        answer = Answer(pieces=(dumps({"input_tokens": tokens}),))
        return perform(visit, _TELLER, "count_tokens", body.text("model"), lambda: answer)


class ListModels:
    """GET /v1/models, in pages."""

    def serve(self, visit: Visit) -> Answer:
        """A page of `limit` models after `after_id`."""
        models = list(visit.desk.account.models or DEMO_MODELS)
        after = visit.request.parameter("after_id")
        limit = visit.request.parameter("limit") or "20"
        if not limit.isdecimal() or not 1 <= int(limit) <= 1000:
            raise reject("limit: Input should be between 1 and 1000")
        rest = models[models.index(after) + 1 :] if after in models else models
        page = rest[: int(limit)]
        body = {
            "data": [_model(model) for model in page],
            "has_more": len(rest) > len(page),
            "first_id": page[0] if page else None,
            "last_id": page[-1] if page else None,
        }
        return perform(visit, _TELLER, "models", "", lambda: Answer(pieces=(dumps(body),)))


class RetrieveModel:
    """GET /v1/models/{id}."""

    def serve(self, visit: Visit) -> Answer:
        """The model, if there is one of this name."""
        model = visit.parameters["model"]
        if not visit.desk.knows(model):
            raise reject(f"model: {model}", status=404)
        return perform(visit, _TELLER, "models", model, lambda: Answer(pieces=(dumps(_model(model)),)))


def _model(model: str) -> dict[str, object]:
    return {
        "type": "model",
        "id": model,
        "display_name": model.replace("-", " ").title(),
        "created_at": "2026-11-01T00:00:00Z",
        "max_input_tokens": 1_000_000,
        "max_tokens": min(rules_of(model).max_output, 128_000),
    }
