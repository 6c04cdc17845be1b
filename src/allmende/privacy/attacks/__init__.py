"""The attacks that a release must withstand, computed on arrays: each returns its figures, and checks to hold them to."""

from allmende.privacy.attacks.checks import Check, Limits, load_limits
from allmende.privacy.attacks.differencing import DifferencingRisk, assess_slivers
from allmende.privacy.attacks.homogeneity import HomogeneityRisk, SmallValueRisk, assess_homogeneity, assess_small_values
from allmende.privacy.attacks.least_squares import MarginRisk, assess_margins, cube_margins, design_matrix
from allmende.privacy.attacks.side_channel import SideChannel, assess_side_channel
from allmende.privacy.attacks.slivers import OUTSIDE, Slivers, find_slivers
from allmende.privacy.attacks.sparsity import Sparsity, assess_sparsity
from allmende.privacy.attacks.stock_flow import StockFlowRisk, assess_stock_flow
from allmende.privacy.attacks.years import YearsRisk, compare_releases, exact_by_averaging, left_by_dates

__all__ = [
    "OUTSIDE",
    "Check",
    "DifferencingRisk",
    "HomogeneityRisk",
    "Limits",
    "MarginRisk",
    "SideChannel",
    "Slivers",
    "SmallValueRisk",
    "Sparsity",
    "StockFlowRisk",
    "YearsRisk",
    "assess_homogeneity",
    "assess_margins",
    "assess_side_channel",
    "assess_slivers",
    "assess_small_values",
    "assess_sparsity",
    "assess_stock_flow",
    "compare_releases",
    "cube_margins",
    "design_matrix",
    "exact_by_averaging",
    "find_slivers",
    "left_by_dates",
    "load_limits",
]
