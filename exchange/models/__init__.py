"""Imports under way and their fingerprints. Some tables still have names from the contacts room."""

from exchange.models.drafts import DraftState, ImportDraft, ImportStep, SavedMapping
from exchange.models.imported import ImportedRow
from exchange.models.watched import Problem, Rhythm, WatchedRegister

__all__ = [
    "DraftState",
    "ImportDraft",
    "ImportStep",
    "ImportedRow",
    "Problem",
    "Rhythm",
    "SavedMapping",
    "WatchedRegister",
]
