"""The answer of `moderations.create`."""

from accord.compat.openai.answer import Answer
from accord.compat.openai.model import Model, Open


class Moderation(Model):
    """The verdict on one input. Categories are attributes: `verdict.categories.violence`."""

    categories: Open
    category_applied_input_types: Open | None
    category_scores: Open
    flagged: bool


class ModerationCreateResponse(Answer):
    """One verdict for each input, in order."""

    id: str
    model: str
    results: list[Moderation]
