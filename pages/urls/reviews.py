from django.urls import URLPattern, path

from pages.views import review_checks, review_register, review_signing, review_since, reviews, subscriptions

urlpatterns: list[URLPattern] = [
    path("reviews/", reviews.reviews, name="reviews"),
    path("reviews/new/", reviews.review_new, name="review_new"),
    path("reviews/actions/", review_register.review_register, name="review_register"),
    path("reviews/<uuid:pk>/", reviews.review, name="review"),
    path("reviews/<uuid:pk>/figures/<slug:slug>/", reviews.review_figure, name="review_figure"),
    path("reviews/<uuid:pk>/counted/<uuid:figure>/", reviews.review_counted, name="review_counted"),
    path("reviews/<uuid:pk>/conclusion/", reviews.review_conclusion, name="review_conclusion"),
    path("reviews/<uuid:pk>/actions/", reviews.review_action_new, name="review_action_new"),
    path("reviews/<uuid:pk>/actions/<uuid:action>/", review_checks.review_action, name="review_action"),
    path(
        "reviews/<uuid:pk>/actions/<uuid:action>/drop/", reviews.review_action_drop, name="review_action_drop"
    ),
    path("reviews/<uuid:pk>/samples/<uuid:sample>/", review_checks.review_sample, name="review_sample"),
    path("reviews/<uuid:pk>/calls/<uuid:call>/", review_checks.review_call, name="review_call"),
    path("reviews/<uuid:pk>/sign/", review_signing.review_sign, name="review_sign"),
    path("reviews/<uuid:pk>/countersign/", review_signing.review_countersign, name="review_countersign"),
    path("reviews/<uuid:pk>/since/", review_since.review_since, name="review_since"),
    path("reviews/<uuid:pk>/file/", review_signing.review_file, name="review_file"),
    path("reviews/<uuid:pk>/addendum/", reviews.review_addendum, name="review_addendum"),
    path("reviews/<uuid:pk>/discard/", reviews.review_discard, name="review_discard"),
    path("subscriptions/", subscriptions.subscriptions, name="subscriptions"),
    path("subscriptions/new/", subscriptions.subscription_new, name="subscription_new"),
    path("subscriptions/<uuid:pk>/end/", subscriptions.subscription_end, name="subscription_end"),
]
