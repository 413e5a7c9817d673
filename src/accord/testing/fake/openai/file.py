"""Files that requests name by their ids."""

from collections.abc import Iterator

from accord.core.json import as_array, as_object
from accord.testing.fake.desk import Desk
from accord.testing.fake.openai.error import reject


def check_files(conversation: object, desk: Desk) -> None:
    """Raises `Rejected` for an id that no file of this account has; that of another account is not told from any other."""
    for file_id in _ids(conversation):
        if not desk.has_file(file_id):
            raise reject(f"No such File object: {file_id}", param="id", status=404)


def _ids(value: object) -> Iterator[str]:
    item = as_object(value)
    inner = item.values() if item is not None else as_array(value) or ()
    file_id = (item or {}).get("file_id")
    if isinstance(file_id, str):
        yield file_id
    for each in inner:
        yield from _ids(each)
