"""Disclosure control: p-tables, cell keys, perturbation, and the attacks that a release must withstand."""

from allmende.privacy.design import Achieved, Design, design_ptable
from allmende.privacy.lookup import Lookup, lay_out
from allmende.privacy.profiles import load_profile, printed_table, profile_names, profile_table
from allmende.privacy.protection import Protection, protect_by
from allmende.privacy.ptable import PTable, Row, table_from
from allmende.privacy.rounding import rounding_table

__all__ = [
    "Achieved",
    "Design",
    "Lookup",
    "PTable",
    "Protection",
    "Row",
    "design_ptable",
    "lay_out",
    "load_profile",
    "printed_table",
    "profile_names",
    "profile_table",
    "protect_by",
    "rounding_table",
    "table_from",
]
