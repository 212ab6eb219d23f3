"""Forms for districts: edit, import a file, and expected communities."""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import ModelChoiceIterator
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from districts.imports import MAX_BYTES, Naming
from districts.models import District, ExpectedCommunity
from lib.days import city_today
from pages.forms.base import VersionedForm
from pages.forms.fields import fields_of

FURTHER_IN: Final = "– "
MORE_SUCCESSORS: Final = (2, 3, 4)


def in_tree(districts: Iterable[District]) -> Iterator[tuple[District, str]]:
    """Each district with its name and code (names are not unique), indented below offered ancestors."""
    rows = list(districts)
    offered = {row.pk for row in rows}
    for row in rows:
        depth = len(offered & set(row.lineage)) - 1
        yield row, f"{FURTHER_IN * depth}{row.name} ({row.code})"


def district_label(row: District, label: str) -> str:
    """The label of a district in a choice; of one that was redrawn with the day."""
    if row.closed_on is None:
        return label
    return gettext("%(name)s, until %(day)s") % {
        "name": label,
        "day": date_format(row.closed_on, "DATE_FORMAT"),
    }


class DistrictSelect(forms.Select):
    """A select whose chosen option is not indented, because a closed box shows only that option."""

    def create_option(
        self, name: str, value: Any, label: Any, selected: bool, *args: Any, **kwargs: Any
    ) -> Any:
        alone = str(label).lstrip(FURTHER_IN) if selected else label
        return super().create_option(name, value, alone, selected, *args, **kwargs)


class _Tree(ModelChoiceIterator):  # type: ignore[type-arg]  # not generic at runtime
    def __iter__(self) -> Iterator[tuple[Any, str]]:
        if self.field.empty_label is not None:
            yield "", str(self.field.empty_label)
        for row, label in in_tree(self.queryset):
            yield self.choice(row)[0], label


class DistrictChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at runtime
    iterator = _Tree
    widget = DistrictSelect


class DistrictsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not generic at runtime
    iterator = _Tree


@fields_of(
    District,
    *("name", "code", "parent", "population"),
    code={"help_text": _("Short and permanent, such as N1. Web addresses and other systems use it.")},
    parent={
        "form_class": DistrictChoice,
        "queryset": District.objects.active().as_tree(),
        "empty_label": _("None (top level)"),
    },
    population={"label": _("Residents")},
)
class NewDistrictForm(forms.Form):
    pass


@fields_of(
    District,
    "is_active",
    is_active={"help_text": _("An inactive district can no longer be chosen. Its records stay.")},
)
class DistrictForm(VersionedForm, NewDistrictForm):
    was_wrong = forms.BooleanField(
        label=_("The parent was recorded wrongly"),
        required=False,
        help_text=_("Past figures change with it. If the district changes from now on, redraw it instead."),
    )


def district_values(district: District) -> dict[str, Any]:
    return {name: getattr(district, name) for name in DistrictForm.base_fields if name != "was_wrong"}


@fields_of(
    District,
    *("code", "name", "parent"),
    code={
        "label": _("Code of the successor"),
        "help_text": _("A new code such as N4b, or the code of an active district that takes over."),
    },
    parent={
        "form_class": DistrictChoice,
        "queryset": District.objects.active().as_tree(),
        "empty_label": _("None (top level)"),
    },
)
class RedrawForm(VersionedForm):
    """A successor and up to three more, each with a number at the end of its fields."""

    on = forms.DateField(
        label=_("First day of the successors"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    field_order = ("version", "on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in MORE_SUCCESSORS:
            for name in ("code", "name", "parent"):
                again = deepcopy(self.fields[name])
                again.required = False
                again.help_text = ""
                again.label = gettext("%(label)s, successor %(number)d") % {
                    "label": again.label if name != "code" else gettext("Code"),
                    "number": number,
                }
                self.fields[f"{name}_{number}"] = again
        if not self.is_bound and "on" not in self.initial:
            self.initial["on"] = city_today()

    @property
    def first_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("on", "code", "name", "parent")]

    @property
    def further_fields(self) -> list[forms.BoundField]:
        """Fields of further successors, for a district that is split."""
        return [self[f"{name}_{number}"] for number in MORE_SUCCESSORS for name in ("code", "name", "parent")]

    @property
    def is_split(self) -> bool:
        """Whether a field of a further successor was filled in or is wrong."""
        return any(field.errors or (self.is_bound and field.data) for field in self.further_fields)

    def values(self) -> dict[str, Any]:
        cleaned = super().values()
        successors = [
            {name: cleaned[f"{name}_{number}"] for name in ("code", "name", "parent")}
            for number in MORE_SUCCESSORS
            if cleaned[f"code_{number}"]
        ]
        first_successor = {name: cleaned[name] for name in ("on", "code", "name", "parent")}
        return first_successor | {
            "also": [{**successor, "name": successor["name"] or cleaned["name"]} for successor in successors]
        }


class ImportForm(forms.Form):
    """A file, or the `token` of a file that was tried before."""

    file = forms.FileField(
        label=_("Boundary file"),
        help_text=_(
            "A shapefile in a ZIP file (.shp, .dbf, .prj), a GeoPackage or GeoJSON, up to 10 MB and 10,000 "
            "points for each district. You check the result before anything is saved."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".zip,.gpkg,.geojson,.json,application/geo+json"}),
    )
    parent = DistrictChoice(
        label=_("Part of"),
        queryset=District.objects.active().as_tree(),
        required=False,
        empty_label=_("No change (or top level)"),
        to_field_name="code",
    )
    code_property = forms.CharField(
        label=_("Property that holds the code"),
        max_length=60,
        required=False,
        help_text=_("Leave empty to detect automatically."),
    )
    name_property = forms.CharField(
        label=_("Property that holds the name"),
        max_length=60,
        required=False,
        help_text=_("Leave empty to detect automatically."),
    )

    parent_property = forms.CharField(
        label=_("Property that holds the district above"),
        max_length=60,
        required=False,
        help_text=_("Its code or name. Leave empty to detect automatically."),
    )
    layer = forms.CharField(
        label=_("Layer"),
        max_length=60,
        required=False,
        help_text=_("Only for a file with several layers."),
    )
    from_names = forms.BooleanField(
        label=_("Create codes from the names"),
        required=False,
        help_text=_("For a file without codes. An existing district with the same name keeps its code."),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise ValidationError(_("The file is larger than 10 MB."))
        return file

    def naming(self) -> Naming:
        cleaned = self.cleaned_data
        parent = cleaned["parent"].code if cleaned["parent"] else ""
        return Naming(
            code=cleaned["code_property"],
            name=cleaned["name_property"],
            parent=parent,
            from_names=cleaned["from_names"],
            layer=cleaned["layer"],
            parent_property=cleaned["parent_property"],
        )


@fields_of(
    ExpectedCommunity,
    *("focus", "evidence", "source_url"),
    evidence={
        "help_text": _(
            "For example, census, municipal register or place of worship. Never guess from how people look."
        )
    },
    source_url={"label": _("Link to the source")},
)
class ExpectedCommunityForm(forms.Form):
    pass
