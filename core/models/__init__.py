"""The nouns that know no app: the outbox of the log, the installation, counters, kept files, jobs."""

from core.models.installation import ClockGuard, Installation
from core.models.job import Job
from core.models.outbox import OutboxEntry
from core.models.sequence import Sequence
from core.models.stored_file import StoredFile

__all__ = ["ClockGuard", "Installation", "Job", "OutboxEntry", "Sequence", "StoredFile"]
