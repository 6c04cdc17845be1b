"""The data pages: look the place up, let its story be told, render. No figure is computed here."""

from __future__ import annotations

from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from allmende.errors import AllmendeError
from allmende.portal import wording
from allmende.portal.accounts.services import audiences
from allmende.portal.evidence import download, listing
from allmende.portal.evidence.opendata import open_tables, open_totals
from allmende.portal.evidence.page import address
from allmende.portal.evidence.reader import Reader
from allmende.portal.evidence.stories import Story, mapdrawing, mapview
from allmende.portal.evidence.stories.comparison import comparison
from allmende.portal.page import pick
from allmende.portal.places import Place
from allmende.portal.public import Table, releases, shelf

PREVIEW = 100


def reader_of(request: HttpRequest) -> Reader:
    """Return what this visitor may read of the release in force."""
    return Reader(shelf(), audiences(request.user))


def index(request: HttpRequest) -> HttpResponse:
    """Show what there is: the region's members and their sizes, and the ways into the data."""
    reader = reader_of(request)
    region = reader.shelf.atlas.place("region", wording.language())
    sizes, year, table = listing.sizes(reader)
    return render(request, "evidence/index.html", {
        "place": region, "sizes": sizes, "year": year, "origin": listing.origin_of(reader, table, year),
        "areas": listing.choices(reader), "open": open_tables(),
        "open_totals": open_totals()[0] if listing.lacking(sizes) else None,
    })  # fmt: skip


def find_area(request: HttpRequest) -> HttpResponse:
    """Lead from the select field to the page of the chosen area."""
    key = request.GET.get("gebiet", "region")
    return HttpResponseRedirect(reverse("gebiet", args=[_place(reader_of(request), key).key]))


def area(request: HttpRequest, key: str, story: Story, view: str) -> HttpResponse:
    """Show one thought about one place."""
    reader = reader_of(request)
    place = _place(reader, key)
    page = story(reader, place, request.GET)
    return render(request, "evidence/area.html", {
        "page": page, "place": place, "view": view, "tabs": listing.tabs(place, view),
        "way": [(address("gebiet", larger), larger.name) for larger in reader.shelf.atlas.way(place, wording.language())],
        "aside": reader.shelf.atlas.parts(place) if view == "gebiet" else [],
    })  # fmt: skip


def compare(request: HttpRequest) -> HttpResponse:
    """Show two places or dates side by side."""
    return render(request, "page.html", {"page": comparison(reader_of(request), request.GET)})


def map_data(request: HttpRequest, key: str, grid: bool) -> HttpResponse:
    """Return the areas of a map, outlines as GeoJSON or grid cells by number.

    A browser keeps them and asks each time whether they still hold: the same address tells of another release tomorrow.
    """
    reader = reader_of(request)
    view = mapview.choose(reader, _place(reader, key), request.GET)
    if view is None or view.grid != grid:
        raise Http404
    content_type = "application/json" if grid else "application/geo+json"
    response = HttpResponse(mapdrawing.data(reader, view), content_type=content_type)
    patch_cache_control(response, private=len(reader.audiences) > 1, no_cache=True)
    return response


def tables(request: HttpRequest) -> HttpResponse:
    """List the tables that the visitor may read, filtered by what they count and by geography."""
    reader = reader_of(request)
    return render(request, "evidence/tables.html", listing.tables(reader, request.GET))


def table(request: HttpRequest, name: str) -> HttpResponse:
    """Show the first rows of a table for an area and year, and the download."""
    reader = reader_of(request)
    found = _table(reader, name)
    return render(request, "evidence/table.html", listing.preview(reader, found, request.GET, PREVIEW))


def table_csv(request: HttpRequest, name: str) -> HttpResponseBase:
    """Send a table, or its part for one area or year, as CSV."""
    found = _table(reader_of(request), name)
    area_key, year = _filter(request, found)
    cube = download.chosen(found, area_key, year)
    response = StreamingHttpResponse(download.csv_lines(cube), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response["Link"] = f'<{reverse("tabelle_metadaten", args=[name])}>; rel="describedby"; type="application/csvm+json"'
    return response


def table_metadata(request: HttpRequest, name: str) -> HttpResponse:
    """Describe the CSV file of a table for programs."""
    reader = reader_of(request)
    url = request.build_absolute_uri(reverse("tabelle_csv", args=[name]))
    told = download.metadata(reader.shelf.publication, _table(reader, name).entry, url)
    return JsonResponse(told, json_dumps_params={"ensure_ascii": False, "indent": 1}, content_type="application/csvm+json")


def open_data(request: HttpRequest) -> HttpResponse:
    """Show the tables of others that stand beside the releases, with who must be named."""
    found = open_tables()
    if not found:
        raise Http404(_("Weitere offene Daten gibt es hier nicht."))
    language = wording.language()
    told = [
        {
            "table": one,
            "title": one.title[language],
            "licence": one.licence[language],
            "head": [listing.open_column(name) for name in rows[0]],
            "rows": rows[1:],
        }
        for one in found
        if (rows := one.rows())
    ]
    return render(request, "evidence/open.html", {"tables": told})


def open_file(request: HttpRequest, name: str) -> FileResponse:
    """Send an open table as it is."""
    for one in open_tables():
        if one.file == name:
            return FileResponse(one.path.open("rb"), content_type="text/csv; charset=utf-8", as_attachment=True, filename=name)
    raise Http404(_("Eine Tabelle mit diesem Namen gibt es hier nicht."))


def publications(request: HttpRequest) -> HttpResponse:
    """List all releases, the newest first."""
    found = sorted(
        (listing.release(shelf(one).publication) for one in releases()), key=lambda p: (p["created"], p["id"]), reverse=True
    )
    return render(request, "evidence/publications.html", {"publications": found, "current": shelf().publication.id})


def publication(request: HttpRequest, release: str) -> HttpResponse:
    """Show one release: its method and, table by table, how accurate it is."""
    if release not in releases():
        raise Http404
    reader = Reader(shelf(release), audiences(request.user))
    told = {"publication": listing.release(reader.shelf.publication), "entries": reader.entries()}
    return render(request, "evidence/publication.html", told | {"current": shelf().publication.id})


def method(request: HttpRequest) -> HttpResponse:
    """Explain in plain words how the figures are protected and what that means for reading them."""
    return render(request, "evidence/method.html", {"publication": listing.release(shelf().publication)})


def _place(reader: Reader, key: str) -> Place:
    try:
        return reader.shelf.atlas.place(key, wording.language())
    except AllmendeError as error:
        raise Http404(_("Ein Gebiet mit diesem Schlüssel gibt es hier nicht.")) from error


def _table(reader: Reader, name: str) -> Table:
    for entry in reader.entries():
        if entry.note.table == name:
            found = reader.shelf.table(entry)
            if found:
                return found
    raise Http404(_("Eine Tabelle mit diesem Namen gibt es hier nicht."))


def _filter(request: HttpRequest, found: Table) -> tuple[str, int | None]:
    area_key = pick(request.GET, "gebiet", list(found.areas), "")
    year = pick(request.GET, "jahr", [str(y) for y in found.entry.years], "")
    return area_key, int(year) if year else None
