"""How a host's Responses departs from OpenAI's, as data.

Each field is a departure that several hosts share; the default is OpenAI's own way. What only one host does is a stage of
`OpenAIResponses` replaced in that provider's file.
"""

from typing import Literal

import msgspec


class Knobs(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The departures of one host."""

    instructions_role: Literal["as_given", "system", "developer"] = "as_given"
    """The one role the host has for instructions within the conversation, or whichever the caller used."""
    item_status: Literal["as_given", "omit"] = "as_given"
    """`omit`: the host refuses `status` in items that are sent back (Azure)."""
    calls: Literal["as_given", "together"] = "as_given"
    """`together`: the host refuses words between the calls of one turn (DeepSeek), so that they go before."""
    item_ids: Literal["as_given", "omit"] = "as_given"
    """`omit`: the host keeps nothing, so ids of earlier items mean nothing to it."""
    foreign_reasoning: Literal["omit", "content"] = "omit"
    """`content`: the host takes reasoning of other models as plain `reasoning_text` (vLLM, DeepSeek)."""
    store: Literal["send", "omit"] = "send"
    """`send`: the host stores answers unless told not to, so it is told. `omit`: it stores nothing, whatever it is told."""
    encrypted_reasoning: Literal["ask", "never"] = "ask"
    """`ask`: where nothing is stored, reasoning is asked for in encrypted form, so that the next turn can carry it."""
    smallest_output: Literal[1, 16] = 16
    """The least `max_output_tokens` the host takes; OpenAI refuses less than 16."""
    user: Literal["safety_identifier", "user"] = "safety_identifier"
    """The field for the end user."""
    client_metadata: Literal["omit", "send"] = "omit"
    """Telemetry of coding agents, which is not in OpenAI's reference and none of a host's business."""
    obfuscation: Literal["default", "off"] = "default"
    """`off`: a stream's events come without the random padding that hides their length, unless the caller asks for it."""
    media_urls: Literal["taken", "refused"] = "taken"
    """Whether the host fetches pictures and files by their address, or takes only their data (Moonshot)."""
    refuses: tuple[str, ...] = ()
    """Top-level fields the host does not take."""

    @property
    def forwardable(self) -> bool:
        """Whether the host takes a caller's bytes as they are: no knob changes what is sent."""
        same = Knobs(
            store=self.store,
            encrypted_reasoning=self.encrypted_reasoning,
            obfuscation=self.obfuscation,
            client_metadata=self.client_metadata,
            smallest_output=self.smallest_output,
            foreign_reasoning=self.foreign_reasoning,
            media_urls=self.media_urls,
        )
        return self == same
