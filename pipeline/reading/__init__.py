"""Reading: a source file → `Document`, with the way back to every character. See `read`."""

from pipeline.reading.sources import kind_of, read

__all__ = ["kind_of", "read"]
