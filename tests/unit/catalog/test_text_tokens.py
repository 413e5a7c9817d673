"""The token estimator: texts whose true counts under o200k are known, hostile texts, and speed."""

import timeit

import pytest

from accord.catalog.tokens import text_tokens

KNOWN = [
    ("Hello, world!", 4),
    ("The quick brown fox jumps over the lazy dog.", 10),
    ("Explain how a hash map resolves collisions, and when chaining beats open addressing.", 15),
    ("def total(prices: list[float]) -> float:\n    return sum(price for price in prices if price > 0)\n", 26),
    ('{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}', 21),
    ("1234567890 42 3.14159", 11),
    ("Die Geschwindigkeit der Übertragung hängt von der Länge der Nachricht ab.", 13),
    ("La vitesse de transmission dépend de la longueur du message envoyé.", 12),
    ("Скорость передачи зависит от длины сообщения.", 10),
    ("今天天气很好,我们去公园散步吧。", 13),
    ("今日は天気がいいので、公園を散歩しましょう。", 14),
    ("오늘은 날씨가 좋으니 공원을 산책합시다.", 16),
    ("الطقس جميل اليوم، لنتنزه في الحديقة.", 14),
    ("आज मौसम अच्छा है, चलो पार्क में टहलें।", 13),
]


@pytest.mark.parametrize(("text", "tokens"), KNOWN)
def test_known_texts(text: str, tokens: int) -> None:
    assert text_tokens(text) == pytest.approx(tokens, rel=0.45, abs=2)


def test_known_texts_together() -> None:
    """Errors of single sentences cancel out."""
    assert sum(text_tokens(text) for text, _ in KNOWN) == pytest.approx(sum(count for _, count in KNOWN), rel=0.15)


def test_keys_and_hashes_are_many_tokens() -> None:
    blob = "QmFzZTY0IGhhcyBubyB3b3Jkcw" * 100
    assert text_tokens(blob) > len(blob) / 3


@pytest.mark.parametrize("text", ["", " ", "\n", "\ud800", "\x00" * 10, "😀" * 1000, "a" * 100_000, "\u202e\ufeff"])
def test_any_text_has_a_count(text: str) -> None:
    assert 0 <= text_tokens(text) <= 4 * len(text.encode("utf-8", "surrogatepass"))


def test_more_text_is_more_tokens() -> None:
    assert text_tokens("word " * 10) < text_tokens("word " * 20)


def test_four_kilobytes_take_less_than_a_tenth_of_a_millisecond() -> None:
    text = ("The quick brown fox jumps over the lazy dog; " * 100)[:4096]
    fastest = min(timeit.repeat(lambda: text_tokens(text), number=20, repeat=20)) / 20
    assert fastest < 100e-6
