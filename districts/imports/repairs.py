"""Choices about boundaries that are not valid: repair them, or leave the districts out."""

from collections.abc import Sequence
from typing import Final

from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from districts.imports.choices import Choice, Choices
from districts.imports.reading import Feature

SILENT_PERCENT: Final = 0.001  # of the area that a repair of our own rounding may change
SMALL_PERCENT: Final = 0.1


def apply_repairs(features: Sequence[Feature], choices: Choices) -> tuple[list[Feature], list[str]]:
    """Return the features to import, and notes on repairs that needed no choice.

    A boundary that only our rounding broke is repaired. Boundaries that are broken in the file are one choice
    if each repair changes less than 0.1 % of the area. Each larger repair is a choice of its own.
    """
    broken = [feature for feature in features if feature.repair and not _is_silent(feature)]
    small = [feature for feature in broken if feature.repair.percent < SMALL_PERCENT]
    excluded: set[int] = set()
    if small:
        text = ngettext(
            "%(count)d boundary is not valid. A repair changes less than 0.1%% of it: %(names)s.",
            "%(count)d boundaries are not valid. Repairs change less than 0.1%% of each: %(names)s.",
            len(small),
        )
        names = "; ".join(
            f"{feature.label}, geometry: {feature.reason} {_change(feature)}" for feature in small
        )
        choice = Choice(
            "repair",
            text % {"count": len(small), "names": names.removesuffix(".")},
            (("repair", _("Repair")), ("leave_out", _("Leave out"))),
            "repair",
        )
        if choices.select(choice) == "leave_out":
            excluded.update(feature.number for feature in small)
    for feature in broken:
        if feature in small:
            continue
        choice = Choice(
            f"repair-{feature.number}",
            f"{feature.label}, geometry: {feature.reason} {_change(feature)}",
            (("repair", _("Repair")), ("leave_out", _("Leave out"))),
            before=feature.repair.original,
            after=feature.boundary,
        )
        if choices.select(choice) == "leave_out":
            excluded.add(feature.number)
    notes = [
        _("%(feature)s: rounding to 6 decimals broke the boundary. It was repaired. %(change)s")
        % {"feature": feature.label, "change": _change(feature)}
        for feature in features
        if feature.repair and _is_silent(feature)
    ]
    return [feature for feature in features if feature.number not in excluded], notes


def _is_silent(feature: Feature) -> bool:
    return bool(feature.repair.is_rounding and feature.repair.percent < SILENT_PERCENT)


def _change(feature: Feature) -> str:
    text = _("The repair changes %(area)s m², %(percent)s%% of the area.")
    repair = feature.repair
    return text % {
        "area": localize(round(repair.square_metres, 1)),
        "percent": localize(float(f"{repair.percent:.2g}")),
    }
