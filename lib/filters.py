"""Filters shared by pages and API: comma-separated codes, `true|false`, district codes, external IDs."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django import forms
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.http import QueryDict
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django_filters.fields import IsoDateTimeField

from lib.days import day_starts_at

MAX_CODES = 200
_capitalised = lazy(capfirst, str)


def checks() -> forms.CheckboxSelectMultiple:
    return forms.CheckboxSelectMultiple(attrs={"class": "checks"})


class CodesField(forms.MultipleChoiceField):
    """Field for `kind=school,ngo`, or for the same name repeated, as a browser form sends it."""

    def to_python(self, value: Any) -> list[str]:
        codes = list(
            dict.fromkeys(code for part in super().to_python(value) for code in part.split(",") if code)
        )
        if len(codes) > MAX_CODES:
            raise ValidationError(
                _("Send fewer values. The limit is %(n)d."), params={"n": MAX_CODES}, code="too_many"
            )
        return codes

    def bound_data(self, data: Any, initial: Any) -> list[str]:
        """Return the selected choices when the form is shown again: `kind=school,ngo` is two choices."""
        return [code for part in data or () for code in part.split(",")]


class CodesFilter(django_filters.MultipleChoiceFilter):  # type: ignore[misc]  # django-filter has no types
    """Filter for rows whose column has one of the codes; `lookup_expr="overlap"`: any of an array's."""

    field_class = CodesField

    def __init__(self, choices: type[models.TextChoices], *, label: Any, **kwargs: Any) -> None:
        kwargs.setdefault("widget", checks())
        kwargs.setdefault("lookup_expr", "in")
        choices_of_codes = [(code, _capitalised(text)) for code, text in choices.choices]
        super().__init__(choices=choices_of_codes, label=label, **kwargs)

    def filter(self, qs: models.QuerySet[Any], value: list[str]) -> models.QuerySet[Any]:
        return qs.filter(**{f"{self.field_name}__{self.lookup_expr}": value}) if value else qs


class DistrictsField(CodesField):
    """Field for district codes. It accepts unknown codes, so that callers cannot probe which codes exist."""

    def valid_value(self, value: Any) -> bool:
        return "\0" not in value  # PostgreSQL cannot store this


class DistrictFilter(django_filters.MultipleChoiceFilter):  # type: ignore[misc]  # django-filter has no types
    """Filter for rows in the districts with these codes and in their descendants."""

    field_class = DistrictsField

    def __init__(self, *, label: Any = _("District"), **kwargs: Any) -> None:
        kwargs.setdefault("widget", checks())
        super().__init__(label=label, **kwargs)

    def filter(self, qs: models.QuerySet[Any], value: list[str]) -> models.QuerySet[Any]:
        return qs.filter(**{f"{self.field_name}__in": self.inside(qs, value)}) if value else qs

    def inside(self, qs: models.QuerySet[Any], codes: list[str]) -> models.QuerySet[Any]:
        """Return the IDs of the districts with these codes and of their descendants."""
        district: Any = qs.model
        for name in self.field_name.split("__"):
            district = district._meta.get_field(name).related_model
        districts = district._default_manager.filter(code__in=codes).values("pk")
        rows: models.QuerySet[Any] = district._default_manager.filter(
            Q(lineage__overlap=ArraySubquery(districts))
        )
        return rows.values("pk")


class BooleanField(forms.Field):
    """Field that accepts only `true` or `false`."""

    def to_python(self, value: Any) -> bool | None:
        if value in (None, ""):
            return None
        try:
            return {"true": True, "false": False}[str(value)]
        except KeyError:
            raise ValidationError(_("Must be true or false."), code="invalid") from None


class BooleanFilter(django_filters.Filter):  # type: ignore[misc]  # django-filter has no types
    field_class = BooleanField

    def __init__(self, *, label: Any, yes: Any = _("Yes"), no: Any = _("No"), **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Select(choices=[("", "—"), ("true", yes), ("false", no)]))
        super().__init__(label=label, **kwargs)


_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_OFFSET = re.compile(r"(Z|[+-]\d\d:?\d\d)$", re.IGNORECASE)


class MomentField(IsoDateTimeField):  # type: ignore[misc]  # django-filter has no types
    """Field for a moment with a UTC offset, converted to UTC.

    PostgreSQL rejects offsets beyond 16 hours, which Python accepts. A plain day means its first moment in
    the city. A time without an offset is rejected, because its time zone is unknown.
    """

    def clean(self, value: Any) -> Any:
        if isinstance(value, str) and _DAY.fullmatch(value):
            return self._first_moment(value)
        if isinstance(value, str) and ":" in value and not _OFFSET.search(value.strip()):
            raise ValidationError(
                _(
                    "Include the UTC offset, such as 2026-11-24T14:05:00+01:00. "
                    "In a web address, write + as %2B."
                ),
                code="naive",
            )
        moment = super().clean(value)
        try:
            return moment and moment.astimezone(UTC)
        except OverflowError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None

    def _first_moment(self, day: str) -> datetime:
        try:
            return day_starts_at(date.fromisoformat(day)).astimezone(UTC)
        except (ValueError, OverflowError):
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class MomentFilter(django_filters.IsoDateTimeFilter):  # type: ignore[misc]  # django-filter has no types
    field_class = MomentField


class FilterSet(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    """A FilterSet that knows the actor. If it is invalid, it has errors and filters to nothing.

    `is_form=False`: the form is not shown, so it has only the fields that `data` names. Building all fields
    would take longer than the response.
    """

    base_filters: dict[str, Any]

    def __init__(
        self, data: QueryDict | None, queryset: models.QuerySet[Any], *, actor: Any, is_form: bool = True
    ) -> None:
        self.actor = actor
        if not is_form:
            self.base_filters = {
                name: filter_ for name, filter_ in self.base_filters.items() if name in (data or ())
            }
        super().__init__(data, queryset)

    @classmethod
    def parameters(cls) -> list[str]:
        """Return the names of the accepted parameters."""
        return list(cls.base_filters)

    @property
    def asked_about(self) -> Sequence[UUID]:
        """IDs of rows that the filters name and the response may not show, for the activity log."""
        return ()

    @property
    def qs(self) -> models.QuerySet[Any]:
        """The filtered rows, or none if a value is invalid."""
        rows: models.QuerySet[Any] = super().qs if self.is_valid() else self.queryset.none()
        return rows


class DatedFilterSet(FilterSet):
    """A FilterSet with `as_of`: the state at the start of that day, the end of a half-open period.

    A change exactly at midnight is later.
    """

    #: Filters that `as_of` applies to the dated copies instead of the row.
    dated: ClassVar[Sequence[str]] = ()

    def copies(self, moment: datetime) -> models.QuerySet[Any]:
        """Return the dated copies of the row `OuterRef("pk")` that held just before `moment`."""
        raise NotImplementedError

    @property
    def day(self) -> date | None:
        """The day that `as_of` asks for."""
        as_of: date | None = self.form.cleaned_data.get("as_of")
        return as_of

    def filter_queryset(self, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        cleaned = self.form.cleaned_data
        values = (
            cleaned
            if self.day is None
            else {name: cleaned[name] for name in cleaned if name not in self.dated}
        )
        for name, value in values.items():
            queryset = self.filters[name].filter(queryset, value)
        return queryset

    def as_it_was(self, queryset: models.QuerySet[Any], name: str, value: date) -> models.QuerySet[Any]:
        """Rows that existed on that day and matched the dated filters, by their dated copies."""
        dated = self.copies(day_starts_at(value))
        for dated_name in (name for name in self.dated if name in self.filters):
            dated = self.filters[dated_name].filter(dated, self.form.cleaned_data[dated_name])
        return queryset.filter(models.Exists(dated))


class SourceFilter(django_filters.CharFilter):  # type: ignore[misc]  # django-filter has no types
    """Filter for rows with an ID of the named system, and (with `external_id`) with this ID."""

    def filter(self, qs: models.QuerySet[Any], value: str) -> models.QuerySet[Any]:
        if not value:
            return qs
        external_id = self.parent.form.cleaned_data.get("external_id")
        known_as = {"source": value} | ({"external_id": external_id} if external_id else {})
        return qs.filter(models.Exists(_external_ids(qs).filter(**known_as)))


class ExternalIdFilter(django_filters.CharFilter):  # type: ignore[misc]  # django-filter has no types
    """Filter for rows that any system knows by this ID.

    If `source` is given, SourceFilter does this instead.
    """

    def filter(self, qs: models.QuerySet[Any], value: str) -> models.QuerySet[Any]:
        if not value or self.parent.form.cleaned_data.get("source"):
            return qs
        return qs.filter(models.Exists(_external_ids(qs).filter(external_id=value)))


def _external_ids(qs: models.QuerySet[Any]) -> models.QuerySet[Any]:
    relation = qs.model._meta.get_field("external_ids")
    rows: models.QuerySet[Any] = relation.related_model._default_manager.all()
    return rows.filter(**{relation.field.name: models.OuterRef("pk")})
