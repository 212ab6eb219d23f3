from django.urls import URLPattern, path, reverse_lazy
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from pages.duty import views
from pages.duty.brief import duty_brief
from pages.duty.hand_over import duty_shift

_to_duty = require_safe(RedirectView.as_view(url=reverse_lazy("duty"), permanent=True, query_string=True))

urlpatterns: list[URLPattern] = [
    path("duty/", views.duty, name="duty"),
    path("duty/plan/", views.duty_plan, name="duty_plan"),
    path("duty/<uuid:pk>/", duty_shift, name="duty_shift"),
    path("duty/<uuid:pk>/brief/", duty_brief, name="duty_brief"),
    path("duty/end/", views.duty_end, name="duty_end"),
    path("duty/prolong/", views.duty_prolong, name="duty_prolong"),
    path("duty/districts/<uuid:pk>/answer/", views.duty_answer, name="duty_answer"),
    path("duty/<uuid:pk>/cancel/", views.duty_cancel, name="duty_cancel"),
    # Addresses of earlier versions.
    path("relief/", _to_duty, name="relief"),
    path("incidents/<uuid:pk>/hand-over/", _to_duty, name="incident_hand_over"),
    path("incidents/<uuid:pk>/brief/", _to_duty, name="incident_brief"),
]
