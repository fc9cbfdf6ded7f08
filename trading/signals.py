"""News that trading sends upwards, after commit."""

from __future__ import annotations

from django.dispatch import Signal

stage_changed = Signal()  # lot_id, change_id
notice_published = Signal()  # notice_id
