from django.urls import URLPattern, path

from pages.data_requests import corrections, erasures, notices, packages, restrictions, views

urlpatterns: list[URLPattern] = [
    path("privacy/requests/", views.data_requests, name="data_requests"),
    path("privacy/requests/new/", views.data_request_new, name="data_request_new"),
    path("privacy/requests/<uuid:pk>/", views.data_request, name="data_request"),
    path(
        "privacy/requests/<uuid:pk>/identity/",
        views.data_request_identity,
        name="data_request_identity",
    ),
    path("privacy/requests/<uuid:pk>/search/", views.data_request_search, name="data_request_search"),
    path("privacy/requests/<uuid:pk>/extend/", views.data_request_extend, name="data_request_extend"),
    path("privacy/requests/<uuid:pk>/answer/", views.data_request_answer, name="data_request_answer"),
    path(
        "privacy/requests/<uuid:pk>/correction/",
        views.data_request_correction,
        name="data_request_correction",
    ),
    path(
        "privacy/requests/<uuid:pk>/withdraw/",
        views.data_request_withdraw,
        name="data_request_withdraw",
    ),
    path(
        "privacy/requests/<uuid:pk>/findings/<uuid:finding>/",
        views.finding_decide,
        name="data_request_finding",
    ),
    path(
        "privacy/requests/<uuid:pk>/findings/<uuid:finding>/cuts/",
        views.finding_cuts,
        name="data_request_cuts",
    ),
    path(
        "privacy/requests/<uuid:pk>/restrict/",
        restrictions.data_request_restrict,
        name="data_request_restrict",
    ),
    path(
        "privacy/requests/<uuid:pk>/correct/<int:number>/",
        corrections.contact_correct,
        name="data_request_correct",
    ),
    path(
        "privacy/requests/<uuid:pk>/findings/<uuid:finding>/correct/",
        corrections.finding_correct,
        name="data_request_correct_text",
    ),
    path("privacy/notices/", notices.notices, name="notices"),
    path("privacy/notices/<uuid:pk>/", notices.notice_answer, name="notice_answer"),
    path("privacy/requests/<uuid:pk>/package/", packages.data_request_package, name="data_request_package"),
    path("privacy/requests/<uuid:pk>/draft/", packages.data_request_draft, name="data_request_draft"),
    path(
        "privacy/requests/<uuid:pk>/draft/letter.pdf",
        packages.data_request_draft_file,
        name="data_request_draft_file",
    ),
    path("privacy/packages/<uuid:pk>/delivery/", packages.package_delivery, name="package_delivery"),
    path("privacy/requests/<uuid:pk>/erase/", erasures.data_request_erase, name="data_request_erase"),
    path("privacy/restrictions/", restrictions.restrictions, name="restrictions"),
    path("privacy/restrictions/<uuid:pk>/lift/", restrictions.restriction_lift, name="restriction_lift"),
]
