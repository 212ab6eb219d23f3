from django.urls import URLPattern, path

from pages.practices import files, takeaways, views

PRACTICE = "practices/<uuid:pk>/"
FILE = "practices/exchange-file/<uuid:practicefile>/"

urlpatterns: list[URLPattern] = [
    path("practices/", views.practices, name="practices"),
    path("meetings/<uuid:pk>/take-home/", takeaways.meeting_take_home, name="meeting_take_home"),
    path("takeaways/<uuid:pk>/", takeaways.takeaway, name="takeaway"),
    path("practices/new/", views.practice_new, name="practice_new"),
    path("practices/exchange-file/", files.practice_files, name="practice_files"),
    path(FILE, files.practice_file, name="practice_file"),
    path(f"{FILE}practices.json", files.practice_file_download, name="practice_file_download"),
    path("practices/import/", files.offered_files, name="offered_files"),
    path("practices/import/<uuid:offeredfile>/", files.offered_file, name="offered_file"),
    path(PRACTICE, views.practice, name="practice"),
    path(f"{PRACTICE}edit/", views.practice_edit, name="practice_edit"),
    path(f"{PRACTICE}translate/", views.practice_translate, name="practice_translate"),
    path(f"{PRACTICE}submit/", views.practice_submit, name="practice_submit"),
    path(f"{PRACTICE}review/", views.practice_review, name="practice_review"),
    path(f"{PRACTICE}publish/", views.practice_publish, name="practice_publish"),
    path(f"{PRACTICE}confirm/", views.practice_confirm, name="practice_confirm"),
    path(f"{PRACTICE}retire/", views.practice_retire, name="practice_retire"),
    path(f"{PRACTICE}discard/", views.practice_discard, name="practice_discard"),
    path(f"{PRACTICE}tried/", views.practice_tried, name="practice_tried"),
    path(f"{PRACTICE}use/", views.practice_use, name="practice_use"),
]
