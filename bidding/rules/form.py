"""``form.json``: what an offer says, in one schema (``docs/offer-form.md``).

Decimals are strings, so that nobody's arithmetic rounds them; text may be empty. An offer is not lost for a blank
or a key out of place: any JSON without duplicate keys is read. What is wrong with it is said all at once.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from bidding.names import DepositForm
from core.canonical import dumps
from core.errors import Refused
from core.reasons import Reason, reason

if TYPE_CHECKING:
    from collections.abc import Collection

NAME: Final = "form.json"
MEDIA: Final = "application/json"
LIMIT: Final = 4 * 1_048_576
MOST_LINES: Final = 20_000
MOST_ADJUSTMENTS: Final = 1_000
LONGEST_TEXT: Final = 2_000

_MISSING: Final = object()  # stands in for a field that is not there
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_DECIMAL: Final = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,8})?")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")

_REQUIRED: Final = ("currency", "price", "price_words", "duration", "quality", "manager", "deposit", "lines")
_OPTIONAL: Final = ("adjustments", "brand", "deposit_form", "manager_certificates")
_LINE: Final = ("item", "unit", "quantity", "unit_price", "total")
_ADJUSTMENT: Final = ("reason", "amount")


@dataclass(frozen=True)
class Line:
    """One line of the bill: amounts in the form's currency; quantity and unit price may be left open."""

    item: str
    unit: str
    quantity: Decimal | None
    unit_price: Decimal | None
    total: Decimal


@dataclass(frozen=True)
class Adjustment:
    """What the offer declares to be added to (or, negative, taken off) its price when it is evaluated."""

    reason: str
    amount: Decimal


@dataclass(frozen=True)
class OfferForm:
    """An offer's content. ``deposit`` is the declared amount, None where there is none; the last three may be empty."""

    currency: str
    price: Decimal
    price_words: str = ""
    duration: str = ""
    quality: str = ""
    manager: str = ""
    deposit: Decimal | None = None
    lines: tuple[Line, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    brand: str = ""
    deposit_form: str = ""
    manager_certificates: str = ""


def write_form(form: OfferForm) -> bytes:
    """Return the canonical bytes of a form; optional fields are left out where they are empty."""
    document: dict[str, object] = {
        "currency": form.currency,
        "price": _plain(form.price),
        "price_words": form.price_words,
        "duration": form.duration,
        "quality": form.quality,
        "manager": form.manager,
        "deposit": _plain(form.deposit),
        "lines": [
            {
                "item": line.item,
                "unit": line.unit,
                "quantity": _plain(line.quantity),
                "unit_price": _plain(line.unit_price),
                "total": _plain(line.total),
            }
            for line in form.lines
        ],
    }
    if form.adjustments:
        document["adjustments"] = [
            {"reason": adjustment.reason, "amount": _plain(adjustment.amount)} for adjustment in form.adjustments
        ]
    if form.brand:
        document["brand"] = form.brand
    if form.deposit_form:
        document["deposit_form"] = form.deposit_form
    if form.manager_certificates:
        document["manager_certificates"] = form.manager_certificates
    return dumps(document)


def _plain(number: Decimal | None) -> str:
    return "" if number is None else f"{number:f}"


def read_form(data: bytes) -> OfferForm:
    """Return the form of ``data`` (UTF-8 JSON); raises :class:`Refused` with everything that is wrong with it."""
    reader = _Reader()
    form = reader.form(_load(data))
    if reader.reasons:
        raise Refused(*reader.reasons)
    return form


def _load(data: bytes) -> object:
    if len(data) > LIMIT:
        raise Refused(
            reason("The offer form has {size} bytes; at most {limit} are allowed.", size=len(data), limit=LIMIT)
        )
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=_without_duplicates)
    except UnicodeDecodeError as error:
        raise Refused(reason("The offer form is not valid UTF-8.")) from error
    except (ValueError, RecursionError) as error:
        raise Refused(reason("The offer form is not JSON.")) from error


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Refused(reason("The offer form states a field twice."))
    return fields


class _Reader:
    """Collects every reason; a value that is wrong reads as empty, so that reading can go on."""

    def __init__(self) -> None:
        self.reasons: list[Reason] = []

    def form(self, value: object) -> OfferForm:
        fields = self.fields(value, "form", _REQUIRED, _OPTIONAL)
        currency = self.text(fields["currency"], "currency")
        if not _CURRENCY.fullmatch(currency):
            why = reason("three capital letters are expected, such as CNY")
            self.refuse_unless_missing(fields["currency"], "currency", why)
        return OfferForm(
            currency=currency,
            price=self.amount(fields["price"], "price", signed=False),
            price_words=self.text(fields["price_words"], "price_words"),
            duration=self.text(fields["duration"], "duration"),
            quality=self.text(fields["quality"], "quality"),
            manager=self.text(fields["manager"], "manager"),
            deposit=self.optional_amount(fields["deposit"], "deposit", signed=False),
            lines=tuple(self.line(item, f"lines[{n}]") for n, item in self.entries(fields, "lines", MOST_LINES)),
            adjustments=tuple(
                self.adjustment(item, f"adjustments[{n}]")
                for n, item in self.entries(fields, "adjustments", MOST_ADJUSTMENTS)
            ),
            brand=self.text(fields["brand"], "brand"),
            deposit_form=self.one_of(fields["deposit_form"], "deposit_form", ("", *DepositForm)),
            manager_certificates=self.text(fields["manager_certificates"], "manager_certificates"),
        )

    def line(self, value: object, place: str) -> Line:
        fields = self.fields(value, place, _LINE)
        return Line(
            item=self.text(fields["item"], f"{place}.item"),
            unit=self.text(fields["unit"], f"{place}.unit"),
            quantity=self.optional_amount(fields["quantity"], f"{place}.quantity", signed=False),
            unit_price=self.optional_amount(fields["unit_price"], f"{place}.unit_price", signed=True),
            total=self.amount(fields["total"], f"{place}.total", signed=True),
        )

    def adjustment(self, value: object, place: str) -> Adjustment:
        fields = self.fields(value, place, _ADJUSTMENT)
        return Adjustment(
            reason=self.text(fields["reason"], f"{place}.reason"),
            amount=self.amount(fields["amount"], f"{place}.amount", signed=True),
        )

    def fields(
        self, value: object, place: str, required: Collection[str], optional: Collection[str] = ()
    ) -> dict[str, object]:
        if not isinstance(value, dict):
            self.refuse(place, reason("an object is expected"))
            return dict.fromkeys((*required, *optional), _MISSING)
        for name in required:
            if name not in value:
                self.refuse(place, reason("the field “{field}” is missing", field=name))
        for name in value:
            if name not in required and name not in optional:
                self.refuse(place, reason("the field “{field}” is unknown", field=str(name)[:80]))
        return {name: value.get(name, _MISSING) for name in (*required, *optional)}

    def entries(self, fields: dict[str, object], name: str, most: int) -> list[tuple[int, object]]:
        value = fields[name]
        if not isinstance(value, list):
            self.refuse_unless_missing(value, name, reason("an array is expected"))
            return []
        if len(value) > most:
            self.refuse(name, reason("{found} entries; at most {most} are allowed", found=len(value), most=most))
        return list(enumerate(value[:most]))

    def text(self, value: object, place: str) -> str:
        if not isinstance(value, str):
            self.refuse_unless_missing(value, place, reason("a text is expected"))
            return ""
        if len(value) > LONGEST_TEXT:
            self.refuse(place, reason("the text is longer than {most} characters", most=LONGEST_TEXT))
        if _CONTROL.search(value):
            self.refuse(place, reason("the text holds a control character"))
        return value

    def one_of(self, value: object, place: str, words: Collection[str]) -> str:
        found = self.text(value, place)
        if found not in words:
            self.refuse(place, reason("one of these words is expected: {words}", words=", ".join(filter(None, words))))
            return ""
        return found

    def amount(self, value: object, place: str, *, signed: bool) -> Decimal:
        """Return a decimal that must be stated; zero stands in for a wrong one."""
        if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
            why = reason("a decimal number in a text is expected, such as “970000.00”")
            self.refuse_unless_missing(value, place, why)
            return Decimal(0)
        if not signed and value.startswith("-"):
            self.refuse(place, reason("the number must not be negative"))
        return Decimal(value)

    def optional_amount(self, value: object, place: str, *, signed: bool) -> Decimal | None:
        return None if value == "" else self.amount(value, place, signed=signed)

    def refuse_unless_missing(self, value: object, place: str, why: Reason) -> None:
        """Refuse, but not a second time what :meth:`fields` has refused."""
        if value is not _MISSING:
            self.refuse(place, why)

    def refuse(self, place: str, why: Reason) -> None:
        self.reasons.append(reason("{place}: {why}", place=place, why=why))
