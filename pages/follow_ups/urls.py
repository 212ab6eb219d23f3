from django.urls import URLPattern, path

from pages.follow_ups import completing, moving, views

urlpatterns: list[URLPattern] = [
    path("follow-ups/", views.follow_ups, name="follow_ups"),
    path("follow-ups/new/", views.follow_up_new, name="follow_up_new"),
    path("follow-ups/<uuid:pk>/", views.follow_up, name="follow_up"),
    path("follow-ups/<uuid:pk>/edit/", views.follow_up_edit, name="follow_up_edit"),
    path("follow-ups/<uuid:pk>/done/", completing.follow_up_done, name="follow_up_done"),
    path("follow-ups/<uuid:pk>/told/", completing.follow_up_told, name="follow_up_told"),
    path("follow-ups/<uuid:pk>/move/", moving.follow_up_move, name="follow_up_move"),
    path("follow-ups/<uuid:pk>/later/", moving.follow_up_later, name="follow_up_later"),
    path("follow-ups/<uuid:pk>/reopen/", completing.follow_up_reopen, name="follow_up_reopen"),
    path("follow-ups/<uuid:pk>/cancel/", views.follow_up_cancel, name="follow_up_cancel"),
    path("follow-ups/<uuid:pk>/no-more/", views.follow_up_end_series, name="follow_up_end_series"),
]
