"""Items of output while a caller watches them grow.

Each knows its part so far, writes the events that add to it, and ends with the events that say it whole. The order of
events is OpenAI's: an item is added, its content parts are added, grow, and are done, and the item is done.
"""

from typing import Protocol

from accord.core.json import JsonObject
from accord.core.part import Image
from accord.dialects.openai_responses.event_writer import EventWriter
from accord.dialects.openai_responses.wire import Item
from accord.dialects.openai_responses.write_output import image_item


class OutItem(Protocol):
    """What all items share."""

    @property
    def closed(self) -> bool:
        """Whether it was ended."""
        ...

    @property
    def done(self) -> Item | None:
        """The item as it was ended."""
        ...

    @property
    def item_id(self) -> str:
        """Its id."""
        ...

    def may_close(self) -> bool:
        """Whether nothing more can come for it, as far as that can be told."""
        ...

    def close(self, status: str) -> None:
        """Writes its end. `status`: `completed`, or `incomplete` where the answer was cut there."""
        ...

    def item(self, status: str) -> Item:
        """The item as it stands."""
        ...


class OutBase:
    """Where an item stands, and its first and last event."""

    def __init__(self, writer: EventWriter, index: int, item_id: str) -> None:
        self._writer = writer
        self._index = index
        self.item_id = item_id
        self.done: Item | None = None
        self.finished = False
        """Whether the part was told to be whole."""

    @property
    def closed(self) -> bool:
        """Whether the item was ended."""
        return self.done is not None

    def _where(self, **more: int) -> Item:
        return {"item_id": self.item_id, "output_index": self._index, **more}

    def _added(self, item: Item) -> None:
        self._writer.event("response.output_item.added", {"output_index": self._index, "item": item})

    def _end(self, item: Item) -> None:
        self.done = item
        self._writer.event("response.output_item.done", {"output_index": self._index, "item": item})


class OutBlock(OutBase):
    """A block of this wire as the provider gave it."""

    def __init__(self, writer: EventWriter, index: int, raw: JsonObject) -> None:
        super().__init__(writer, index, str(raw.get("id", "")))
        self._raw = raw
        self._added(dict(raw))

    def replace(self, raw: JsonObject) -> None:
        """The block is told whole."""
        self._raw = raw

    def may_close(self) -> bool:
        """It grows by events of its own, and is told whole when it ends."""
        return self.finished

    def close(self, status: str) -> None:
        """Ends it as it is; its status is its own."""
        self._end(self.item(status))

    def item(self, status: str) -> Item:
        """The block."""
        return dict(self._raw)


class OutImage(OutBase):
    """A picture the model made."""

    def __init__(self, writer: EventWriter, index: int, item_id: str, part: Image) -> None:
        super().__init__(writer, index, item_id)
        self._part = part
        self._added(image_item(item_id, part, "in_progress"))

    def replace(self, part: Image) -> None:
        """The picture is told whole."""
        self._part = part

    def may_close(self) -> bool:
        """Pictures come whole."""
        return True

    def close(self, status: str) -> None:
        """Ends it."""
        self._end(self.item("completed"))

    def item(self, status: str) -> Item:
        """The picture."""
        return image_item(self.item_id, self._part, "completed")


class OutProof(OutBase):
    """An item that carries a proof and shows nothing; it ends as it begins."""

    def __init__(self, writer: EventWriter, index: int, item: Item) -> None:
        super().__init__(writer, index, str(item.get("id", "")))
        self._item = item
        self._added(item)
        self._end(item)

    def may_close(self) -> bool:
        """It has ended."""
        return True

    def close(self, status: str) -> None:
        """It has ended."""

    def item(self, status: str) -> Item:
        """The item."""
        return self._item
