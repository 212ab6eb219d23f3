"""Forms about the ground: a district, a file of them, a community expected in one."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import ModelChoiceIterator
from django.utils.translation import gettext_lazy as _

from districts.codes import Focus
from districts.imports import MAX_BYTES, Naming
from districts.models import District
from pages.forms.base import VersionedForm

CODE = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,19}$"

FURTHER_IN: Final = "– "


def in_tree(districts: Iterable[District]) -> Iterator[tuple[District, str]]:
    """Each with its name and code, for names repeat; parts further in than what is offered they lie in."""
    rows = list(districts)
    offered = {row.pk for row in rows}
    for row in rows:
        depth = len(offered & set(row.lineage)) - 1
        yield row, f"{FURTHER_IN * depth}{row.name} ({row.code})"


class DistrictSelect(forms.Select):
    """The one chosen stands alone, in a closed box: it is further in than nothing there."""

    def create_option(
        self, name: str, value: Any, label: Any, selected: bool, *args: Any, **kwargs: Any
    ) -> Any:
        alone = str(label).lstrip(FURTHER_IN) if selected else label
        return super().create_option(name, value, alone, selected, *args, **kwargs)


class _Tree(ModelChoiceIterator):  # type: ignore[type-arg]  # not at runtime
    def __iter__(self) -> Iterator[tuple[Any, str]]:
        if self.field.empty_label is not None:
            yield "", str(self.field.empty_label)
        for row, label in in_tree(self.queryset):
            yield self.choice(row)[0], label


class DistrictChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not at runtime
    iterator = _Tree
    widget = DistrictSelect


class DistrictsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not at runtime
    iterator = _Tree


class NewDistrictForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    code = forms.RegexField(
        CODE,
        label=_("Code"),
        max_length=20,
        help_text=_("Short and for good, such as N1: addresses and other systems use it."),
        error_messages={"invalid": _("A code has letters, digits, dots and dashes only, such as N1.")},
    )
    parent = DistrictChoice(
        label=_("Lies in"),
        queryset=District.objects.active().as_tree(),
        required=False,
        empty_label=_("nothing larger"),
    )
    population = forms.IntegerField(
        label=_("Residents"), required=False, min_value=0, max_value=2_147_483_647
    )


class DistrictForm(VersionedForm, NewDistrictForm):
    is_active = forms.BooleanField(
        label=_("In use"),
        required=False,
        help_text=_("A district out of use is offered no more; what happened there stays."),
    )


def district_values(district: District) -> dict[str, Any]:
    names = ("version", "name", "code", "parent", "population", "is_active")
    return {name: getattr(district, name) for name in names}


class ImportForm(forms.Form):
    """A file, or the `token` of one that was tried before."""

    file = forms.FileField(
        label=_("GeoJSON file"),
        help_text=_("A FeatureCollection of polygons in WGS 84, at most 10 MB. Nothing is written yet."),
        widget=forms.ClearableFileInput(attrs={"accept": ".geojson,.json,application/geo+json"}),
    )
    parent = DistrictChoice(
        label=_("They lie in"),
        queryset=District.objects.active().as_tree(),
        required=False,
        empty_label=_("nothing larger, or where they are now"),
        to_field_name="code",
    )
    code_property = forms.CharField(
        label=_("Property with the code"), max_length=60, required=False, help_text=_("Empty: we guess.")
    )
    name_property = forms.CharField(
        label=_("Property with the name"), max_length=60, required=False, help_text=_("Empty: we guess.")
    )

    from_names = forms.BooleanField(
        label=_("Make codes from the names"),
        required=False,
        help_text=_("For a file that has none. A district that is there under its name keeps its code."),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise ValidationError(_("The file is larger than 10 MB."))
        return file

    def naming(self) -> Naming:
        given = self.cleaned_data
        parent = given["parent"].code if given["parent"] else ""
        return Naming(given["code_property"], given["name_property"], parent, given["from_names"])


class ExpectedCommunityForm(forms.Form):
    focus = forms.ChoiceField(label=_("Community"), choices=[("", "—"), *Focus.choices])
    evidence = forms.CharField(
        label=_("How this is known"),
        max_length=300,
        help_text=_("Census, municipal register, a place of worship: never a guess from how people look."),
    )
    source_url = forms.URLField(label=_("Source on the web"), required=False, assume_scheme="https")
