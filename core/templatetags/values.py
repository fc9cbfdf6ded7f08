"""The filters and small tags of every page: values, times, symbols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy

from core import formats
from core.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from decimal import Decimal

    from django.forms import BaseForm
    from django.forms.boundfield import BoundField
    from django.http import QueryDict
    from django.template import RequestContext

    from core.money import Money

register = template.Library()

# What each tone looks like: colour never carries meaning alone, so every tone has its shape.
SHAPES = {
    "green": "tone-green",
    "yellow": "tone-yellow",
    "red": "tone-red",
    "blue": "tone-blue",
    "grey": "tone-grey",
}
ROLES = {
    "OWNER": pgettext_lazy("role", "Owner"),
    "AGENT": pgettext_lazy("role", "Procurement agent"),
    "BIDDER": pgettext_lazy("role", "Bidder"),
    "EXPERT": pgettext_lazy("role", "Evaluation expert"),
    "SUPERVISOR": pgettext_lazy("role", "Supervising department"),
    "CENTER": pgettext_lazy("role", "Trading centre"),
    "AUDIT": pgettext_lazy("role", "Inspection and audit"),
    "KEY_HOLDER": pgettext_lazy("role", "Key holder"),
    "SYSTEM": pgettext_lazy("role", "Platform"),
}


@register.filter
def money(value: Money | Decimal | int | str | None, currency: str = "CNY") -> str:
    """Show an amount: ``¥1,234,567.89``. Nothing for nothing."""
    return "" if value is None or value == "" else formats.money(value, currency=currency)


@register.filter
def wan(value: Money | Decimal | int | str | None, currency: str = "CNY") -> str:
    """Show an amount in 万元 where people speak so."""
    return "" if value is None or value == "" else formats.wan(value, currency=currency)


@register.filter
def figure(value: Money | Decimal | int | str | None, currency: str = "CNY") -> str:
    """Show an amount rounded for a headline."""
    return "" if value is None or value == "" else formats.figure(value, currency=currency)


@register.filter
def in_words(value: Money | Decimal | int | str | None) -> str:
    """Show an amount of yuan in Chinese capital words."""
    return "" if value is None or value == "" else formats.in_words(value)


@register.filter
def role_name(role: str) -> str:
    """Show a role by its name; an unknown one as it is."""
    return str(ROLES.get(role, role))


@register.filter
def instant(at: datetime | None) -> str:
    """Show an instant without its zone, for tables whose caption names the zone."""
    return "" if not at else formats.instant(at)


@register.filter
def beijing(at: datetime | None) -> str:
    """Show an instant with its zone: ``2026-11-21 14:30:00 北京时间``."""
    return "" if not at else formats.instant_in_words(at)


@register.filter
def short_instant(at: datetime | None) -> str:
    """Show an instant to the minute, where space is scarce and the full time stands elsewhere."""
    return "" if not at else formats.instant(at)[:-3]


@register.filter
def day(on: date | None) -> str:
    """Show a day: ``2026-11-21``."""
    return "" if not on else formats.day(on)


@register.filter
def filesize(n: int) -> str:
    """Show a size in bytes."""
    return formats.size(n)


@register.filter
def short_digest(value: str) -> str:
    """Show the first characters of a digest."""
    return formats.short_digest(value)


@register.filter
def reason(value: object) -> str:
    """Show a reason of the law in the reader's language; other text passes through."""
    return value.translated(gettext) if isinstance(value, Reason) else str(value)


@register.filter
def shown(value: object) -> str:
    """Show a value as its type wants to be shown; markup that is safe stays markup."""
    if isinstance(value, SafeString):
        return value
    if isinstance(value, Reason):
        return value.translated(gettext)
    return formats.plain(value)


@register.filter
def item(mapping: Mapping[Any, Any], key: object) -> Any:
    """Look a key up that is itself a variable; nothing when it is absent."""
    return mapping.get(key)


@register.filter
def field_named(form: BaseForm, name: str) -> BoundField:
    """Look a form's field up by a name that is itself a variable."""
    return form[name]


@register.simple_tag
def url_if(*names: str, **kwargs: object) -> str:
    """Return the address of the first of ``names`` that exists, else an empty string."""
    for name in names:
        try:
            return reverse(name, kwargs=kwargs or None)
        except NoReverseMatch:
            continue
    return ""


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw a symbol of the sprite; without a label it is decoration and hidden from screen readers."""
    address = static("yangguang/icons.svg")
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"></use></svg>',
            label,
            address,
            name,
        )
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>', address, name
    )


@register.simple_tag
def icon_address(name: str) -> str:
    """Return the address of a symbol in the sprite."""
    return f"{static('yangguang/icons.svg')}#{name}"


@register.simple_tag(takes_context=True)
def nav_link(context: RequestContext, url: str, label: str, count: int = 0) -> str:
    """Draw an entry of the navigation, marked when the reader is below it; nothing without an address."""
    if not url:
        return ""
    request = context.get("request")
    here = request is not None and (request.path == url or request.path.startswith(f"{url.rstrip('/')}/"))
    badge = (
        format_html('<span class="badge">{}</span><span class="visually-hidden"> {}</span>', count, gettext("unread"))
        if count
        else ""
    )
    current = format_html(' aria-current="{}"', "page") if here else ""
    return format_html('<li><a href="{}"{}>{}{}</a></li>', url, current, label, badge)


@register.simple_tag
def status(text: str, tone: str = "grey") -> SafeString:
    """Draw a status: a colour, a word and a shape. Tones: green, yellow, red, blue, grey."""
    return format_html('<span class="status {}">{}{}</span>', SHAPES[tone], icon(SHAPES[tone]), reason(text))


@register.simple_tag
def when(at: datetime) -> SafeString:
    """Draw an instant as a machine-readable ``time`` element, with its zone."""
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), formats.instant_in_words(at))


@register.simple_tag
def countdown(at: datetime, over: str = "") -> SafeString:
    """Draw a deadline: the absolute time, to which the script adds what is left by the server's clock.

    ``over`` is what stands there once it has passed; without it: "time is up".
    """
    return format_html(
        '<span class="countdown"><time datetime="{}">{}</time>'
        ' <span class="left" data-deadline="{}" data-over="{}" hidden></span></span>',
        at.isoformat(),
        formats.instant_in_words(at),
        at.isoformat(),
        over or gettext("time is up"),
    )


@register.simple_tag(takes_context=True)
def sortable(context: RequestContext, label: str, key: str, align: str = "") -> SafeString:
    """Draw a column's head that sorts by ``key``: the choice stands in the address as ``sort``."""
    query: QueryDict = context["request"].GET.copy()
    current = query.get("sort", "")
    order = {key: "ascending", f"-{key}": "descending"}.get(current, "none")
    query["sort"] = f"-{key}" if current == key else key
    query.pop("page", None)
    symbol = icon(f"sort-{order}")
    return format_html(
        '<th scope="col" aria-sort="{}" class="{}"><a class="sort" href="?{}">{}{}</a></th>',
        order,
        align,
        query.urlencode(),
        label,
        symbol,
    )
