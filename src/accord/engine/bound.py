"""A call through a group whose request builds upon what one of its accounts knows: who may answer it."""

import msgspec

from accord.core.error import InvalidInput
from accord.core.request import ChatRequest
from accord.core.route import RouteWish
from accord.engine.account import Accounts, tags_in
from accord.engine.group import Group
from accord.engine.kept import kept_in


def bound(wish: RouteWish, request: ChatRequest, group: Group, accounts: Accounts, *, drops: bool) -> RouteWish:
    """The wish, confined to the account that what is in the request is bound to.

    With `drops` that account is asked first, and the others after it, without what they could not read. Files and the like
    are never dropped. Raises `InvalidInput` where no account of the group has everything, or it is not told which has a file.
    """
    home = wish.provider or (wish.target or wish.prefer or "").partition("/")[0]
    tags = () if home or not accounts.marks else tags_in(request)
    held = [accounts.names.get(tag) for tag in tags]
    if (kept := kept_in(request)) is not None:
        # What is named in a conversation with one account is most likely there.
        home = home or (held[0] if len(held) == 1 else accounts.keeper) or ""
        if not home:
            raise _unknown(kept, group)
        return msgspec.structs.replace(wish, provider=home)
    if not held:
        return wish
    name = held[-1]
    if drops:
        return wish if name is None else msgspec.structs.replace(wish, prefer=f"{name}/")
    if name is None or len(held) > 1:
        raise _scattered(held, group)
    return msgspec.structs.replace(wish, provider=name)


def _unknown(kept: str, group: Group) -> InvalidInput:
    first = next(iter(group.members))
    return InvalidInput(
        f"The {kept} is known to one account alone, and `{group.name}` has several. "
        f"Name the target that has it: as the model (`{first}`), by the header `x-accord-target`, or by `RouteWish.target`.",
        param="model",
    )


def _scattered(held: list[str | None], group: Group) -> InvalidInput:
    names = [f"`{name}`" for name in held if name is not None]
    unknown = len(names) < len(held)
    whose = " and ".join([*names, *(["one that is not here"] if unknown else [])])
    return InvalidInput(
        f"The conversation holds reasoning that is bound to the account {whose}, and no target of `{group.name}` could read "
        'all of it. Leave the reasoning items out, or set on_unsupported="drop" to have them left out.',
        param="input",
    )
