"""The nouns of supervision that exist so far: objections."""

from supervision.models.objection import Objection

__all__ = ["Objection"]
