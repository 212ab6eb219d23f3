"""Models of published figures, and of public pages: entries, meetings, ways to report and listings."""

from publishing.models.bias_table import BiasTable
from publishing.models.district import PublicDistrict, PublicText
from publishing.models.entry import EntryTranslation, PublicEntry
from publishing.models.listing import PublicListing
from publishing.models.meeting import PublicMeeting
from publishing.models.publication import Publication, PublicFile
from publishing.models.registration import Registration
from publishing.models.releases import CouncilPaper, Release, ReleaseGrid
from publishing.models.route import ReportingRoute, RouteTest

__all__ = [
    "BiasTable",
    "CouncilPaper",
    "EntryTranslation",
    "PublicDistrict",
    "PublicEntry",
    "PublicFile",
    "PublicListing",
    "PublicMeeting",
    "PublicText",
    "Publication",
    "Registration",
    "Release",
    "ReleaseGrid",
    "ReportingRoute",
    "RouteTest",
]
