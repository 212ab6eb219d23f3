"""The district above each feature, by a property of the file, and codes that two levels share."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from districts.imports.choices import Choice, Choices
from districts.imports.reading import MAX_MISTAKES, Feature, mistake, text_of
from districts.models import District
from lib.fold import fold

#: Searched in this order, ignoring case, if the caller names no property.
PARENT_PROPERTIES: Final = ("parent", "districte", "codi_districte", "nom_districte", "distrito", "district")


def read_parents(
    raw_features: Sequence[Mapping[str, Any]], features: Sequence[Feature], key: str
) -> list[Feature]:
    """Return the features with the code of the district above each, by the property `key`.

    The property has a code or a name, of a district in use or of a feature without a district above. Raises
    ValidationError with each value that fits none or two of them.
    """
    values = {n: text_of((raw.get("properties") or {}).get(key)) for n, raw in enumerate(raw_features, 1)}
    by_value: dict[str, set[str]] = {}
    rows = (
        District.objects.active().order_by("lineage__len", "pk").values_list("code", "name", "lineage__len")
    )
    depths = {code: depth for code, _name, depth in rows}
    districts = [(code, name) for code, name, _depth in rows]
    tops = [(feature.code, feature.name) for feature in features if not values[feature.number]]
    for code, name in [*districts, *tops]:
        for value in {code, fold(name)}:
            by_value.setdefault(value, set()).add(code)
    numbers = {code.lstrip("0"): code for code, _name in [*districts, *tops] if code.isdigit()}
    mistakes, placed = [], []
    for feature in features:
        value = values[feature.number]
        codes = (by_value.get(value) or by_value.get(fold(value)) or set()) if value else {""}
        if not codes and value.isdigit() and value.lstrip("0") in numbers:
            codes = {numbers[value.lstrip("0")]}
        if len(codes) > 1:
            highest = min(depths.get(code, 1) for code in codes)
            codes = {code for code in codes if depths.get(code, 1) == highest}
        if len(codes) == 1:
            placed.append(replace(feature, parent_code=next(iter(codes))))
            continue
        text = (
            _("“%(value)s” is two districts: %(codes)s.") if codes else _("there is no district “%(value)s”.")
        )
        text %= {"value": value[:60], "codes": ", ".join(sorted(codes)[:5])}
        mistakes.append(mistake(feature.label, key, text))
    if mistakes:
        raise ValidationError(mistakes[:MAX_MISTAKES])
    return placed


def guess_parents(
    raw_features: Sequence[Mapping[str, Any]], features: Sequence[Feature], used: set[str]
) -> tuple[str, list[Feature]]:
    """Return the first usual property whose values all fit, and the features with it. Empty: none fits."""
    properties: Mapping[str, Any] = raw_features[0].get("properties") or {}
    names = {name.casefold(): name for name in properties if name not in used}
    for candidate in PARENT_PROPERTIES:
        if key := names.get(candidate):
            try:
                placed = read_parents(raw_features, features, key)
            except ValidationError:
                continue
            if any(feature.parent_code not in ("", feature.code) for feature in placed):
                return key, placed
    return "", list(features)


def separate_codes(features: Sequence[Feature], choices: Choices) -> list[Feature]:
    """Return the features with the code of the district above in front of each code, if codes collide.

    This is one choice. It is not asked if the districts have such codes already.
    """
    below = [feature for feature in features if feature.parent_code]
    existing = dict(District.objects.values_list("code", "parent__code"))
    if any(existing.get(_joined(feature)) == feature.parent_code for feature in below):
        return [_with_joined_code(feature) for feature in features]
    counts: dict[str, int] = {}
    for feature in features:
        counts[feature.code] = counts.get(feature.code, 0) + 1
    twice = [feature for feature in below if counts[feature.code] > 1]
    colliding = [
        feature
        for feature in below
        if feature.code in existing and existing[feature.code] != feature.parent_code
    ]
    if not twice and not colliding:
        return list(features)
    examples = [*dict.fromkeys(feature.code for feature in twice or colliding)][:5]
    options = [
        ("parent", _("Put the code of the district above in front: %(code)s") % {"code": _joined(below[0])})
    ]
    if not twice:
        options.append(("file", _("Keep the codes: the file changes these districts")))
    text = _("The file uses codes of other districts: %(codes)s.")
    choice = Choice("codes", text % {"codes": ", ".join(examples)}, tuple(options), "parent")
    if choices.select(choice) == "file":
        return list(features)
    return [_with_joined_code(feature) for feature in features]


def _joined(feature: Feature) -> str:
    return f"{feature.parent_code}-{feature.code}"


def _with_joined_code(feature: Feature) -> Feature:
    return replace(feature, code=_joined(feature)) if feature.parent_code else feature


def parents_first(features: Sequence[Feature]) -> list[Feature]:
    """Return the features in an order in which each follows the district above it."""
    by_code = {feature.code: feature for feature in features}

    def depth(feature: Feature) -> int:
        steps, above = 0, by_code.get(feature.parent_code)
        while above is not None and steps <= len(features):
            steps, above = steps + 1, by_code.get(above.parent_code)
        return steps

    return sorted(features, key=depth)
