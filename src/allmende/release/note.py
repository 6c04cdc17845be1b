"""The public note of a table: what everybody may know of it."""

from __future__ import annotations

from collections.abc import Sequence

from allmende.areas.hierarchy import Region
from allmende.cubes import BaseCube, Manifest, ReleasedCube
from allmende.cubes.released import TableNote
from allmende.release.catalogue import Table


def note_of(
    table: Table, region: Region, manifests: Sequence[BaseCube | Manifest], protected: Sequence[ReleasedCube] = ()
) -> TableNote:
    """Return the public note of a table, with the age date of its base cubes, else of tables protected at the source."""
    heads = [each.manifest if isinstance(each, BaseCube) else each for each in manifests]
    dates = [f"{h.age_date:%m-%d}" for h in heads if h.kind == table.cube and f"{h.key_date:%m-%d}" == table.series]
    dates += [cube.note.age_date for cube in protected]
    return TableNote(
        table=table.id,
        cube=table.cube,
        geography=table.geography,
        dimensions=table.dimensions,
        key_date=table.series,
        age_date=dates[0],
        territory_date=region.territory_date.isoformat(),
        audience=table.audience,
        source=region.attribution,
        exact=table.exact_totals,
        pooled=table.pooled,
        residence=table.residence,
    )
