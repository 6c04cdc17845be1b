"""Sparsity of a planned table: where too many counts are below three, no noise both protects and informs."""

from __future__ import annotations

from allmende.privacy.attacks import Limits, Sparsity, assess_sparsity
from allmende.release.catalogue import Margin
from allmende.release.gate.finding import Finding
from allmende.release.protect import Protected


def find_sparse(protected: Protected, limits: Limits) -> tuple[Finding, ...]:
    """Hold the sparsest of a table's margins against the limit; every margin is a table that somebody reads alone."""
    found = {part.margin: assess_sparsity(part.cells.n) for part in protected.parts}
    worst = max(found, key=lambda margin: found[margin].share)
    (check,) = found[worst].checks(limits)
    return (Finding((protected.table.id,), check, _words(worst, found[worst])),)


def _words(margin: Margin, sparsity: Sparsity) -> str:
    return f"{' × '.join(margin) or 'total'}: {sparsity.small} of {sparsity.filled} cells"
