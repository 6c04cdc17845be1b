"""What other apps may ask of the look ahead."""

from __future__ import annotations

from allmende.portal.outlook.ahead import Ahead, ahead, warm_up

__all__ = ["Ahead", "ahead", "warm_up"]
