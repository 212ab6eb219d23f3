from django.urls import URLPattern, path

from pages.public import entries, registrations, routes, texts, views

urlpatterns: list[URLPattern] = [
    path("publishing/public/", views.overview, name="public_pages"),
    path("publishing/public/site/", views.preview, name="public_preview"),
    path("publishing/public/site/<path:path>", views.preview, name="public_preview_file"),
    path("publishing/public/<district_code:code>/", views.page, name="public_page"),
    path("publishing/texts/", texts.public_texts, name="public_texts"),
    path("publishing/texts/new/", texts.public_text_new, name="public_text_new"),
    path("publishing/entries/new/", entries.entry_new, name="public_entry_new"),
    path("publishing/entries/<uuid:pk>/", entries.entry, name="public_entry"),
    path("publishing/entries/<uuid:pk>/approve/", entries.entry_approve, name="public_entry_approve"),
    path("publishing/entries/<uuid:pk>/withdraw/", entries.entry_withdraw, name="public_entry_withdraw"),
    path("publishing/routes/new/", routes.route_new, name="public_route_new"),
    path("publishing/routes/<uuid:pk>/", routes.route, name="public_route"),
    path("publishing/routes/<uuid:pk>/test/", routes.route_test, name="public_route_test"),
    path("publishing/registrations/<uuid:pk>/", registrations.registration, name="registration"),
    path("organisations/<uuid:pk>/listing/", routes.listing, name="organisation_listing"),
    path("organisations/<uuid:pk>/listing/hsds.json", routes.listing_hsds, name="organisation_listing_hsds"),
    path(
        "organisations/<uuid:pk>/listing/withdraw/",
        routes.listing_withdraw,
        name="organisation_listing_withdraw",
    ),
    path("meetings/<uuid:pk>/announce/", views.announce, name="meeting_announce"),
]
