"""Addresses below /vorausschau/gemeinsam/; the function on the map stands in the query."""

from django.urls import path

from allmende.portal.outlook import views_siting as views

urlpatterns = [
    path("", views.plans, name="gemeinsam"),
    path("<slug:name>/", views.plan, name="gemeinsam_plan"),
    path("<slug:name>/tabelle.csv", views.plan_csv, name="gemeinsam_csv"),
    path("<slug:name>/kostenspiel.json", views.plan_game, name="gemeinsam_spiel"),
]
