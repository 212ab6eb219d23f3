"""All components of the design on one page, for developers. Demo only."""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from pages.notifications.samples import sample_mails


class GalleryForm(forms.Form):
    """A field of each type."""

    who = forms.CharField(label="Who?", help_text="Name of an organisation.", max_length=80)
    how = forms.ChoiceField(
        label="How?",
        choices=[("foot_patrol", "On patrol"), ("visit", "Visit"), ("phone", "Call"), ("message", "Message")],
        widget=forms.RadioSelect,
        initial="visit",
    )
    outcomes = forms.MultipleChoiceField(
        label="What was the outcome?",
        choices=[("information_shared", "Information shared"), ("priority_agreed", "Priority agreed")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    focuses = forms.MultipleChoiceField(
        label="Communities",
        choices=[("women", "Women"), ("roma", "Roma"), ("youth", "Youth"), ("disability", "Disability")],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "checks"}),
        required=False,
    )
    email = forms.EmailField(label="Email", required=False)
    kind = forms.ChoiceField(label="Kind", choices=[("ngo", "NGO"), ("school", "School")])
    due_on = forms.DateField(
        label="Due on", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), required=False
    )
    facts = forms.CharField(label="What happened?", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    is_listed = forms.BooleanField(label="List it publicly", required=False, help_text="Never a shelter.")


class GalleryFilter(forms.Form):
    q = forms.CharField(label="Find an organisation", required=False)
    kind = forms.ChoiceField(
        label="Kind", choices=[("", "All"), ("ngo", "NGO"), ("school", "School")], required=False
    )
    overdue = forms.CharField(
        label="Met at the agreed frequency",
        required=False,
        widget=forms.Select(choices=[("", "—"), ("false", "Yes"), ("true", "No")]),
    )
    met_from = forms.DateField(
        label="Met from", widget=forms.DateInput(attrs={"type": "date"}), required=False
    )


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    if not settings.DEMO:
        raise Http404
    messages.success(request, "Ticked off: Call back Mārtiņš Bērziņš.", extra_tags="undo:/gallery/")
    messages.warning(request, "Another organisation has nearly this name.")
    messages.error(request, "The email could not be sent.")
    wrong = GalleryForm({"how": "visit", "email": "nobody@", "kind": "ngo"}, prefix="wrong")
    today = timezone.localdate()
    monday = today - timedelta(days=today.weekday())
    return render(
        request,
        "pages/shell/gallery.html",
        {
            "form": GalleryForm(),
            "wrong": wrong,
            "filter": GalleryFilter(request.GET or {"kind": "ngo", "overdue": "true"}),
            "days": [today - timedelta(days=back) for back in (400, 5, 1, 0, -1, -9)],
            "now": timezone.now(),
            "weeks": [[monday + timedelta(days=7 * week + day) for day in range(7)] for week in range(2)],
            "today": today,
            "mails": list(sample_mails()),
        },
    )
