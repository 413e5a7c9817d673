"""What can be asked of a provider."""

from typing import Literal, TypeAlias, get_args

Operation: TypeAlias = Literal[
    "chat",
    "completion",
    "embeddings",
    "image_generation",
    "image_edit",
    "moderation",
    "speech",
    "transcription",
    "count_tokens",
    "models",
]

OPERATIONS: tuple[Operation, ...] = get_args(Operation)
