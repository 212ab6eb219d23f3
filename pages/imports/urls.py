from django.urls import URLPattern, path

from pages.imports import registers as watching
from pages.imports import views

urlpatterns: list[URLPattern] = [
    path("import/", views.imports, name="imports"),
    path("import/<uuid:pk>/", views.import_draft, name="import"),
    path("import/<uuid:pk>/columns/", views.import_columns, name="import_columns"),
    path("import/<uuid:pk>/values/", views.import_values, name="import_values"),
    path("import/<uuid:pk>/names/", views.import_names, name="import_names"),
    path("import/<uuid:pk>/joins/", views.import_joins, name="import_joins"),
    path("import/<uuid:pk>/watch/", watching.import_watch, name="import_watch"),
    path("import/watched/<uuid:pk>/read/", watching.read, name="watched_register_read"),
    path("import/watched/<uuid:pk>/take/", watching.take, name="watched_register_take"),
    path("import/watched/<uuid:pk>/dismiss/", watching.dismiss, name="watched_register_dismiss"),
    path("import/watched/<uuid:pk>/stop/", watching.stop, name="watched_register_stop"),
    path("import/<uuid:pk>/<slug:step>/", views.import_step, name="import_step"),
]
