from django.urls import URLPattern, path

from pages.views import imports as views

urlpatterns: list[URLPattern] = [
    path("import/", views.imports, name="imports"),
    path("import/<uuid:pk>/", views.import_draft, name="import"),
    path("import/<uuid:pk>/columns/", views.import_columns, name="import_columns"),
    path("import/<uuid:pk>/values/", views.import_values, name="import_values"),
    path("import/<uuid:pk>/joins/", views.import_joins, name="import_joins"),
    path("import/<uuid:pk>/<slug:step>/", views.import_step, name="import_step"),
]
