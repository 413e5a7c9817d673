"""Names that are loaded when they are first used (PEP 562), so that a program pays only for what it uses.

A package that offers many names puts this at its end, beside the same imports under `TYPE_CHECKING`:

    if not TYPE_CHECKING:
        __getattr__ = lazily(__name__, {"accord.core.part": ("Text", "Image")})
"""

from collections.abc import Callable, Mapping
from importlib import import_module


def lazily(package: str, homes: Mapping[str, tuple[str, ...]]) -> Callable[[str], object]:
    """A module's `__getattr__` that finds names in the modules they live in (`homes`), and keeps what it found."""
    home_of = {name: home for home, names in homes.items() for name in names}

    def load(name: str) -> object:
        home = home_of.get(name)
        if home is None:
            # With its object, so that Python itself says which name was probably meant.
            raise AttributeError(f"module {package!r} has no attribute {name!r}", name=name, obj=import_module(package))
        value: object = getattr(import_module(home), name)
        setattr(import_module(package), name, value)
        return value

    return load
