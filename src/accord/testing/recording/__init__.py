"""Record real calls once, and replay them for ever after: without a network, without a key, without a bill.

    with accord.testing.cassette("tests/cassettes/hello.json"):
        client.chat_completion("Hello")

The first run records, later ones replay: the bytes of each answer, in the pieces in which they came. A request that is not on the
cassette is an `UnmatchedRequest`, which says what differs from the nearest one that is. Keys are not written down.
"""

from collections.abc import Sequence
from pathlib import Path

from accord.testing.recording.match import ASPECTS, Aspect, UnmatchedRequest
from accord.testing.recording.recorder import Cassette, Mode

__all__ = ["Aspect", "Cassette", "Mode", "UnmatchedRequest", "cassette"]


def cassette(path: Path | str, mode: Mode = "auto", *, match_on: Sequence[Aspect] = ASPECTS) -> Cassette:
    """A cassette in that file, for a `with` block, in blocking code and asyncio alike.

    While it is in force it has every call of the process, whichever client, thread or task makes it: clients made before the
    block as well. The file is written when the block ends; with `auto`, only when it ends well.

    Args:
        path: the file, best named `.json`.
        mode: `auto` replays where the file is there and records where it is not; `replay` never goes to the network;
            `record` adds what the file does not have; `rewrite` records everything anew.
        match_on: what a request must have in common with a recorded one; all of it, if not given.

    Entering it raises `ConfigError` for a file that is missing, or none of Accord's; calls in it raise `UnmatchedRequest`.
    """
    return Cassette(Path(path), mode, match_on)
