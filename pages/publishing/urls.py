from django.urls import URLPattern, path

from pages.publishing import papers, views

urlpatterns: list[URLPattern] = [
    path("publishing/", views.releases, name="publishing"),
    path("publishing/grid/", views.grid_new, name="release_grid"),
    path("publishing/grid/<uuid:pk>/confirm/", views.grid_confirm, name="release_grid_confirm"),
    path("publishing/grid/<uuid:pk>/withdraw/", views.grid_withdraw, name="release_grid_withdraw"),
    path("publishing/new/", views.release_new, name="release_new"),
    path("publishing/papers/", papers.papers, name="papers"),
    path("publishing/papers/<uuid:pk>/", papers.paper, name="paper"),
    path("publishing/papers/<uuid:pk>/council-paper.pdf", papers.paper_file, name="paper_file"),
    path("publishing/<int:number>/paper/", papers.paper_new, name="paper_new"),
    path("publishing/<int:number>/", views.release, name="release"),
    path("publishing/<int:number>/figures.<slug:extension>", views.release_file, name="release_file"),
]
