"""A reason: one sentence for a person, in English here, translated where it is shown.

Pure Python, so that the law and the formulas can speak without knowing a framework.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable


class Reason(str):
    """A sentence with its message id and parameters kept beside it.

    As a string it reads in English: ``Reason("{n} bids", n=2) == "2 bids"``. A page translates it with
    :meth:`translated`. Message ids are collected from calls of :func:`reason`.
    """

    __slots__ = ("msgid", "params")

    msgid: str
    params: dict[str, object]

    def __new__(cls, msgid: str, /, **params: object) -> Self:
        self = super().__new__(cls, msgid.format(**params) if params else msgid)
        self.msgid = msgid
        self.params = params
        return self

    def translated(self, gettext: Callable[[str], str]) -> str:
        """Return the sentence in the language of ``gettext``; parameters that are reasons are translated too."""
        params = {k: v.translated(gettext) if isinstance(v, Reason) else v for k, v in self.params.items()}
        sentence = gettext(self.msgid)
        return sentence.format(**params) if params else sentence


def reason(msgid: str, /, **params: object) -> Reason:
    """Make a :class:`Reason`; the first argument is collected as a message id."""
    return Reason(msgid, **params)
