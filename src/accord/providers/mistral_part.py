"""Parts of messages that Mistral has in a form of its own. https://docs.mistral.ai/capabilities/document_ai."""

from base64 import b64decode
from binascii import Error as NotBase64

from accord.core.part import File, Media, Reasoning
from accord.dialects.openai_chat import Json


def document(part: File) -> Json | None:
    """A document as a chunk: by address, by the id of an upload, or as data; plain text as text.

    `None` for a video, which has no place here.
    """
    source = part.source
    media_type = source.media_type or ""
    if media_type.startswith("video/"):
        return None
    if source.file_id is not None:
        return {"type": "file", "file_id": source.file_id}
    if media_type.startswith("text/") and source.data is not None and (text := _text(source.data)) is not None:
        return {"type": "text", "text": text}
    address = _address(source, part.filename)
    if address is None:
        return None
    named = {} if part.filename is None else {"document_name": part.filename}
    return {"type": "document_url", "document_url": address, **named}


def thinking_chunk(part: Reasoning) -> Json | None:
    """Reasoning of an earlier turn; `None` where its text is not known. A signature of another provider means nothing."""
    text = part.text or "\n\n".join(part.summary)
    if not text:
        return None
    chunk: Json = {"type": "thinking", "thinking": [{"type": "text", "text": text}]}
    if part.signature is not None and part.owner == "openai_chat":
        chunk["signature"] = part.signature
    return chunk


def _address(source: Media, filename: str | None) -> str | None:
    if source.data is None:
        return source.url
    guess = "application/pdf" if (filename or ".pdf").lower().endswith(".pdf") else "application/octet-stream"
    return f"data:{source.media_type or guess};base64,{source.data}"


def _text(data: str) -> str | None:
    try:
        return b64decode(data, validate=True).decode()
    except (NotBase64, ValueError):
        return None
