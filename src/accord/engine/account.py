"""What of a conversation is bound to one of several accounts, and what becomes of it on the way to another.

Encrypted reasoning, ids of items and ids of files are known to the account alone that gave them out (OpenAI answers
`invalid_encrypted_content` or 404 to those of another). Anthropic's signatures hold for all accounts, and Gemini's for all
projects of one host, as far as is known: neither is marked.
"""

from collections.abc import Collection, Iterable, Mapping

import msgspec

from accord.core.account import tag_of
from accord.core.error import AccordError
from accord.core.loss import Losses
from accord.core.message import Message
from accord.core.part import Part
from accord.core.request import ChatRequest
from accord.dialects.openai_responses.account import (
    account_of,
    bond_of,
    is_content,
    marked_part,
    nameless,
    plain_part,
)
from accord.engine.target import Target

_KIN = {"openai_chat": "openai", "openai_responses": "openai"}
_BOUND = ("assistant", "tool")
"""Whose messages hold what accounts gave out, or refer to it."""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """The account a request goes to."""

    name: str
    """The provider's configured name."""
    tag: str
    marks: bool = False
    """Whether its answers are marked."""
    alone: bool = True
    """Whether what bears no mark is taken for its own, since it is the only one that was ever asked, or named."""


def the_only(name: str) -> Account:
    """The account of that name, where no other could be asked."""
    return Account(name=name, tag=tag_of(name))


class Accounts:
    """Those behind one name, where there are several that could be taken for one another."""

    __slots__ = ("_marking", "keeper", "names")

    def __init__(self, names: Iterable[str], marking: Iterable[str], keeping: Collection[str]) -> None:
        """`marking`: those whose answers hold what another of them would be asked to take back. `keeping`: those that may
        have files.
        """
        self.names: Mapping[str, str] = {tag_of(name): name for name in names}
        """By tag."""
        self.keeper: str | None = next(iter(keeping)) if len(keeping) == 1 else None
        """The only one that may have files."""
        self._marking = {name: tag_of(name) for name in marking}

    @property
    def marks(self) -> bool:
        """Whether answers are marked."""
        return bool(self._marking)

    def account(self, name: str, *, named: bool) -> Account | None:
        """How the account of that name is asked; `None` where it knows nothing of marks. `named`: the call names it."""
        tag = self._marking.get(name)
        return None if tag is None else Account(name=name, tag=tag, marks=True, alone=named)


def accounts_of(targets: Iterable[Target]) -> Accounts | None:
    """`None` where no two of the targets are alike and on different accounts."""
    kin: dict[str, dict[str, None]] = {}
    marking: dict[str, None] = {}
    keeping: dict[str, None] = {}
    for target in targets:
        kin.setdefault(_kin(target), {})[target.name] = None
        if _may_keep(target):
            keeping[target.name] = None
        if _gives_seals(target):
            marking[target.name] = None
    if all(len(names) == 1 for names in kin.values()):
        return None
    every = {name: None for names in kin.values() for name in names}
    return Accounts(every, marking if len(marking) > 1 else (), keeping)


def tags_in(request: ChatRequest) -> tuple[str, ...]:
    """The tags of the accounts that alone can read something of a request, the last one last."""
    tags: dict[str, None] = {}
    for message in request.messages:
        if message.role in _BOUND:
            for part in message.parts:
                if (tag := account_of(part)) is not None and bond_of(part) == "needed":
                    tags.pop(tag, None)
                    tags[tag] = None
    return tuple(tags)


def bears_marks(request: ChatRequest) -> bool:
    """Whether anything in a request bears a mark."""
    return any(
        account_of(part) is not None for message in request.messages if message.role in _BOUND for part in message.parts
    )


def of_account(messages: Iterable[Message], account: str) -> tuple[Message, ...]:
    """An earlier conversation with the mark of the account that had it."""
    tag = tag_of(account)
    return tuple([
        message
        if message.role not in _BOUND
        else msgspec.structs.replace(message, parts=tuple([marked_part(part, tag) for part in message.parts]))
        for message in messages
    ])  # fmt: skip


def settled(request: ChatRequest, account: Account, losses: Losses) -> ChatRequest:
    """The request as that account understands it: what is its own without mark, and nothing of others.

    Raises `Unsupported` where something would be lost that is not to be dropped.
    """
    messages: list[Message] = []
    for index, message in enumerate(request.messages):
        if message.role in _BOUND:
            parts = _settled(message, f"messages[{index}]", account, losses)
            if parts or not message.parts:
                messages.append(msgspec.structs.replace(message, parts=tuple(parts)))
        else:
            messages.append(message)
    return msgspec.structs.replace(request, messages=tuple(messages))


def _settled(message: Message, path: str, account: Account, losses: Losses) -> list[Part]:
    # What callers answer bears a mark only where they repeat one.
    trusted = account.alone or message.role == "tool"
    found: list[Part] = []
    lost = False
    for place, part in enumerate(message.parts):
        tag = account_of(part)
        if tag == account.tag:
            found.append(plain_part(part))
        elif tag is None and (trusted or bond_of(part) == "free"):
            found.append(part)
        elif bond_of(part) == "named":
            why = "another account gave it" if tag is not None else "nothing tells which of several accounts gave it"
            losses.advise(f"{path}.parts[{place}].id", why)
            found.append(nameless(part))
        else:
            lost = True
            _leave_out(part, f"{path}.parts[{place}]", tag, account, losses)
    # Items whose reasoning is missing are refused by their ids.
    return [nameless(part) if bond_of(part) == "named" else part for part in found] if lost else found


def _leave_out(part: Part, path: str, tag: str | None, account: Account, losses: Losses) -> None:
    if tag is not None:
        why = f"it is bound to another account than {account.name!r}, which could not read it"
        # A long conversation has many of them, which are told once.
        losses.advise(path, why) if losses.drops else losses.refuse(path, why)
    elif is_content(part):
        losses.refuse(path, f"it is bound to an account, and nothing tells that {account.name!r} is the one")
    else:
        losses.advise(path, "it is bound to an account, and nothing tells to which of several")


def _kin(target: Target) -> str:
    """Targets of one kin could take what the others gave out for their own."""
    try:
        dialect = target.chat_codec().dialect
    except AccordError:
        return target.name  # It has no conversations.
    return _KIN.get(dialect, dialect)


def _may_keep(target: Target) -> bool:
    provider = target.provider
    # Servers of open models are asked for chat completions and nothing else. (By its type, whose class brings all wires along.)
    plain = provider.type == "compatible" and provider.dialect in (None, "openai_chat")
    return provider.keeps_files and not plain


def _gives_seals(target: Target) -> bool:
    try:
        return target.chat_codec("openai_responses").dialect == "openai_responses"
    except AccordError:
        return False
