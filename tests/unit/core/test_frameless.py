"""An error that is kept holds nothing of where it was raised."""

import gc
import weakref

from accord.core.frameless import frameless


class Work:
    def __init__(self) -> None:
        self.error: Exception | None = None

    def fail(self) -> None:
        try:
            raise KeyError
        except KeyError:
            raise ValueError("no") from None

    def kept(self) -> None:
        try:
            self.fail()
        except ValueError as error:
            self.error = frameless(error)


def test_who_keeps_an_error_is_not_kept_by_it() -> None:
    work = Work()
    gc.disable()
    try:
        work.kept()
        error, gone = work.error, weakref.ref(work)
        del work
        assert gone() is None
    finally:
        gc.enable()
    assert str(error) == "no"
