"""A call of one of the caller's tools while a caller watches it grow."""

import msgspec

from accord.core.json import NotJson, loads
from accord.core.part import ToolCall
from accord.dialects.openai_responses.event_writer import TAIL, EventWriter, delta_head
from accord.dialects.openai_responses.out_item import OutBase
from accord.dialects.openai_responses.tool_names import free_text
from accord.dialects.openai_responses.wire import Item
from accord.dialects.openai_responses.write_output import call_item


class OutCall(OutBase):
    """A call of one of the caller's tools."""

    def __init__(self, writer: EventWriter, index: int, item_id: str, part: ToolCall, *, unpack: bool) -> None:
        """`unpack`: the tool takes free text, and the arguments are JSON around it, read once they are whole."""
        super().__init__(writer, index, item_id)
        self._unpack = unpack
        kind = "custom" if unpack else part.kind
        self._part = msgspec.structs.replace(part, arguments="", kind=kind)
        self._pieces: list[str] = []
        self.chars: int = 0
        self._verb = "custom_tool_call_input" if kind == "custom" else "function_call_arguments"
        self._head = delta_head(f"response.{self._verb}.delta", self._where())
        self._added(call_item(item_id, self._part, "in_progress"))
        self.add(part.arguments)

    def add(self, text: str) -> None:
        """More of the arguments."""
        if not text:
            return
        self._pieces.append(text)
        self.chars += len(text)
        if not self._unpack:
            self._writer.delta(self._head, text, TAIL)

    def replace(self, part: ToolCall) -> None:
        """The call is told whole: arguments that had not come are written."""
        if not self.closed:
            self.add(part.arguments[self.chars :])

    def may_close(self) -> bool:
        """Arguments that are whole JSON take no more; free text might."""
        if self.finished:
            return True
        if self._part.kind == "custom":
            return False
        try:
            loads("".join(self._pieces))
        except NotJson:
            return False
        return True

    def close(self, status: str) -> None:
        """Says the arguments whole, and ends the item."""
        arguments = self._arguments()
        if self._unpack and arguments:
            self._writer.delta(self._head, arguments, TAIL)
        whole: Item = {"name": self._part.name, "arguments": arguments}
        if self._part.kind == "custom":
            whole = {"input": arguments}
        self._writer.event(f"response.{self._verb}.done", {**self._where(), **whole})
        self._end(self.item(status))

    def item(self, status: str) -> Item:
        """The call as it stands."""
        return call_item(self.item_id, msgspec.structs.replace(self._part, arguments=self._arguments()), status)

    def _arguments(self) -> str:
        text = "".join(self._pieces)
        return free_text(text) if self._unpack else text
