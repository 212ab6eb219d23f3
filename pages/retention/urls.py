from django.urls import URLPattern, path

from pages.retention import review, rules

urlpatterns: list[URLPattern] = [
    path("privacy/review/", review.review_queue, name="retention_review"),
    path("privacy/review/erase/", review.review_erase, name="retention_review_erase"),
    path(
        "privacy/review/<slug:record>/<uuid:pk>/keep/",
        review.review_keep,
        name="retention_review_keep",
    ),
    path("privacy/rules/", rules.rules, name="retention_rules"),
    path("privacy/rules/<slug:rule>/", rules.one_rule, name="retention_rule"),
    path("privacy/rules/<slug:rule>/end/", rules.rule_end, name="retention_rule_end"),
]
