"""Cells of a grid ahead for programs: by number for the movable map, and as CSV."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from allmende.portal.metres import corners, in_rows
from allmende.portal.outlook.cells_sight import choose_cells, known_cells, look_at
from allmende.portal.outlook.sight import Sight, sight_of
from allmende.portal.outlook.stories.cells import cell_words

VERDICTS = ("grows", "rather more", "stays", "rather fewer", "shrinks")


@require_safe
def cells_json(request: HttpRequest, key: str) -> HttpResponse:
    """Send the cells of a map by number, with class, words and pattern.

    A browser keeps them and asks each time whether they still hold: the same address tells of another outlook tomorrow.
    """
    sight = _sight(request, key)
    view = choose_cells(sight, request.GET)
    if view is None:
        raise Http404
    patterns = ["open" if open_ else "" for open_ in view.open.tolist()]
    looks = list(zip(view.classes, cell_words(view), patterns, strict=True))
    response = JsonResponse(in_rows(corners(view.cells), view.grid.size, looks), json_dumps_params={"separators": (",", ":")})
    patch_cache_control(response, private=sight.ahead.outlook.audience != "public", no_cache=True)
    return response


@require_safe
def cells_csv(request: HttpRequest, key: str) -> HttpResponse:
    """Send every cell, group and year of a place with what is told of it."""
    sight = _sight(request, key)
    response = HttpResponse("".join(_lines(sight)), content_type="text/csv; charset=utf-8")
    name = f"raster-{sight.ahead.key(sight.place)}-{sight.ahead.outlook.id}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _sight(request: HttpRequest, key: str) -> Sight:
    sight = sight_of(request, key)
    if sight is None:
        raise Http404(_("Es gibt noch keine Vorausschau."))
    return sight


def _lines(sight: Sight) -> Iterator[str]:
    """Yield one line per size, group, year and cell; classes count from 0, the strongest decline, to 4."""
    outlook = sight.ahead.outlook
    yield "\ufeffoutlook;release;cell;band;counted_year;counted;year;class;direction\r\n"
    for grid, cells in known_cells(sight):
        for group in grid.groups:
            for year in grid.years:
                view = look_at(sight, grid, cells, group, year)
                told = zip(view.cells, view.now.tolist(), view.change.tolist(), view.verdicts.tolist(), strict=True)
                for cell, now, change, verdict in told:
                    yield (
                        f"{outlook.id};{outlook.release};{cell};{group};{grid.base_year};{now};{year};{change};"
                        f"{VERDICTS[verdict]}\r\n"
                    )
