"""Regions by the code of GB/T 2260: the country and its provinces, as people name them."""

from __future__ import annotations

from core.reasons import Reason, reason

COUNTRY = "CN"

REGIONS: dict[str, Reason] = {
    COUNTRY: reason("National rules"),
    "110000": reason("Beijing"),
    "120000": reason("Tianjin"),
    "130000": reason("Hebei"),
    "140000": reason("Shanxi"),
    "150000": reason("Inner Mongolia"),
    "210000": reason("Liaoning"),
    "220000": reason("Jilin"),
    "230000": reason("Heilongjiang"),
    "310000": reason("Shanghai"),
    "320000": reason("Jiangsu"),
    "330000": reason("Zhejiang"),
    "340000": reason("Anhui"),
    "350000": reason("Fujian"),
    "360000": reason("Jiangxi"),
    "370000": reason("Shandong"),
    "410000": reason("Henan"),
    "420000": reason("Hubei"),
    "430000": reason("Hunan"),
    "440000": reason("Guangdong"),
    "450000": reason("Guangxi"),
    "460000": reason("Hainan"),
    "500000": reason("Chongqing"),
    "510000": reason("Sichuan"),
    "520000": reason("Guizhou"),
    "530000": reason("Yunnan"),
    "540000": reason("Tibet"),
    "610000": reason("Shaanxi"),
    "620000": reason("Gansu"),
    "630000": reason("Qinghai"),
    "640000": reason("Ningxia"),
    "650000": reason("Xinjiang"),
}


def region_name(code: str) -> str:
    """Return the name of a region as a reason; a code that is not of this table stays as it is."""
    return REGIONS.get(code, code)
