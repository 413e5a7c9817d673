"""POST /images/edits: a form with pictures (dossier section 3.7)."""

from collections.abc import Sequence

from accord.testing.fake.answer import Answer
from accord.testing.fake.desk import Visit
from accord.testing.fake.node import Node, node_of
from accord.testing.fake.openai.endpoint.images import EDIT_FIELDS, pictures
from accord.testing.fake.openai.error import OpenAITeller, reject
from accord.testing.fake.openai.flaw import flawed
from accord.testing.fake.openai.form import Field, read_fields
from accord.testing.fake.operation import perform
from accord.testing.fake.shape import Flaw
from accord.testing.fake.vendor import Teller

_FILES = ("image", "image[]", "mask", "markup")
_NUMBERS = ("n", "output_compression", "partial_images")
_TYPES = ("image/jpeg", "image/png", "image/webp")
_MOST = 16


class ImageEdits:
    """Pictures of one pixel, made of others."""

    def __init__(self, teller: Teller | None = None, *, takes_model: bool = True) -> None:
        """`takes_model`: the model stands in the form; else in the path, and a form with it is refused."""
        self._teller: Teller = teller or OpenAITeller()
        self._takes_model = takes_model

    def serve(self, visit: Visit) -> Answer:
        """As many pictures as were asked for. Raises `Rejected` as the service refuses."""
        fields = read_fields(visit)
        files = [field for field in fields if field.name in _FILES]
        body = _body([field for field in fields if field.name not in _FILES], visit)
        given = _check_files(files)
        model = visit.parameters.get("model") or body.text("model")
        if not model:
            raise reject("you must provide a model parameter")
        if "model" in body and not self._takes_model:
            raise reject("Unknown parameter: 'model'.", param="model", code="unknown_parameter")
        if visit.desk.account.strict and not model.startswith("dall-e") and "response_format" in body:
            raise reject("Unknown parameter: 'response_format'.", param="response_format", code="unknown_parameter")
        as_url = body.text("response_format") == "url"

        def make() -> Answer:
            return Answer(pieces=(pictures(body, as_url=as_url, given=given),))

        return perform(visit, self._teller, "image_edit", model, make)


def _body(fields: Sequence[Field], visit: Visit) -> Node:
    found: dict[str, object] = {}
    for field in fields:
        if field.name in found:
            raise _duplicate(field.name)
        text = field.data.decode("utf-8", "replace")
        found[field.name] = int(text) if field.name in _NUMBERS and text.isdecimal() else text
    try:
        return node_of(EDIT_FIELDS.read(found, (), open_=not visit.desk.account.strict))
    except Flaw as flaw:
        raise flawed(flaw) from None


def _check_files(files: Sequence[Field]) -> int:
    """The number of pictures to edit."""
    names = [file.name for file in files]
    for name in ("image", "mask", "markup"):
        if names.count(name) > 1:
            raise _duplicate(name)
    given = names.count("image") + names.count("image[]")
    if not given:
        raise reject("Missing required parameter: 'image'.", param="image", code="missing_required_parameter")
    if given > _MOST:
        raise reject(f"Invalid 'image': array too long. Expected at most {_MOST}.", param="image")
    if "mask" in names and "markup" in names:
        raise reject("'mask' and 'markup' cannot be combined.", param="markup", code="invalid_value")
    for file in files:
        allowed = _TYPES if file.name.startswith("image") else ("image/png",)
        if file.content_type not in allowed:
            message = f"Invalid file '{file.name}': unsupported mimetype ('{file.content_type}')."
            raise reject(message, param=file.name, code="unsupported_file_mimetype")
    return given


def _duplicate(name: str) -> Exception:
    message = (
        f"Duplicate parameter: '{name}'. You provided multiple values for this parameter, whereas only one is allowed. "
        f"If you are trying to provide a list of values, use the array syntax instead e.g. '{name}[]=<value>'."
    )
    return reject(message, param=name, code="duplicate_parameter")
