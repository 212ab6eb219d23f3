from django.urls import URLPattern, path

from pages.views.gallery import gallery
from pages.views.help import help_page
from pages.views.more import more

urlpatterns: list[URLPattern] = [
    path("more/", more, name="more"),
    path("help/", help_page, name="help"),
    path("gallery/", gallery, name="gallery"),
]
