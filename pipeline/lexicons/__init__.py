"""What the matchers and readers know, as tab-separated files with a source in every row. See `rows`."""

from __future__ import annotations

import csv
import io
from functools import cache
from importlib import resources


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a lexicon file: tab-separated, with a header line, no quoting; an absent cell is "".

    Raises FileNotFoundError where there is no such lexicon.

    >>> rows("units.tsv")[0]["ucum"]
    'mg'
    """
    text = resources.files("pipeline.lexicons").joinpath(name).read_text(encoding="utf-8")
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter="\t", quoting=csv.QUOTE_NONE)
    return tuple({key: (item or "") for key, item in row.items()} for row in reader)
