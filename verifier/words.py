"""What the verifier says: an English sentence with places for values, and its Chinese where a reader wants that."""

from __future__ import annotations

from dataclasses import dataclass

from verifier.chinese import CHINESE

LANGUAGES = ("en", "zh")
_LONGEST = 200  # characters of one value: what stands in a hostile file does not fill the screen


@dataclass(frozen=True)
class Said:
    """A sentence (English, with ``{names}``) and the values for its places; a value may be a sentence itself."""

    sentence: str
    values: tuple[tuple[str, object], ...] = ()

    def __str__(self) -> str:
        """Return the sentence in English."""
        return self.in_language("en")

    def in_language(self, language: str) -> str:
        """Return the sentence in ``en`` or ``zh``."""
        pattern = CHINESE[self.sentence] if language == "zh" else self.sentence
        return pattern.format(**{name: _shown(value, language) for name, value in self.values})


def say(sentence: str, **values: object) -> Said:
    """Return a sentence with its values."""
    return Said(sentence, tuple(values.items()))


class Fault(Exception):  # noqa: N818  (it says what was found)
    """What is checked does not hold, or cannot be read; says why."""

    def __init__(self, sentence: str | Said, **values: object) -> None:
        self.said = sentence if isinstance(sentence, Said) else say(sentence, **values)
        super().__init__(str(self.said))


def _shown(value: object, language: str) -> str:
    if isinstance(value, Said):
        return value.in_language(language)
    text = "".join(sign if sign.isprintable() else "�" for sign in str(value))
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
