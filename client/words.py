"""What the client says, in English and Chinese; the protocol's own reasons come from its catalogues where they lie."""

from __future__ import annotations

import gettext
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.errors import Refused
from core.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.canonical import Malformed

LANGUAGES: Final = ("en", "zh")
CHINESE: Final = {
    "{path} cannot be read: {why}": "无法读取 {path}：{why}",
    "{path} has more than {limit} bytes": "{path} 超过 {limit} 字节",
    "{path} cannot be written: {why}": "无法写入 {path}：{why}",
    "{path} exists already and is not overwritten; choose another name": "{path} 已存在，不会被覆盖；请换一个名称",
    "the passphrase has fewer than {least} characters; choose a longer one": (
        "口令少于 {least} 个字符；请使用更长的口令"
    ),
    "the two passphrases differ; type them again": "两次输入的口令不一致；请重新输入",
    "{path} is not the key file of a {kind}; give the file that “tsb keys new” or the page wrote": (
        "{path} 不是 {kind} 的密钥文件；请使用“tsb keys new”或网页生成的文件"
    ),
    "{path} holds something other than plain files; seal a flat folder": (
        "{path} 含有普通文件以外的内容；请使用不含子文件夹的文件夹"
    ),
    "{path} holds no form.json; the offer form is required": "{path} 中没有 form.json；报价表必不可少",
    "the key of holder {kid} is not in trust.json; do not seal, and ask the supervisor": (
        "密钥持有人 {kid} 的密钥不在 trust.json 中；请勿加密投标，并向监督部门核实"
    ),
    "trust.json is malformed: {why}": "trust.json 格式不正确：{why}",
    "the receipt is for seal {found}, and yours is {own}": "回执对应的密封件是 {found}，而您的密封件是 {own}",
    "the entry of the log says something else than the receipt: {field}": "日志条目与回执不一致：{field}",
    "{found} witnesses cosigned, {needed} are needed; fetch the receipt again later": (
        "已有 {found} 个见证人联署，需要 {needed} 个；请稍后重新下载回执"
    ),
    "the secret belongs to another seal: {field}": "该密钥材料属于另一份密封件：{field}",
    "{path} is not the payload that was sealed": "{path} 不是被密封的文件",
    "the commitment of envelope {name} is not of your secret; seal again": (
        "信封 {name} 的承诺值与您的密钥材料不符；请重新密封"
    ),
    "envelope {name} gives holder {kid} a wrong share; seal again": (
        "信封 {name} 发给持有人 {kid} 的份额有误；请重新密封"
    ),
    "envelope {name} of lot {lot} is sealed as your secret says": "标段 {lot} 的信封 {name} 与您的密钥材料一致",
    "  {title} ({size} bytes)": "  {title}（{size} 字节）",
    "  its payload was not given and not checked": "  未提供其密文，未作检查",
    "the entry of the log is malformed": "日志条目格式不正确",
    "made: {path}": "已生成：{path}",
    "sealed: {digest}": "已密封：{digest}",
    "the receipt holds: seal {seal} of tender {tender} is entry {index} of the log ({event}), received {at}": (
        "回执有效：标段 {tender} 的密封件 {seal} 是日志第 {index} 条（{event}），接收时间 {at}"
    ),
}


class Fault(Exception):  # noqa: N818  (it says what was found)
    """What stands in the way, and what to do next; ``said`` is an English sentence of :data:`CHINESE`."""

    def __init__(self, said: str, **values: object) -> None:
        self.said, self.values = said, values
        super().__init__(said.format(**values))


def say(said: str, language: str, **values: object) -> str:
    """Return a sentence with its values in ``en`` or ``zh``."""
    pattern = CHINESE[said] if language == "zh" else said
    return pattern.format(**{name: _shown(value, language) for name, value in values.items()})


def reasons_of(error: Fault | Malformed | Refused, language: str) -> list[str]:
    """Return every reason of an error, one sentence each."""
    if isinstance(error, Fault):
        return [say(error.said, language, **error.values)]
    found: Iterable[str] = error.reasons if isinstance(error, Refused) else [error.reason]
    return [_shown(one, language) for one in found]


def _shown(value: object, language: str) -> str:
    text = value.translated(_catalogue) if isinstance(value, Reason) and language == "zh" else str(value)
    return "".join(sign if sign.isprintable() else "�" for sign in text)


def _catalogue(msgid: str) -> str:
    for app in ("bidding", "core"):
        path = Path(__file__).parents[1] / app / "locale/zh_Hans/LC_MESSAGES/django.mo"
        if path.exists():
            with path.open("rb") as source:
                found = gettext.GNUTranslations(source).gettext(msgid)
            if found != msgid:
                return found
    return msgid
