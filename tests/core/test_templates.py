from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from itertools import pairwise
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from django import forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.fallback import FallbackStorage
from django.core.paginator import Paginator
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils.translation import override

from core.reasons import reason

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.test import Client, RequestFactory
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.urls("tests.core.urls")

AT = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)
STATIC = settings.BASE_DIR / "static" / "yangguang"
TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
LANGUAGES = ["zh-hans", "en"]
BEIJING = reason("{time} (Beijing time)", time="X")


@pytest.fixture
def request_(rf: RequestFactory) -> HttpRequest:
    request = rf.get("/list", {"q": "路", "sort": "-price", "page": "3"})
    request.user = AnonymousUser()
    request.session = {}  # type: ignore[assignment]  # all that the messages need
    request._messages = FallbackStorage(request)
    return request


def draw(text: str, request: HttpRequest | None = None, **context: Any) -> str:
    if request is not None:
        context["request"] = request
    return Template(text).render(Context(context))


# ---- the whole page, in both languages ----


class Pieces(HTMLParser):
    """What the policy and a reader of the page would stumble over."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.labels: set[str] = set()
        self.fields: set[str] = set()
        self.headings: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        self.faults += [f"<{tag} {name}>" for name in has if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in has):
            self.faults.append(f"<{tag}> with content")
        address = has.get("src") or has.get("href") or ""
        if tag in {"script", "link", "img", "use"} and not address.startswith("/"):
            self.faults.append(f"{tag} from {address}")
        if tag == "svg" and not {"aria-hidden", "aria-label"} & has.keys():
            self.faults.append("a symbol neither named nor hidden")
        self.ids += [str(has["id"])] if "id" in has else []
        self._collect(tag, has)

    def _collect(self, tag: str, has: dict[str, str | None]) -> None:
        if tag == "label" and "for" in has:
            self.labels.add(str(has["for"]))
        named = "aria-label" in has or has.get("type") in {"hidden", "submit"}
        if tag in {"input", "select", "textarea"} and not named:
            self.fields.add(str(has.get("id")))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))


def inspect(html: str) -> Pieces:
    pieces = Pieces()
    pieces.feed(html)
    return pieces


@pytest.fixture(params=LANGUAGES)
def style_page(request: pytest.FixtureRequest, client: Client, settings: SettingsWrapper) -> str:
    settings.YANGGUANG_DEMO = True
    return client.get("/style", headers={"Accept-Language": request.param}).text


def test_nothing_inline_and_nothing_from_elsewhere_stands_in_a_page(style_page: str) -> None:
    assert inspect(style_page).faults == []


def test_every_id_is_there_once(style_page: str) -> None:
    ids = inspect(style_page).ids
    assert sorted(ids) == sorted(set(ids))


def test_every_field_has_its_label(style_page: str) -> None:
    pieces = inspect(style_page)
    assert {field for field in pieces.fields if not re.fullmatch(r"id_category_\d", field)} - pieces.labels == set()


def test_headings_descend_without_a_gap(style_page: str) -> None:
    headings = inspect(style_page).headings
    assert headings.count(1) == 1
    assert [(a, b) for a, b in pairwise(headings) if b > a + 1] == []


def test_every_symbol_that_is_drawn_is_in_the_sprite(style_page: str) -> None:
    drawn = set(re.findall(r'icons\.svg#([\w-]+)"', style_page))
    held = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))
    assert drawn - held == set()


def test_the_english_page_of_a_reader_holds_no_chinese_of_ours(client: Client) -> None:
    text = re.sub(r"<[^>]+>", " ", client.get("/nowhere", headers={"Accept-Language": "en"}).text)
    assert re.findall(r"[\u4e00-\u9fff]+", text) == ["中文"]


@pytest.mark.parametrize(
    "name",
    [
        str(file.relative_to(settings.BASE_DIR))
        for file in TEMPLATES
        if file.name not in {"500.html", "sign_attributes.html"}
    ],
    # the one is in both languages, the other has attributes only
)
def test_no_template_has_text_that_is_not_translated(name: str) -> None:
    text = (settings.BASE_DIR / name).read_text()
    text = re.sub(r"\{% blocktranslate.*?endblocktranslate %\}", "", text, flags=re.DOTALL)
    text = re.sub(r"\{[%{].*?[%}]\}", "", text, flags=re.DOTALL)
    words = re.sub(r"<[^>]*>", " ", text)
    assert re.findall(r"[^\W\d_]{2,}", words) == []


# ---- components ----


def test_the_next_step_says_what_who_and_until_when() -> None:
    with override("en"):
        drawn = draw(
            "{% next_step 'The box closes' who='Platform' until=at over='closed' %}", at=AT + timedelta(hours=1)
        )
    words = " ".join(re.sub(r"<[^>]+>", " ", drawn).split())
    assert words == "Next: The box closes · by Platform · until 2026-11-21 15:30:00 (Beijing time)"
    assert 'data-deadline="2026-11-21T07:30:00+00:00" data-over="closed"' in drawn


def test_a_next_step_that_is_over_waits_for_nobody() -> None:
    assert re.sub(r"<[^>]+>", "", draw("{% next_step 'Done' tone='done' %}")).strip() == "Done"


def test_a_disabled_button_has_every_reason_beside_it_and_no_form() -> None:
    with override("zh-hans"):
        drawn = draw("{% action 'Announce' '/x' reasons=why %}", why=[BEIJING, "second"])
    assert re.findall(r"<li>(.*?)</li>", drawn) == ["X 北京时间", "second"]
    assert ("<form" in drawn, " disabled>" in drawn) == (False, True)


def test_a_button_posts_its_hidden_values_with_the_token() -> None:
    drawn = draw("{% action 'Go' '/x' reasons=none lot=lot %}", none=[], lot="L&1", csrf_token="TOKEN")
    assert ('value="TOKEN"' in drawn, 'name="lot" value="L&amp;1"' in drawn) == (True, True)


def test_a_button_that_only_leads_somewhere_is_a_link_with_its_hint() -> None:
    drawn = draw("{% action 'Look' '/x' method='get' hint='opens the record' %}")
    assert ('<a class="button plain" href="/x">' in drawn, "opens the record" in drawn) == (True, True)


def test_values_are_escaped_and_safe_markup_stays() -> None:
    drawn = draw("{% data_table heads rows caption='C' %}", heads=["A"], rows=[["<b>"]])
    assert "&lt;b&gt;" in drawn


def test_an_empty_table_says_so() -> None:
    with override("en"):
        drawn = draw("{% data_table heads rows caption='C' %}", heads=["A"], rows=[])
    assert ("<table" in drawn, "Nothing here yet." in drawn) == (False, True)


def test_a_head_of_a_column_sorts_both_ways_and_forgets_the_page(request_: HttpRequest) -> None:
    drawn = draw("{% sortable 'Price' 'price' 'number' %}{% sortable 'Title' 'title' %}", request_)
    assert re.findall(r'aria-sort="(\w+)"', drawn) == ["descending", "none"]
    assert re.findall(r'href="(\?[^"]+)"', drawn) == [
        "?q=%E8%B7%AF&amp;sort=price",
        "?q=%E8%B7%AF&amp;sort=title",
    ]


def test_pages_keep_the_filters_and_offer_sizes(request_: HttpRequest) -> None:
    page = Paginator(range(100), 20).page(3)
    with override("en"):
        drawn = draw("{% pagination page %}", request_, page=page)
    assert "41–60 of 100" in drawn
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+)"', drawn)]
    assert links[0] == "?q=%E8%B7%AF&sort=-price&page=2"
    assert links[-1] == "?q=%E8%B7%AF&sort=-price&page=1&size=100"


def test_one_page_has_no_numbers_and_no_result_is_zero(request_: HttpRequest) -> None:
    with override("en"):
        assert "0 results" in draw("{% pagination page %}", request_, page=Paginator([], 20).page(1))


def test_a_filter_bar_keeps_the_sort_shows_the_search_and_can_be_cleared(request_: HttpRequest) -> None:
    drawn = draw("{% filters exports=out %}", request_, out=[("CSV", "/list.csv")])
    assert ('name="sort" value="-price"' in drawn, 'name="page"' in drawn) == (True, False)
    assert ('value="路"' in drawn, '<a class="button" href="/list">' in drawn) == (True, True)
    assert 'href="/list.csv?q=%E8%B7%AF&amp;sort=-price&amp;page=3"' in drawn


def test_a_filter_bar_without_choices_has_nothing_to_clear(rf: RequestFactory) -> None:
    drawn = draw("{% filters exports=out %}", rf.get("/list"), out=[("CSV", "/list.csv")])
    assert ('class="button" href' in drawn, 'href="/list.csv"' in drawn) == (False, True)


class Tender(forms.Form):
    title = forms.CharField(help_text="as approved")
    price = forms.DecimalField(min_value=0, required=False)
    agreed = forms.BooleanField()
    kind = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect)
    token = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        self.add_error(None, "together wrong")
        return self.cleaned_data


def test_an_error_summary_links_every_error_to_its_field_and_takes_the_focus() -> None:
    form = Tender({"price": "12,0o"})
    with override("en"):
        drawn = draw("{% error_summary form reasons=why %}", form=form, why=[BEIJING])
    assert re.findall(r"<li>(.*?)</li>", drawn) == [
        "X (Beijing time)",
        "together wrong",
        '<a href="#id_title">Title: This field is required.</a>',
        '<a href="#id_price">Price: Enter a number.</a>',
        '<a href="#id_agreed">Agreed: This field is required.</a>',
        '<a href="#id_kind">Kind: This field is required.</a>',
    ]
    assert 'tabindex="-1" autofocus' in drawn
    ids = inspect(f"{form}").ids
    assert {"id_title", "id_price", "id_agreed", "id_kind"} <= set(ids)


def test_no_error_leaves_no_summary() -> None:
    assert draw("{% error_summary form %}", form=Tender()).strip() == ""


def test_a_field_tells_its_hint_and_its_errors_and_keeps_what_was_typed() -> None:
    with override("en"):
        drawn = str(Tender({"price": "12,0o"}))
    assert 'aria-describedby="id_title_helptext id_title_error"' in drawn
    (price,) = re.findall(r'<input [^>]*name="price"[^>]*>', drawn)
    assert price == (
        '<input type="text" inputmode="decimal" autocomplete="off" name="price" value="12,0o"'
        ' aria-invalid="true" aria-describedby="id_price_error" id="id_price">'
    )
    assert ("(optional)" in drawn, "together wrong" in drawn) == (True, True)


def test_checked_answers_are_confirmed_once_or_refused_with_reasons() -> None:
    rows = [("Title", "A"), {"label": "Price", "value": 3, "url": "/edit", "action": "Change"}]
    free = draw("{% check_answers rows confirm='Announce' warning='Final' back='/b' run=1 %}", rows=rows)
    held = draw("{% check_answers rows confirm='Announce' reasons=why %}", rows=rows, why=["no"])
    assert ('name="confirmed" value="yes"' in free, 'name="run" value="1"' in free, "Final" in free) == (True,) * 3
    assert ("disabled" in free, "disabled" in held, "<li>no</li>" in held) == (False, True, True)


def test_a_status_is_a_colour_a_word_and_a_shape() -> None:
    drawn = draw("{% status word 'red' %}", word="late")
    assert re.findall(r'class="status ([\w-]+)"|#([\w-]+)"', drawn) == [("tone-red", ""), ("", "tone-red")]
    assert "late" in drawn


def test_a_symbol_is_decoration_unless_it_is_named() -> None:
    named, plain = draw("{% icon 'search' 'Search' %}"), draw("{% icon 'search' %}")
    assert ('role="img" aria-label="Search"' in named, 'aria-hidden="true"' in plain) == (True, True)


def test_messages_are_drawn_by_their_level(request_: HttpRequest) -> None:
    from django.contrib import messages

    for level in (messages.INFO, messages.SUCCESS, messages.WARNING, messages.ERROR):
        messages.add_message(request_, level, "m")
    html = render_to_string("components/messages.html", {"messages": messages.get_messages(request_)})
    assert re.findall(r'class="notice ([\w-]+)"', html) == ["tone-blue", "tone-green", "tone-yellow", "tone-red"]


def test_an_address_that_does_not_exist_is_left_out() -> None:
    assert draw("{% url_if 'no:where' 'core:now' as a %}{{ a }}|{% url_if 'no:where' %}") == "/now|"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{{ none|money }}{{ none|wan }}{{ none|figure }}{{ none|in_words }}{{ none|beijing }}{{ none|day }}", ""),
        ("{{ 3|money }} {{ 3|money:'USD' }} {{ 30000|wan }} {{ 30000|figure }}", "¥3.00 $3.00 3万元 3.00万元"),
        ("{{ 1|in_words }} {{ 'OWNER'|role_name }} {{ 'X'|role_name }}", "壹元整 招标人（采购人） X"),
        (
            "{{ at|beijing }} {{ at|short_instant }} {{ at|day }}",
            "2026-11-21 14:30:00 北京时间 2026-11-21 14:30 2026-11-21",
        ),
        ("{{ at|instant }} {{ 2048|filesize }} {{ d|item:'k' }}", "2026-11-21 14:30:00 2.0 KB v"),
        ("{{ safe|shown }} {{ less|shown }} {{ why|shown }}", "<b> &lt; X 北京时间"),
        ("{% with f=form|field_named:'title' %}{{ f.name }}{% endwith %}", "title"),
    ],
)
def test_values_are_shown(text: str, shown: str) -> None:
    from django.utils.safestring import mark_safe

    context = {
        "none": None,
        "at": AT,
        "d": {"k": "v"},
        "safe": mark_safe("<b>"),
        "why": BEIJING,
        "form": Tender(),
        "less": "<",
    }
    with override("zh-hans"):
        assert draw(text, **context) == shown


# ---- the band ----


def seat(pk: int, role: str, organisation: str) -> SimpleNamespace:
    return SimpleNamespace(pk=pk, role=role, organisation=SimpleNamespace(name=organisation))


def test_the_band_marks_where_one_is_and_counts_what_is_unread(rf: RequestFactory) -> None:
    request = rf.get("/inbox/3")
    drawn = draw("{% nav_link '/inbox' 'Inbox' 3 %}{% nav_link '/in' 'In' %}{% nav_link '' 'Absent' %}", request)
    assert re.findall(r'href="([^"]+)"( aria-current="page")?', drawn) == [
        ("/inbox", ' aria-current="page"'),
        ("/in", ""),
    ]
    assert ('<span class="badge">3</span>' in drawn, "Absent" in drawn) == (True, False)


def test_the_seat_in_use_stands_in_the_band_and_the_others_can_be_taken() -> None:
    owner, holder = seat(1, "OWNER", "滨江建投"), seat(2, "KEY_HOLDER", "滨江建投")
    user = SimpleNamespace(is_authenticated=True, name="陈思远", username="chen")
    with override("zh-hans"):
        html = render_to_string(
            "components/seat.html", {"user": user, "membership": owner, "seats": (owner, holder), "csrf_token": "T"}
        )
    assert "招标人（采购人） · 滨江建投" in html
    assert re.findall(r'name="seat" value="(\d)"', html) == ["2"]
    assert re.findall(r'action="([^"]+)"', html) == ["/account/role", "/account/sign-out"]
