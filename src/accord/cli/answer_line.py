"""One line about an answer: who gave it, what it used, what it cost, how long it took."""

from accord.core.response import ChatResponse


def answer_line(response: ChatResponse, model: str, seconds: float) -> str:
    """The line, for a person. What is unknown is said to be."""
    usage, cost, finish = response.usage, response.cost, response.finish
    told = [f"{response.provider} {response.model or model}".strip()]
    if usage is None or (usage.input is None and usage.output is None):
        told.append("usage unknown")
    else:
        told.append(f"{_count(usage.input)} in, {_count(usage.output)} out")
    told.append("cost unknown" if cost is None or cost.amount is None else f"${cost.amount:f}")
    told.append(f"{seconds:.1f} s")
    if finish is None:
        told.append("cut off")
    elif finish.unified != "stop":
        told.append(f"ended by {finish.unified}")
    told += [f"{warning.field} {warning.kind}" for warning in response.warnings[:3]]
    return " · ".join(told)


def _count(tokens: int | None) -> str:
    return "?" if tokens is None else f"{tokens:,}"
