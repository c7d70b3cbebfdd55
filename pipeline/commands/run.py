"""``goldpan run``: the main job, as a Prefect flow on a server of its own."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.settings import Settings

HELP = "read, extract and reconcile a corpus; print how well it went; keep it all in one folder"
EPILOG = """\
Only what is new or changed is extracted: results are kept under the checksum of text, code, settings, lexicons and
model. A document that cannot be read, takes too long or crashes its process is set aside with its reason, and the
rest go on. A run that was interrupted is taken up by the next one.

A run is one folder of outputs/: run.json, mentions.jsonl, mentions.parquet, documents.csv, studies, comparisons,
alarms, scores.json, diff.jsonl (what changed since the run before) and report.html. outputs/latest is the newest.

A corpus may also be a file of texts, JSON lines or Parquet with an id and a text in each row: each is a document.

examples:
  goldpan run                              the corpus of the settings (corpus/manifest.csv)
  goldpan run papers/ --gold my-gold/      a folder of your own, scored against your own gold
  goldpan run a.txt b.pdf --out /tmp/out   two files
  goldpan run abstracts.parquet            100,000 texts in one file
  goldpan run --fail-if-worse || mail …    from cron: 0 done, 1 done but worse than the run before, 2 not done
  GOLDPAN_TEXTS=~/reviews goldpan run      say where the texts are that the manifest names

Prefect's server runs on the loopback interface for the run's duration and reports to nobody; to keep Prefect's own
history and page, start one (prefect server start) and set PREFECT_API_URL.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.epilog = EPILOG
    parser.add_argument("corpus", nargs="*", type=Path, metavar="CORPUS",
                        help="a folder, a manifest or files (default: the setting corpus)")  # fmt: skip
    parser.add_argument(
        "--gold", type=Path, metavar="DIR", help="gold annotations (default: annotations/gold)"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder of runs (default: outputs)")
    parser.add_argument(
        "--fail-if-worse", action="store_true",
        help="exit code 1 where scores fell, mentions were lost, or more was set aside than in the run before",
    )  # fmt: skip
    parser.add_argument("--format", choices=("table", "json"), default="table",
                        help="the table, or run.json with its scores")  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Run the flow and print its table. Raises GoldpanError for bad input, before anything is started."""
    from pipeline import corpus, store
    from pipeline.schema import GoldpanError
    from pipeline.settings import Settings

    settings = Settings.load().replace(out=args.out.absolute() if args.out else None)
    if args.gold and not args.gold.exists():
        raise GoldpanError(f"{args.gold}: no such folder of gold; correct --gold")
    for path in args.corpus or [settings.corpus]:
        corpus.check(path)
    sealed, lost = _sealed(args, settings)
    record = store.read_record(sealed)
    scores = json.loads((sealed / "scores.json").read_text(encoding="utf-8"))
    if args.format == "json":
        print(json.dumps(record | {"run": str(sealed), "scores": scores}, ensure_ascii=False, indent=1))
    else:
        from pipeline.summary import summary

        print(summary(record, scores, sealed))
    code = 1 if args.fail_if_worse and record["watch"]["worse"] else 0
    if not record["documents"]["processed"] + record["documents"]["reused"]:
        print("goldpan: no document could be read", file=sys.stderr)
        code = 2
    if lost:
        # All is written; at its exit Prefect would try for minutes to tell the lost server of each event.
        sys.stdout.flush()
        os._exit(code)
    return code


def _sealed(args: argparse.Namespace, settings: Settings) -> tuple[Path, bool]:
    """The folder of the run that the flow made, and whether the server that the user named was lost on the way."""
    from flows.server import embedded, own
    from pipeline import store, versions
    from pipeline.schema import GoldpanError

    fingerprint = versions.fingerprint(settings)
    with embedded(settings.out) as server:
        # The server needs seconds to start: Prefect and, where there is work, the extraction processes load meanwhile.
        from flows.extract import pool
        from flows.nightly import nightly

        newest = store.latest(settings.out)
        stale = newest is None or store.read_record(newest).get("fingerprint") != fingerprint
        if stale and settings.runner == "threads":
            pool(settings, settings.out / "cache").warm(settings.cpus())
        if server:
            server.wait()
        given = (
            [str(path.absolute()) for path in args.corpus],
            str(args.gold.absolute()) if args.gold else None,
            str(settings.out),
        )
        try:
            return Path(nightly(*given)), False
        except GoldpanError:
            raise
        except Exception as error:
            if server or not _lost(error):
                raise
            print(
                f"Prefect's server went away ({error}): the run goes on with one of its own", file=sys.stderr
            )
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with own(settings.out) as another, temporary_settings({PREFECT_API_URL: f"{another.url}/api"}):
        another.wait()
        return Path(nightly(*given)), True


def _lost(error: BaseException | None) -> bool:
    """Whether an error is one of the connection to Prefect's server."""
    import httpx

    while error is not None:
        if isinstance(error, httpx.TransportError):
            return True
        error = error.__cause__ or error.__context__
    return False
