"""The components of every page: each tag draws ``templates/components/<name>.html``.

``docs/interface.md`` is their catalogue. The filters and small tags of ``values`` belong to the same library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string

from core.templatetags.values import SHAPES, register

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from django.core.paginator import Page
    from django.forms import BaseForm
    from django.template import RequestContext

PAGE_SIZES = (20, 50, 100)


@register.inclusion_tag("components/next_step.html")
def next_step(
    what: str, *, who: str = "", until: datetime | None = None, tone: str = "wait", over: str = ""
) -> dict[str, Any]:
    """Say what happens next, who must act, and until when. Tones: act, wait, done, stopped."""
    return {"what": what, "who": who, "until": until, "tone": tone, "over": over}


@register.inclusion_tag("components/stepper.html")
def stepper(steps: Iterable[Any], *, label: str = "") -> dict[str, Any]:
    """Draw stages: ``label``, ``state`` (done, now, next, stopped), ``at``, ``until``, ``note``."""
    return {"steps": list(steps), "label": label}


@register.inclusion_tag("components/summary.html")
def summary(rows: Iterable[Any], *, caption: str = "", wide: bool = False) -> dict[str, Any]:
    """Draw labels and values: pairs, or things with ``label``, ``value``, ``note``, ``url``, ``action``."""
    return {"rows": [_as_row(row) for row in rows], "caption": caption, "wide": wide}


@register.inclusion_tag("components/table.html")
def data_table(
    headers: Sequence[Any], rows: Iterable[Sequence[Any]], *, caption: str, empty: str = "", note: str = ""
) -> dict[str, Any]:
    """Draw a table of values; a head is a text, or a pair of text and ``number`` for figures."""
    heads = [(head, "") if isinstance(head, str) else tuple(head) for head in headers]
    body = [[(cell, heads[n][1]) for n, cell in enumerate(row)] for row in rows]
    return {"heads": heads, "body": body, "caption": caption, "empty": empty, "note": note}


@register.simple_block_tag
def table_box(content: str, caption: str, count: int | None = None, note: str = "") -> str:
    """Draw a table of your own ``thead`` and ``tbody`` that scrolls inside itself."""
    return render_to_string(
        "components/table_box.html", {"content": content, "caption": caption, "count": count, "note": note}
    )


@register.simple_block_tag
def panel(content: str, title: str = "", id: str = "", tone: str = "", level: int = 2) -> str:  # noqa: A002
    """Draw a section with its own head."""
    return render_to_string(
        "components/panel.html",
        {"content": content, "title": title, "id": id, "tone": tone, "level": level},
    )


@register.simple_block_tag
def notice(content: str, tone: str = "blue", title: str = "", role: str = "") -> str:
    """Draw a banner with a word of its own. Tones as in ``status``."""
    return render_to_string(
        "components/notice.html",
        {"content": content, "tone": tone, "title": title, "role": role, "shape": SHAPES[tone]},
    )


@register.inclusion_tag("components/nothing.html")
def nothing(text: str, *, hint: str = "", url: str = "", action: str = "") -> dict[str, Any]:
    """Draw an empty state that says what to do."""
    return {"text": text, "hint": hint, "url": url, "action": action}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: RequestContext, page: Page[Any], *, sizes: Sequence[int] = PAGE_SIZES) -> dict[str, Any]:
    """Draw the count, the pages and the page sizes; ``page`` and ``size`` stand in the address."""
    query = context["request"].GET.copy()

    def address(**changes: object) -> str:
        changed = query.copy()
        for key, value in changes.items():
            changed[key] = str(value)
        return f"?{changed.urlencode()}"

    return {
        "page": page,
        "total": page.paginator.count,
        "previous": address(page=page.previous_page_number()) if page.has_previous() else "",
        "following": address(page=page.next_page_number()) if page.has_next() else "",
        "numbers": [
            (number, address(page=number) if isinstance(number, int) else "")
            for number in page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
        ],
        "sizes": [(size, address(size=size, page=1)) for size in sizes],
        "size": page.paginator.per_page,
    }


@register.inclusion_tag("components/filters.html", takes_context=True)
def filters(
    context: RequestContext,
    form: BaseForm | None = None,
    *,
    search: str = "q",
    exports: Iterable[tuple[str, str]] = (),
    placeholder: str = "",
) -> dict[str, Any]:
    """Draw a filter bar whose choices stand in the address; ``exports`` are pairs of label and address."""
    query = context["request"].GET
    kept = [(key, value) for key, value in query.items() if key in {"sort", "size"}]
    is_set = any(value for key, value in query.items() if key not in {"sort", "size", "page"})
    return {
        "form": form,
        "search": search if form is None or search not in form.fields else "",
        "value": query.get(search, ""),
        "placeholder": placeholder,
        "exports": [(label, f"{url}?{query.urlencode()}" if query else url) for label, url in exports],
        "kept": kept,
        "is_set": is_set,
        "path": context["request"].path,
    }


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: BaseForm | None = None, *, reasons: Iterable[str] = (), title: str = "") -> dict[str, Any]:
    """Draw every error of a form, linked to its field, and every reason of a refusal, if there is any."""
    return {"form": form, "reasons": list(reasons), "title": title}


@register.inclusion_tag("components/action.html")
def action(
    label: str,
    url: str = "",
    *,
    reasons: Iterable[str] = (),
    kind: str = "plain",
    method: str = "post",
    hint: str = "",
    **values: object,
) -> dict[str, Any]:
    """Draw a button; with reasons it is disabled and each reason stands beside it.

    Kinds: primary, plain, danger. ``method="get"`` makes it a link; other arguments become hidden fields.
    """
    return {
        "label": label,
        "url": url,
        "reasons": list(reasons),
        "kind": kind,
        "method": method,
        "hint": hint,
        "hidden": list(values.items()),
    }


@register.inclusion_tag("components/digest.html")
def digest(value: str, *, algorithm: str = "SHA-256") -> dict[str, Any]:
    """Draw a digest: short at first sight, whole on demand, with a button that copies it."""
    return {"value": value, "algorithm": algorithm}


@register.inclusion_tag("components/documents.html")
def documents(documents: Iterable[Any], *, empty: str = "") -> dict[str, Any]:
    """Draw documents: each with ``name``, ``url``, ``size``, ``digest``, ``at``, ``kind``."""
    return {"documents": list(documents), "empty": empty}


@register.inclusion_tag("components/timeline.html")
def timeline(events: Iterable[Any], *, empty: str = "") -> dict[str, Any]:
    """Draw events: each with ``at``, ``title``, ``by``, ``text``, ``tone``, ``url``."""
    return {"events": list(events), "empty": empty}


@register.inclusion_tag("components/tabs.html")
def tabs(tabs: Iterable[Any], *, label: str) -> dict[str, Any]:
    """Draw links as tabs: each with ``label``, ``url``, ``is_current``, ``count``."""
    return {"tabs": list(tabs), "label": label}


@register.inclusion_tag("components/progress.html")
def progress(value: int, total: int, *, label: str, id: str = "") -> dict[str, Any]:  # noqa: A002
    """Draw real progress with its numbers."""
    return {"value": value, "total": total, "label": label, "id": id}


@register.inclusion_tag("components/check_answers.html")
def check_answers(
    rows: Iterable[Any],
    *,
    confirm: str,
    warning: str = "",
    back: str = "",
    reasons: Iterable[str] = (),
    danger: bool = False,
    **values: object,
) -> dict[str, Any]:
    """Draw what is about to be done and one plain confirmation; posts ``confirmed=yes`` to the same page."""
    return {
        "rows": [_as_row(row) for row in rows],
        "confirm": confirm,
        "warning": warning,
        "back": back,
        "reasons": list(reasons),
        "danger": danger,
        "hidden": list(values.items()),
    }


@register.inclusion_tag("components/done.html")
def done(what: str, *, number: str = "", at: datetime | None = None, record: str = "") -> dict[str, Any]:
    """Draw what was done, its reference number and the address of its printable record."""
    return {"what": what, "number": number, "at": at, "record": record}


@register.inclusion_tag("components/checklist.html")
def checklist(items: Iterable[Any], *, title: str = "") -> dict[str, Any]:
    """Draw what is there and what is missing: each with ``label``, ``is_done``, ``reason``, ``url``."""
    return {"items": list(items), "title": title}


@register.inclusion_tag("components/tasks.html")
def tasks(tasks: Iterable[Any], *, empty: str = "", hint: str = "") -> dict[str, Any]:
    """Draw what is to be done: ``title``, ``url``, ``due``, ``tone``, ``word``, ``number``, ``note``."""
    return {"tasks": list(tasks), "empty": empty, "hint": hint, "shapes": SHAPES}


@register.inclusion_tag("components/figures.html")
def figures(figures: Iterable[Any]) -> dict[str, Any]:
    """Draw large figures: each with ``label``, ``value``, ``note``, ``url``."""
    return {"figures": list(figures)}


@register.inclusion_tag("components/stage_light.html")
def stage_light(steps: Iterable[Any], *, now: str = "") -> dict[str, Any]:
    """Draw a hall's stage light: ``label`` and ``state`` each; ``now`` is said aloud when it changes."""
    return {"steps": list(steps), "now": now}


def _as_row(row: Any) -> Any:
    return {"label": row[0], "value": row[1]} if isinstance(row, tuple) else row
