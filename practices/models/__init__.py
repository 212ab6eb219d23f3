"""The library of practices: what cities do, how sure anyone is that it helps, and what came of it."""

from practices.models.adoption import Adoption, Takeaway
from practices.models.file import OfferedFile, PracticeFile
from practices.models.practice import Practice, PracticeText
from practices.models.review import EditorialReview

__all__ = [
    "Adoption",
    "EditorialReview",
    "OfferedFile",
    "Practice",
    "PracticeFile",
    "PracticeText",
    "Takeaway",
]
