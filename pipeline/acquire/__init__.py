"""Papers by identifier or query from Europe PMC. The only room of the library that opens a connection."""

from pipeline.acquire.abstracts import cited, fetch_abstracts
from pipeline.acquire.client import Client
from pipeline.acquire.fetch import acquire
from pipeline.acquire.outcome import Outcome
from pipeline.acquire.shelf import Shelf

__all__ = ["Client", "Outcome", "Shelf", "acquire", "cited", "fetch_abstracts"]
