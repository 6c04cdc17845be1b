"""Addresses of grid cells ahead, below those of a place."""

from django.urls import path

from allmende.portal.outlook import views, views_cells
from allmende.portal.outlook.stories.cells import cells_map

urlpatterns = [
    path("raster/", views.area, {"story": cells_map, "view": "vorausschau_raster"}, name="vorausschau_raster"),
    path("raster.json", views_cells.cells_json, name="vorausschau_rasterdaten"),
    path("raster.csv", views_cells.cells_csv, name="vorausschau_raster_csv"),
]
