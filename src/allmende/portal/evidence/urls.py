"""Addresses below /daten/: each carries the whole state of a view."""

from django.urls import path

from allmende.portal.evidence import views
from allmende.portal.evidence.stories.change import development, movements
from allmende.portal.evidence.stories.maps import map_page
from allmende.portal.evidence.stories.overview import overview
from allmende.portal.evidence.stories.structure import age_groups, age_structure, nationality

urlpatterns = [
    path("", views.index, name="daten"),
    path("gebiet/", views.find_area, name="gebiete"),
    path("gebiet/<str:key>/", views.area, {"story": overview, "view": "gebiet"}, name="gebiet"),
    path("gebiet/<str:key>/altersaufbau/", views.area, {"story": age_structure, "view": "altersaufbau"}, name="altersaufbau"),
    path("gebiet/<str:key>/altersgruppen/", views.area, {"story": age_groups, "view": "altersgruppen"}, name="altersgruppen"),
    path("gebiet/<str:key>/entwicklung/", views.area, {"story": development, "view": "entwicklung"}, name="entwicklung"),
    path("gebiet/<str:key>/bewegungen/", views.area, {"story": movements, "view": "bewegungen"}, name="bewegungen"),
    path(
        "gebiet/<str:key>/staatsangehoerigkeit/",
        views.area,
        {"story": nationality, "view": "staatsangehoerigkeit"},
        name="staatsangehoerigkeit",
    ),
    path("gebiet/<str:key>/karte/", views.area, {"story": map_page, "view": "karte"}, name="karte"),
    path("gebiet/<str:key>/karte.geojson", views.map_data, {"grid": False}, name="kartendaten"),
    path("gebiet/<str:key>/raster.json", views.map_data, {"grid": True}, name="rasterdaten"),
    path("vergleich/", views.compare, name="vergleich"),
    path("tabellen/", views.tables, name="tabellen"),
    path("tabellen/<slug:name>/", views.table, name="tabelle"),
    path("tabellen/<slug:name>.csv", views.table_csv, name="tabelle_csv"),
    path("tabellen/<slug:name>.csv-metadata.json", views.table_metadata, name="tabelle_metadaten"),
    path("offen/", views.open_data, name="offen"),
    path("offen/<str:name>", views.open_file, name="offene_datei"),
    path("veroeffentlichungen/", views.publications, name="veroeffentlichungen"),
    path("veroeffentlichungen/<str:release>/", views.publication, name="veroeffentlichung"),
    path("methode/", views.method, name="methode"),
]
