from django.urls import path

from pages.views.undo import undo_last

urlpatterns = [path("undo/<str:token>/", undo_last, name="undo")]
