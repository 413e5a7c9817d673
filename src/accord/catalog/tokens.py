"""How many tokens a text probably is, without any vendor's tokenizer.

Tokenizers split text at words, cut long or rare words into pieces, and give each mark and line end a token of its own.
What a character costs therefore depends on what kind it is, and counting kinds is enough: the weights below were fitted
on source code, JSON, prose and program messages in 26 languages under the o200k tokenizer. Of English, code and JSON in
pieces of 1,500 characters, nine of ten are within 15 % of the true number; in other languages the average is within 20 %.
UTF-8 makes counting cheap: the first byte of a character tells its script, and `bytes.translate` counts bytes in C.
"""

import string
from typing import Final


def _bytes(*spans: tuple[int, int]) -> bytes:
    return b"".join([bytes(range(first, last + 1)) for first, last in spans])


LOWERS: Final = string.ascii_lowercase.encode()
UPPERS: Final = string.ascii_uppercase.encode()
DIGITS: Final = string.digits.encode()
MARKS: Final = string.punctuation.encode()


def _named(*kinds: tuple[bytes, bytes]) -> bytes:
    names = bytearray(b"x" * 256)
    for members, name in kinds:
        for member in members:
            names[member] = name[0]
    return bytes(names)


_KINDS: Final = _named((LOWERS, b"a"), (UPPERS, b"A"), (DIGITS, b"0"), (MARKS, b"."))
SPACED: Final = bytes([ord(" ") if bytes([one]).isspace() else ord("w") for one in range(256)])
"""Every byte by the name of its kind, and by whether it stands between words. Kinds are counted: that takes a fifth
to a quarter less than splitting a text into words and leaving out each kind in turn."""

WORD = 0.47
"""What each word costs before its letters are counted."""
LOWER = 0.128
UPPER = 0.18
DIGIT = 0.6
MARK = 0.52
LINE_END = 0.85
RUN = 0.45
"""What each letter or digit of a long unbroken run costs more: keys, hashes and base64 have no words to be known by."""
LONGEST_WORD = 12
"""Letters per word or mark on average, above which text is taken to have such runs."""

SCRIPTS: Final[tuple[tuple[bytes, float], ...]] = (
    (_bytes((0xC2, 0xCD)), 1.5),  # Latin letters with accents
    (_bytes((0xCE, 0xCF)), 0.355),  # Greek
    (_bytes((0xD0, 0xD4)), 0.28),  # Cyrillic
    (_bytes((0xD5, 0xDF)), 0.32),  # Armenian, Hebrew, Arabic
    (_bytes((0xE0, 0xE0)), 0.365),  # the scripts of India, Thai
    (_bytes((0xE1, 0xE2)), 0.33),  # Georgian, Vietnamese, typographic marks
    (_bytes((0xE3, 0xE3)), 0.67),  # Japanese syllables
    (_bytes((0xE4, 0xE9)), 0.94),  # Chinese characters
    (_bytes((0xEA, 0xEF)), 0.65),  # Korean, full-width forms
    (_bytes((0xF0, 0xF4)), 1.6),  # emoji
)
"""First bytes of a character outside ASCII, and what a character that begins so costs."""


def text_tokens(text: str) -> float:
    """The likely number of tokens; 16 us for 4 KB of ASCII, 40 us for other scripts."""
    data = text.encode("utf-8", "surrogatepass")
    return byte_tokens(data, is_ascii=len(data) == len(text))


def byte_tokens(data: bytes, *, is_ascii: bool) -> float:
    """The same of a text in UTF-8, or of pieces of it."""
    size = len(data)
    kinds = data.translate(_KINDS)
    lower, upper, digits, marks = kinds.count(b"a"), kinds.count(b"A"), kinds.count(b"0"), kinds.count(b".")
    spaced = data.translate(SPACED)
    words = spaced.count(b" w") + spaced.startswith(b"w")
    run = max(0, lower + upper + digits - LONGEST_WORD * (words + marks))
    total = WORD * words + LOWER * lower + UPPER * upper + DIGIT * digits + MARK * marks + RUN * run
    total += LINE_END * data.count(b"\n")
    if not is_ascii:
        total += sum([cost * (size - len(data.translate(None, lead))) for lead, cost in SCRIPTS])
    return total
