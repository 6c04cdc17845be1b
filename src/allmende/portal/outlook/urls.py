"""Addresses below /vorausschau/: each carries the whole state of a view."""

from django.urls import include, path

from allmende.portal.outlook import scenario_views, views
from allmende.portal.outlook.stories.ages import ages
from allmende.portal.outlook.stories.balance import balance
from allmende.portal.outlook.stories.change import change_map
from allmende.portal.outlook.stories.hindsight import hindsight
from allmende.portal.outlook.stories.population import population
from allmende.portal.outlook.stories.surface import surface

_AREA = "gebiet/<str:key>/"
_SCENARIO = "szenarien/<uuid:number>/"

urlpatterns = [
    path("", views.overview, name="vorausschau"),
    path("gebiet/", views.find_area, name="vorausschau_gebiete"),
    path(_AREA, views.area, {"story": population, "view": "vorausschau_gebiet"}, name="vorausschau_gebiet"),
    path(f"{_AREA}altersaufbau/", views.area, {"story": ages, "view": "vorausschau_alter"}, name="vorausschau_alter"),
    path(f"{_AREA}bilanz/", views.area, {"story": balance, "view": "vorausschau_bilanz"}, name="vorausschau_bilanz"),
    path(f"{_AREA}alter-und-zeit/", views.area, {"story": surface, "view": "vorausschau_flaeche"}, name="vorausschau_flaeche"),
    path(f"{_AREA}karte/", views.area, {"story": change_map, "view": "vorausschau_karte"}, name="vorausschau_karte"),
    path(
        f"{_AREA}rueckschau/", views.area, {"story": hindsight, "view": "vorausschau_rueckschau"}, name="vorausschau_rueckschau"
    ),
    path(_AREA, include("allmende.portal.outlook.urls_cells")),
    path(f"{_AREA}bevoelkerung.csv", views.population_csv, name="vorausschau_csv"),
    path(f"{_AREA}alter.csv", views.ages_csv, name="vorausschau_alter_csv"),
    path("bedarf/", include("allmende.portal.outlook.urls_needs")),
    path("gemeinsam/", include("allmende.portal.outlook.urls_siting")),
    path("treffsicherheit/", views.track_record, name="treffsicherheit"),
    path("szenario/", scenario_views.levers, name="szenario"),
    path("szenario/ergebnis/", scenario_views.result_part, name="szenario_ergebnis"),
    path("szenarien/", scenario_views.listing, name="szenarien"),
    path("szenarien/vergleich/", scenario_views.compare, name="szenarien_vergleich"),
    path("szenarien/sichern/", scenario_views.save, name="szenario_sichern"),
    path(_SCENARIO, scenario_views.scenario, name="szenario_gesichert"),
    path(f"{_SCENARIO}<str:step>/", scenario_views.act, name="szenario_schritt"),
]
