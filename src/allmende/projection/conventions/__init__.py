"""Published conventions of the cohort-component model, repeated to the last digit.

Official tables rest on steps that differ in small things: when migrants arrive, who is exposed to births, how the open age
group survives. Each convention here is one pure function over arrays, named after who publishes by it.
"""

from allmende.projection.conventions.accounting import NEWBORN, Note, Projection, Step
from allmende.projection.conventions.case import Axes, Case, Matrix, case_of
from allmende.projection.conventions.fso import step_fso
from allmende.projection.conventions.leslie import step_leslie
from allmende.projection.conventions.matrix import matrix_of, step_matrix
from allmende.projection.conventions.running import CONVENTIONS, FSO_FERTILE, project
from allmende.projection.conventions.united_nations import step_un

__all__ = [
    "CONVENTIONS",
    "FSO_FERTILE",
    "NEWBORN",
    "Axes",
    "Case",
    "Matrix",
    "Note",
    "Projection",
    "Step",
    "case_of",
    "matrix_of",
    "project",
    "step_fso",
    "step_leslie",
    "step_matrix",
    "step_un",
]
