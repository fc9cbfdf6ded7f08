"""Made-up values for the page that shows every component once: sample text, in Chinese like the real thing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.paginator import Paginator

from core import formats
from core.money import Money

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import QueryDict

_DIGEST = "9f2c41d07be35a86e1d4c0b7a95f3e2816dd40c9be7735f1a02c68e4d7b91f30"
_NUMBER = "CT-2026-000123-QK7M"


class SampleForm(forms.Form):
    """One field of each sort."""

    title = forms.CharField(label="项目名称", help_text="与批复一致，不超过 100 字。")
    ceiling = forms.DecimalField(label="最高投标限价", max_digits=18, decimal_places=2)
    closes_at = forms.DateTimeField(label="投标截止时间", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    category = forms.ChoiceField(
        label="类别",
        choices=[("works", "工程"), ("goods", "货物")],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="备注", required=False, widget=forms.Textarea)
    plan = forms.FileField(label="文件", required=False)
    agreed = forms.BooleanField(label="我已核对将要发布的内容")


class SampleFilter(forms.Form):
    """What a list may be narrowed by."""

    is_filter = True
    category = forms.ChoiceField(
        label="类别",
        required=False,
        choices=[("", "全部"), ("works", "工程"), ("goods", "货物")],
    )
    since = forms.DateField(label="起始日期", required=False, widget=forms.DateInput(attrs={"type": "date"}))


def everything(at: datetime, *, query: QueryDict) -> dict[str, Any]:
    """Return the values of ``core/style.html`` as of ``at``."""
    return {
        "number": _NUMBER,
        "digest": _DIGEST,
        "deadline": at + timedelta(days=2, hours=3, minutes=20),
        "soon": at + timedelta(minutes=14, seconds=30),
        "now": at,
        "steps": _steps(at),
        "hall": _hall(),
        "facts": _facts(),
        "head_row": [("排名", "number"), "投标人", ("报价", "number"), ("工期（日）", "number")],
        "rows": _rows(),
        "exports": [("CSV", "#"), ("XLSX", "#")],
        "reasons": _reasons(),
        "form": SampleForm({"title": "", "ceiling": "12,00", "category": "boats"}),
        "filter_form": SampleFilter(query or None, auto_id="filter-%s"),
        "page": Paginator(range(1, 3001), 20).page(7),
        "documents": _documents(at),
        "events": _events(at),
        "tabs": _tabs(),
        "items": _items(),
        "tasks": _tasks(at),
        "figures": _figures(),
    }


def _steps(at: datetime) -> list[dict[str, Any]]:
    return [
        {"label": "起草", "state": "done", "at": at - timedelta(days=34)},
        {"label": "已发布", "state": "done", "at": at - timedelta(days=30)},
        {"label": "投标中", "state": "now", "at": at - timedelta(days=28), "until": at + timedelta(days=2)},
        {"label": "开标", "state": "next"},
        {"label": "评标", "state": "next"},
        {"label": "候选人公示", "state": "next", "note": "不少于 3 日"},
        {"label": "定标", "state": "next"},
        {"label": "合同", "state": "next"},
    ]


def _hall() -> list[dict[str, Any]]:
    return [
        {"label": "投标箱已关闭", "state": "done"},
        {"label": "密钥份额陆续到达", "state": "now"},
        {"label": "解密", "state": "next"},
        {"label": "唱标", "state": "next"},
        {"label": "记录签署", "state": "next"},
    ]


def _facts() -> list[Any]:
    return [
        ("招标人", "滨江区城市建设投资有限公司"),
        {
            "label": "最高投标限价",
            "value": Money.of("48650000.00"),
            "note": Money.of("48650000.00").in_words(),
            "url": "#facts",
            "action": "修改",
        },
        {"label": "项目编号", "value": _NUMBER},
        {"label": "资金来源", "value": None},
    ]


def _rows() -> list[list[Any]]:
    names = ["滨江建工集团有限公司", "华东路桥工程有限公司", "远山建设股份有限公司", "青禾市政工程有限公司"]
    prices = ["46120000.00", "46980000.50", "47215300.00", "48001999.99"]
    return [[n, name, Money.of(price), 540] for n, (name, price) in enumerate(zip(names, prices, strict=True), 1)]


def _reasons() -> list[str]:
    return [
        "有效投标 2 份，至少需要 3 份",
        "暂停：异议 OB-2026-000014-7HTX",
    ]


def _documents(at: datetime) -> list[dict[str, Any]]:
    return [
        {"name": "招标文件.pdf", "url": "#", "size": 4_816_233, "digest": _DIGEST, "at": at, "kind": "招标文件"},
        {"name": "工程量清单.xlsx", "url": "#", "size": 812_004, "digest": _DIGEST[::-1], "at": at, "kind": ""},
    ]


def _events(at: datetime) -> list[dict[str, Any]]:
    return [
        {"at": at, "title": "异议已答复", "by": "招标人", "text": "", "tone": "green", "url": "#"},
        {
            "at": at - timedelta(hours=20),
            "title": "提出异议",
            "by": "投标人",
            "text": "暂停：异议 OB-2026-000014-7HTX",
            "tone": "red",
        },
        {"at": at - timedelta(days=3), "title": "公示中标候选人", "by": "平台"},
    ]


def _tabs() -> list[dict[str, Any]]:
    return [
        {"label": "概览", "url": "#", "is_current": True},
        {"label": "公告", "url": "#", "count": 4},
        {"label": "问答", "url": "#", "count": 12},
        {"label": "开标记录", "url": "#"},
        {"label": "存证", "url": "#", "count": 87},
    ]


def _items() -> list[dict[str, Any]]:
    return [
        {"label": "资金来源已载明", "is_done": True},
        {
            "label": "密钥保管人已签署",
            "is_done": False,
            "reason": "4 位密钥保管人中已有 2 位签署",
            "url": "#",
        },
    ]


def _tasks(at: datetime) -> list[dict[str, Any]]:
    return [
        {
            "title": "答复异议",
            "url": "#",
            "due": at + timedelta(hours=5),
            "tone": "red",
            "word": "紧急",
            "number": _NUMBER,
            "note": "滨江路道路改造工程施工",
        },
        {
            "title": "释放您的密钥份额",
            "url": "#",
            "due": at + timedelta(days=2),
            "tone": "yellow",
            "word": "临近",
            "number": _NUMBER,
        },
        {
            "title": "签订合同",
            "url": "#",
            "due": at + timedelta(days=20),
            "tone": "green",
            "word": "充裕",
        },
    ]


def _figures() -> list[dict[str, Any]]:
    return [
        {"label": "本年公告", "value": "1,284"},
        {"label": "本年成交", "value": "936", "url": "#"},
        {"label": "成交金额", "value": formats.figure("8234567890.12")},
        {"label": "节约率", "value": "6.42%", "note": "相对最高投标限价"},
    ]
