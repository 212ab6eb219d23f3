"""Filters that pages and API share: codes with commas, `true|false`, districts by code, external ids."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import django_filters
from django import forms
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_filters.fields import IsoDateTimeField

from lib.days import day_starts_at

MAX_CODES = 200


class CodesField(forms.MultipleChoiceField):
    """`kind=school,ngo`, or the same name repeated as a browser's form sends it."""

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
        """What is chosen in the form again: `kind=school,ngo` is two choices."""
        return [code for part in data or () for code in part.split(",")]


class CodesFilter(django_filters.MultipleChoiceFilter):  # type: ignore[misc]  # django-filter has no types
    """Rows whose column is one of the codes given; with `lookup_expr="overlap"` any of an array's."""

    field_class = CodesField

    def __init__(self, choices: type[models.TextChoices], *, label: Any, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple)
        kwargs.setdefault("lookup_expr", "in")
        super().__init__(choices=choices.choices, label=label, **kwargs)

    def filter(self, qs: models.QuerySet[Any], value: list[str]) -> models.QuerySet[Any]:
        return qs.filter(**{f"{self.field_name}__{self.lookup_expr}": value}) if value else qs


class DistrictsField(CodesField):
    """Codes of districts; which exist is for the query to say, so that none is probed here."""

    def valid_value(self, value: Any) -> bool:
        return "\0" not in value  # PostgreSQL knows no such text


class DistrictFilter(django_filters.MultipleChoiceFilter):  # type: ignore[misc]  # django-filter has no types
    """Rows of the districts given by code and of all that lies in them."""

    field_class = DistrictsField

    def __init__(self, *, label: Any = _("District"), **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.SelectMultiple)
        super().__init__(label=label, **kwargs)

    def filter(self, qs: models.QuerySet[Any], value: list[str]) -> models.QuerySet[Any]:
        if not value:
            return qs
        district = qs.model._meta.get_field(self.field_name).related_model
        named = district._default_manager.filter(code__in=value).values("pk")
        inside = district._default_manager.filter(Q(lineage__overlap=ArraySubquery(named))).values("pk")
        return qs.filter(**{f"{self.field_name}__in": inside})


class BooleanField(forms.Field):
    """`true` or `false`, nothing else."""

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
    """A moment with its offset, in UTC: PostgreSQL knows no offset beyond 16 hours, which Python does.

    A plain day is its first moment in the city. A clock time without an offset is nobody's: whose clock?
    """

    def clean(self, value: Any) -> Any:
        if isinstance(value, str) and _DAY.fullmatch(value):
            return self._first_moment(value)
        if isinstance(value, str) and ":" in value and not _OFFSET.search(value.strip()):
            raise ValidationError(
                _("Include the UTC offset, such as 2026-11-24T14:05:00+01:00."), code="naive"
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
    """A FilterSet that knows who asks: `self.actor`; an invalid one filters to nothing, with its errors.

    `is_form=False`: nobody sees its form, which then has the fields that `data` names. To make all twenty
    takes longer than to answer.
    """

    base_filters: dict[str, Any]

    def __init__(
        self, data: QueryDict | None, queryset: models.QuerySet[Any], *, actor: Any, is_form: bool = True
    ) -> None:
        self.actor = actor
        if not is_form:
            self.base_filters = {name: one for name, one in self.base_filters.items() if name in (data or ())}
        super().__init__(data, queryset)

    @classmethod
    def parameters(cls) -> list[str]:
        """The names a caller may use."""
        return list(cls.base_filters)

    @property
    def asked_about(self) -> Sequence[UUID]:
        """Rows that the filters name and the answer need not show, for the trail."""
        return ()

    @property
    def qs(self) -> models.QuerySet[Any]:
        """The filtered rows; none of them when a value is not understood."""
        rows: models.QuerySet[Any] = super().qs if self.is_valid() else self.queryset.none()
        return rows


class SourceFilter(django_filters.CharFilter):  # type: ignore[misc]  # django-filter has no types
    """Rows that the named system knows; with `external_id`, those it knows by just that id."""

    def filter(self, qs: models.QuerySet[Any], value: str) -> models.QuerySet[Any]:
        if not value:
            return qs
        external_id = self.parent.form.cleaned_data.get("external_id")
        known_as = {"source": value} | ({"external_id": external_id} if external_id else {})
        return qs.filter(models.Exists(_external_ids(qs).filter(**known_as)))


class ExternalIdFilter(django_filters.CharFilter):  # type: ignore[misc]  # django-filter has no types
    """Rows that any other system knows by this id; where `source` says which one, SourceFilter has asked."""

    def filter(self, qs: models.QuerySet[Any], value: str) -> models.QuerySet[Any]:
        if not value or self.parent.form.cleaned_data.get("source"):
            return qs
        return qs.filter(models.Exists(_external_ids(qs).filter(external_id=value)))


def _external_ids(qs: models.QuerySet[Any]) -> models.QuerySet[Any]:
    relation = qs.model._meta.get_field("external_ids")
    rows: models.QuerySet[Any] = relation.related_model._default_manager.all()
    return rows.filter(**{relation.field.name: models.OuterRef("pk")})
