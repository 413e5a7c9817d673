"""The target that holds what a request builds upon, and what that means for the choice in a group."""

from typing import NamedTuple

import msgspec

from accord.core.route import RouteWish
from accord.engine.group import Group


class Pin(NamedTuple):
    """Who answered before, and so has in its account what the answer refers to."""

    provider: str
    """The configured name."""
    model: str
    """The name upstream; `""` where it is not known."""

    @property
    def target(self) -> str:
        """`<provider name>/<upstream model>`."""
        return f"{self.provider}/{self.model}"


def held(wish: RouteWish, pin: Pin, group: Group, *, drops: bool) -> RouteWish:
    """The wish of a request that is pinned.

    Only the same target answers it, or where the group has another model in its place, only the same account. With
    `drops`, the target is asked first and the others after it, without what they cannot know. A target that the request
    itself names is not replaced.
    """
    if drops:
        return wish if wish.target is not None else msgspec.structs.replace(wish, prefer=pin.target)
    if wish.target is None and pin.target in group.members:
        return msgspec.structs.replace(wish, target=pin.target)
    return msgspec.structs.replace(wish, provider=pin.provider)
