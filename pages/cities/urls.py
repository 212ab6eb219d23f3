from django.urls import URLPattern, path

from pages.cities import views

urlpatterns: list[URLPattern] = [
    path("cities/", views.cities, name="cities"),
    path("cities/<uuid:city>/", views.city, name="city"),
    path("cities/<uuid:city>/files/<uuid:cityfile>/", views.city_file, name="city_file"),
    path(
        "cities/<uuid:city>/files/<uuid:cityfile>/remove/",
        views.city_file_remove,
        name="city_file_remove",
    ),
    path("cities/<uuid:city>/distrust/", views.city_distrust, name="city_distrust"),
    path("cities/<uuid:city>/remove/", views.city_remove, name="city_remove"),
]
