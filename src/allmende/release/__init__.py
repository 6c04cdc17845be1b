"""Publication: the catalogue, the plan and its gate, atomic releases, the registry of everything published, reports."""

from allmende.release.build import Release, build
from allmende.release.catalogue import Catalogue, Table, load_catalogue
from allmende.release.merge import merge_released, protect_at_source
from allmende.release.plan import Plan, plan
from allmende.release.registry import Registry
from allmende.release.verify import verify

__all__ = [
    "Catalogue",
    "Plan",
    "Registry",
    "Release",
    "Table",
    "build",
    "load_catalogue",
    "merge_released",
    "plan",
    "protect_at_source",
    "verify",
]
