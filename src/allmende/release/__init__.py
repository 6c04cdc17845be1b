"""Publication: the catalogue, the plan and its gate, atomic releases, the registry of everything published, reports."""

from allmende.release.at_source import AtSource, protect_at_source
from allmende.release.build import Release, build
from allmende.release.catalogue import Catalogue, Table, load_catalogue
from allmende.release.merge import Outgoing
from allmende.release.plan import Plan, plan
from allmende.release.registry import Registry
from allmende.release.verify import verify

__all__ = [
    "AtSource",
    "Catalogue",
    "Outgoing",
    "Plan",
    "Registry",
    "Release",
    "Table",
    "build",
    "load_catalogue",
    "plan",
    "protect_at_source",
    "verify",
]
