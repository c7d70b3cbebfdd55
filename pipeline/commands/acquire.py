"""``goldpan acquire``: papers from Europe PMC by identifier or query, and the abstracts of cited studies."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.acquire import Outcome, Shelf
    from pipeline.settings import Settings

HELP = "fetch papers from Europe PMC by DOI, PMID, PMCID or query"
EPILOG = """\
Open full texts come as JATS into DIR/texts, their metadata into DIR/metadata, and a line with licence, checksum and
date into DIR/manifest.csv, which `goldpan run DIR` reads. What is there already is not fetched again, so an interrupted
command is simply repeated. Who asks should say who they are: set GOLDPAN_ACQUIRE_CONTACT to an e-mail address.

examples:
  goldpan acquire PMC2329613 10.1186/1471-2180-11-174 18405359
  goldpan acquire --query 'ketamine depression review' --since 2026-01-01
  goldpan acquire --from identifiers.txt --out papers/ --abstracts
  goldpan acquire --query 'lithium relapse' --list --limit 20           what there is, fetching nothing
  goldpan acquire --cited latest --out abstracts/                       what the studies of a run say themselves
  goldpan concord corpus/ --abstracts abstracts/                        ... and where the reviews say otherwise

--cited fetches the abstracts of the studies that the reviews of a run cite, by the DOI or PMID of their reference, one
JSON file each, with a line in DIR/manifest.csv (default DIR: abstracts beside the corpus). What is there is not asked
for again; what Europe PMC did not know is, after 30 days. RUN is a run's folder or id or `latest`, or a file that
`goldpan studies --format json` wrote.

A paper that cannot be had is reported, the others go on; the exit code is then 2.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.epilog = EPILOG
    parser.add_argument("ids", nargs="*", metavar="ID", help="DOI, PMID or PMCID")
    parser.add_argument(
        "--from", dest="file", type=Path, metavar="FILE", help="file of identifiers, one a line"
    )
    parser.add_argument(
        "--cited", metavar="RUN", help="the abstracts of the studies that a run's reviews cite"
    )
    parser.add_argument("--query", help="a query in Europe PMC's syntax")
    parser.add_argument("--since", metavar="DATE", help="with --query: first published on or after this day")
    parser.add_argument("--limit", type=int, default=100, metavar="N",
                        help="with --query: at most so many new papers (default 100; 0: all)")  # fmt: skip
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="folder (default: that of the setting corpus)"
    )
    parser.add_argument(
        "--abstracts", action="store_true", help="keep the abstract where the full text is not open"
    )
    parser.add_argument("--list", action="store_true", help="only say what there is")


def run(args: argparse.Namespace) -> int:
    """Fetch; 2 where something asked for did not come."""
    from pipeline.acquire import Client, Shelf, acquire
    from pipeline.acquire.europepmc import dated_query
    from pipeline.schema import GoldpanError
    from pipeline.settings import Settings

    settings = Settings.load()
    if args.cited is not None:
        return _cited(args, settings)
    identifiers = [*args.ids, *(_lines(args.file) if args.file else ())]
    if not identifiers and args.query is None:
        raise GoldpanError("acquire: nothing to fetch; give identifiers, --from FILE or --query")
    if args.since and args.query is None:
        raise GoldpanError("acquire: --since belongs to --query; give one")
    if args.limit < 0:
        raise GoldpanError(f"acquire: --limit {args.limit} is no number of papers; give 0 for all")
    query = dated_query(args.query, args.since) if args.query is not None else None
    home = settings.corpus if settings.corpus.is_dir() else settings.corpus.parent
    shelf = Shelf(args.out or home)
    outcomes = acquire(
        Client(settings), shelf, identifiers, query, limit=args.limit or None, abstracts=args.abstracts,
        only_list=args.list,
    )  # fmt: skip
    return _report(outcomes, shelf)


def _report(outcomes: Iterable[Outcome], shelf: Shelf, also: str = "") -> int:
    """Print what became of each paper, as it happens; 2 where one that was asked for did not come."""
    counts: Counter[str] = Counter()
    bad = 0
    for outcome in outcomes:
        counts[outcome.state] += 1
        bad += outcome.bad
        line = f"{outcome.state:<9} {outcome.id:<14} {outcome.detail}"
        print(line, file=sys.stderr if outcome.bad else sys.stdout, flush=True)
    summary = ", ".join(f"{count} {state}" for state, count in sorted(counts.items())) or "nothing found"
    print(f"goldpan: {summary}{also}; {shelf.manifest}", file=sys.stderr)
    return 2 if bad else 0


def _cited(args: argparse.Namespace, settings: Settings) -> int:
    """Fetch the abstracts of the studies of a run."""
    from pipeline.acquire import Client, Shelf, cited
    from pipeline.schema import GoldpanError

    if args.ids or args.file or args.query is not None or args.list:
        raise GoldpanError("acquire: --cited takes its works from the run; give identifiers in another call")
    works, nameless = _works(args.cited)
    home = settings.corpus if settings.corpus.is_dir() else settings.corpus.parent
    shelf = Shelf(args.out or home / "abstracts")
    also = f", {nameless} studies without DOI and PMID" if nameless else ""
    return _report(cited(works, shelf, Client(settings)), shelf, also)


def _works(run: str) -> tuple[list[tuple[str | None, str | None]], int]:
    """DOI and PMID of the works that the studies of a run cite, each once, and how many studies have neither."""
    from pipeline.commands._reconcile import find_run
    from pipeline.schema import GoldpanError
    from pipeline.store import read_array

    path = find_run(run)
    if path.is_dir():
        path = path / "studies.json"
        studies = list(read_array(path))
    else:
        try:
            studies = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise GoldpanError(f"{path}: not readable ({error}); give a run, or studies as JSON") from error
    if not isinstance(studies, list) or not all(isinstance(study, dict) for study in studies):
        raise GoldpanError(f"{path}: holds no list of studies; give a run, or studies as JSON")
    references = [(study.get("sources") or {}).get("reference") or {} for study in studies]
    works = [(reference.get("doi"), reference.get("pmid")) for reference in references]
    return list(dict.fromkeys(work for work in works if any(work))), sum(not any(work) for work in works)


def _lines(file: Path) -> list[str]:
    """The identifiers of a file; blank lines and comments (#) are passed over."""
    from pipeline.schema import GoldpanError

    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise GoldpanError(f"{file}: cannot be read ({error}); give a text file of identifiers") from error
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
