"""Which method of government procurement a purchase may use (采购法 26-32; 采购条例 23, 26-28)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from core.reasons import Reason, reason
from trading.names import Category

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from decimal import Decimal

    from core.money import Money
    from trading.procedures.parameters import Parameters


class PurchaseMethod(StrEnum):
    """The methods of government procurement, by their procedure codes."""

    OPEN = "GP_OPEN"
    SELECTIVE = "GP_SELECTIVE"
    NEGOTIATION = "GP_NEGOTIATION"
    SINGLE = "GP_SINGLE"
    INQUIRY = "GP_INQUIRY"
    CONSULTATION = "GP_CONSULTATION"
    FRAMEWORK = "GP_FRAMEWORK"
    INNOVATION = "GP_INNOVATION"
    EMERGENCY = "GP_EMERGENCY"


METHOD_NAMES: Mapping[PurchaseMethod, Reason] = {
    PurchaseMethod.OPEN: reason("Open tender"),
    PurchaseMethod.SELECTIVE: reason("Selective tender"),
    PurchaseMethod.NEGOTIATION: reason("Competitive negotiation"),
    PurchaseMethod.SINGLE: reason("Single source"),
    PurchaseMethod.INQUIRY: reason("Inquiry"),
    PurchaseMethod.CONSULTATION: reason("Competitive consultation"),
    PurchaseMethod.FRAMEWORK: reason("Framework agreement"),
    PurchaseMethod.INNOVATION: reason("Cooperative innovation procurement"),
    PurchaseMethod.EMERGENCY: reason("Emergency procurement"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """A purchase and what is true of it. ``threshold`` is the open-tender threshold of region, level and category."""

    category: Category
    amount: Money
    threshold: Money | None = None
    few_suppliers: bool = False
    tender_cost_disproportionate: bool = False
    tender_failed: bool = False
    is_complex: bool = False
    is_urgent: bool = False
    price_not_computable: bool = False
    one_supplier_only: bool = False
    urgency_unforeseeable: bool = False
    addon_percent: Decimal | None = None
    is_standard_with_stock: bool = False
    is_service_for_society: bool = False
    is_science: bool = False
    is_works_outside_tender_law: bool = False
    is_small_and_frequent: bool = False
    is_new_product: bool = False
    is_emergency: bool = False


_ALLOWED: Mapping[PurchaseMethod, Callable[[Purchase, Parameters], bool]] = {
    PurchaseMethod.OPEN: lambda _purchase, _law: True,
    # 采购法 29
    PurchaseMethod.SELECTIVE: lambda purchase, _law: purchase.few_suppliers or purchase.tender_cost_disproportionate,
    # 采购法 30; 采购条例 26
    PurchaseMethod.NEGOTIATION: lambda purchase, _law: (
        purchase.tender_failed or purchase.is_complex or purchase.is_urgent or purchase.price_not_computable
    ),
    # 采购法 31; 采购条例 27
    PurchaseMethod.SINGLE: lambda purchase, law: (
        purchase.one_supplier_only
        or purchase.urgency_unforeseeable
        or (purchase.addon_percent is not None and purchase.addon_percent <= law.decimal("gp.single_addon_max"))
    ),
    # 采购法 32: goods only
    PurchaseMethod.INQUIRY: lambda purchase, _law: (
        purchase.category is Category.GOODS and purchase.is_standard_with_stock
    ),
    # 财库〔2014〕214号 3 [M]
    PurchaseMethod.CONSULTATION: lambda purchase, _law: (
        purchase.is_service_for_society
        or purchase.is_complex
        or purchase.is_science
        or purchase.price_not_computable
        or purchase.is_works_outside_tender_law
    ),
    # 110号令 [M]
    PurchaseMethod.FRAMEWORK: lambda purchase, _law: purchase.is_small_and_frequent and not reaches_threshold(purchase),
    # 财库〔2024〕13号 [M-low]
    PurchaseMethod.INNOVATION: lambda purchase, _law: purchase.is_new_product,
    # 财库〔2026〕12号 [2], from 2026-10-01
    PurchaseMethod.EMERGENCY: lambda purchase, law: purchase.is_emergency and law.is_set("gp.emergency_suppliers_min"),
}


def reaches_threshold(purchase: Purchase) -> bool:
    """Return whether the amount reaches the open-tender threshold; no threshold is never reached (采购法 27)."""
    return purchase.threshold is not None and purchase.amount >= purchase.threshold


def methods_allowed(purchase: Purchase, parameters: Parameters) -> tuple[PurchaseMethod, ...]:
    """Return the methods whose grounds are met, open tender first: it is always allowed (采购法 26)."""
    return tuple(method for method, test in _ALLOWED.items() if test(purchase, parameters))
