"""Addresses below /vorausschau/bedarf/; area, part, year and threshold stand in the query."""

from django.urls import path

from allmende.portal.outlook import views_needs as views

urlpatterns = [
    path("", views.needs_overview, name="bedarf"),
    path("<slug:service>/", views.needs_service, name="bedarf_dienst"),
    path("<slug:service>/wege/", views.needs_ways, name="bedarf_wege"),
    path("<slug:service>/vorlage/", views.council_paper, name="bedarf_vorlage"),
    path("<slug:service>/tabelle.csv", views.needs_csv, name="bedarf_csv"),
]
