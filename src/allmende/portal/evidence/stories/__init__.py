"""One builder per page: figures into an answer in words, a picture, a table."""

from __future__ import annotations

from collections.abc import Callable

from django.http import QueryDict

from allmende.portal.evidence.reader import Reader
from allmende.portal.page import Page
from allmende.portal.places import Place

Story = Callable[[Reader, Place, QueryDict], Page]
