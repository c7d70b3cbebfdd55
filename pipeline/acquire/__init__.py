"""Papers by identifier or query from Europe PMC. The only room of the library that opens a connection."""

from pipeline.acquire.abstracts import fetch_abstracts
from pipeline.acquire.client import Client
from pipeline.acquire.fetch import Outcome, acquire
from pipeline.acquire.shelf import Shelf

__all__ = ["Client", "Outcome", "Shelf", "acquire", "fetch_abstracts"]
