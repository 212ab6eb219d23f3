from django.urls import URLPattern, path

from pages.reviews import actions, checks, signing, since, views

urlpatterns: list[URLPattern] = [
    path("reviews/", views.reviews, name="reviews"),
    path("reviews/new/", views.review_new, name="review_new"),
    path("reviews/actions/", actions.review_register, name="review_register"),
    path("reviews/<uuid:pk>/", views.review, name="review"),
    path("reviews/<uuid:pk>/figures/<slug:slug>/", views.review_figure, name="review_figure"),
    path("reviews/<uuid:pk>/counted/<uuid:figure>/", views.review_counted, name="review_counted"),
    path("reviews/<uuid:pk>/conclusion/", views.review_conclusion, name="review_conclusion"),
    path("reviews/<uuid:pk>/actions/", views.review_action_new, name="review_action_new"),
    path("reviews/<uuid:pk>/actions/<uuid:action>/", checks.review_action, name="review_action"),
    path(
        "reviews/<uuid:pk>/actions/<uuid:action>/drop/", views.review_action_drop, name="review_action_drop"
    ),
    path("reviews/<uuid:pk>/samples/<uuid:sample>/", checks.review_sample, name="review_sample"),
    path("reviews/<uuid:pk>/calls/<uuid:call>/", checks.review_call, name="review_call"),
    path("reviews/<uuid:pk>/sign/", signing.review_sign, name="review_sign"),
    path("reviews/<uuid:pk>/countersign/", signing.review_countersign, name="review_countersign"),
    path("reviews/<uuid:pk>/since/", since.review_since, name="review_since"),
    path("reviews/<uuid:pk>/file/", signing.review_file, name="review_file"),
    path("reviews/<uuid:pk>/addendum/", views.review_addendum, name="review_addendum"),
    path("reviews/<uuid:pk>/discard/", views.review_discard, name="review_discard"),
]
