"""The nouns that know no app: the outbox and the log, the installation, counters, kept files, jobs."""

from core.models.installation import ClockGuard, Installation
from core.models.job import Job
from core.models.log import LogCheckpoint, LogCosignature, LogHead, LogLeaf, LogTimestamp
from core.models.outbox import OutboxEntry
from core.models.sequence import Sequence
from core.models.stored_file import StoredFile

__all__ = [
    "ClockGuard",
    "Installation",
    "Job",
    "LogCheckpoint",
    "LogCosignature",
    "LogHead",
    "LogLeaf",
    "LogTimestamp",
    "OutboxEntry",
    "Sequence",
    "StoredFile",
]
