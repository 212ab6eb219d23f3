from django.urls import URLPattern, path

from pages.views import (
    data_requests,
    erasures,
    packages,
    privacy,
    register,
    restrictions,
    shared_with,
    watched_records,
)

urlpatterns: list[URLPattern] = [
    path("privacy/", privacy.privacy, name="privacy"),
    path("privacy/requests/", data_requests.data_requests, name="data_requests"),
    path("privacy/requests/new/", data_requests.data_request_new, name="data_request_new"),
    path("privacy/requests/<uuid:pk>/", data_requests.data_request, name="data_request"),
    path(
        "privacy/requests/<uuid:pk>/identity/",
        data_requests.data_request_identity,
        name="data_request_identity",
    ),
    path("privacy/requests/<uuid:pk>/search/", data_requests.data_request_search, name="data_request_search"),
    path("privacy/requests/<uuid:pk>/extend/", data_requests.data_request_extend, name="data_request_extend"),
    path("privacy/requests/<uuid:pk>/answer/", data_requests.data_request_answer, name="data_request_answer"),
    path(
        "privacy/requests/<uuid:pk>/withdraw/",
        data_requests.data_request_withdraw,
        name="data_request_withdraw",
    ),
    path(
        "privacy/requests/<uuid:pk>/findings/<uuid:finding>/",
        data_requests.finding_decide,
        name="data_request_finding",
    ),
    path(
        "privacy/requests/<uuid:pk>/findings/<uuid:finding>/cuts/",
        data_requests.finding_cuts,
        name="data_request_cuts",
    ),
    path(
        "privacy/requests/<uuid:pk>/restrict/",
        restrictions.data_request_restrict,
        name="data_request_restrict",
    ),
    path("privacy/requests/<uuid:pk>/package/", packages.data_request_package, name="data_request_package"),
    path("privacy/packages/<uuid:pk>/delivery/", packages.package_delivery, name="package_delivery"),
    path("privacy/requests/<uuid:pk>/erase/", erasures.data_request_erase, name="data_request_erase"),
    path("privacy/register/", register.register, name="register"),
    path("privacy/register/texts/", register.register_texts, name="register_texts"),
    path("privacy/register/file/<slug:extension>/", register.register_file, name="register_file"),
    path("privacy/restrictions/", restrictions.restrictions, name="restrictions"),
    path("privacy/restrictions/<uuid:pk>/lift/", restrictions.restriction_lift, name="restriction_lift"),
    path("privacy/shared-with/", shared_with.shared_with, name="shared_with"),
    path("privacy/shared-with/contact/<uuid:pk>/", shared_with.share_record, name="share_record"),
    path("privacy/trail/", privacy.trail, name="privacy_trail"),
    path("privacy/kept/", privacy.kept_words, name="privacy_kept"),
    path("privacy/inquiry/", privacy.inquiry, name="privacy_inquiry"),
    path("privacy/inquiry/<uuid:pk>/", privacy.inquiry_about, name="privacy_inquiry_about"),
    path("privacy/inquiry/<uuid:pk>/file/", privacy.inquiry_file, name="privacy_inquiry_file"),
    path("privacy/watched/", watched_records.watched, name="watched_records"),
    path("privacy/watched/<uuid:pk>/", watched_records.watched_record, name="watched_record"),
    path("privacy/watched/<uuid:pk>/review/", watched_records.watched_review, name="watched_review"),
    path("privacy/watched/<uuid:pk>/stop/", watched_records.watched_stop, name="watched_stop"),
    path(
        "privacy/watch/organisation/<uuid:pk>/",
        watched_records.watch,
        {"noun": "organisation"},
        name="watch_organisation",
    ),
    path(
        "privacy/watch/contact/<uuid:pk>/", watched_records.watch, {"noun": "contact"}, name="watch_contact"
    ),
]
