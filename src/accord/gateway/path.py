"""Names that stand in paths."""

from accord.gateway.http import Request


def variable(request: Request, before: str, after: str = "") -> str:
    """What stands in a path between the two texts; whatever stands before the first of them is ignored."""
    _, _, rest = request.path.partition(before)
    return rest.removesuffix(after).strip("/") if after else rest.strip("/")
