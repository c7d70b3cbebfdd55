"""``goldpan concord``: where two descriptions of one study agree, and where they contradict each other."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

HELP = "compare what reviews say of the same study, field by field, and quote both where they differ"
EPILOG = """\
Two reviews that cite the same work (by DOI, PMID or title), the prose and the table of one review, and a sentence
and the title of the reference that it cites are compared: n, dose, unit, drug, route, scale, design, outcome, year.

examples:
  goldpan concord review-a.txt review-b.txt                  contradictions and explainable differences
  goldpan concord reviews/ --all                             agreements too
  goldpan concord reviews/ --abstracts abstracts/            also against what the studies' own abstracts say
  goldpan concord reviews/ --format json | jq '.[] | select(.severity=="high")'
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.epilog = EPILOG
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file, a folder or a manifest")
    parser.add_argument("--format", choices=("json", "table"), default="table")
    parser.add_argument(
        "--abstracts", type=Path, metavar="FOLDER",
        help="abstracts of cited studies, as `goldpan acquire --cited` leaves them",
    )  # fmt: skip
    parser.add_argument("--all", action="store_true", help="list agreements too (always in JSON)")
    parser.add_argument(
        "--model", help="NER model: goldpan_ner (bundled), an installed spaCy package, or none"
    )


def run(args: argparse.Namespace) -> int:
    """Print the comparisons; 2 where a file could not be read."""
    from pipeline.commands._inputs import Inputs
    from pipeline.evidence.abstracts import against_abstracts, document_for, read_folder, record_of
    from pipeline.evidence.concord import concord, ordered
    from pipeline.evidence.tabular import table_of_comparisons
    from pipeline.extract import Extractor
    from pipeline.settings import Settings

    settings = Settings.load().replace(model=args.model)
    abstracts = read_folder(args.abstracts) if args.abstracts else []
    inputs = Inputs(args.paths, settings)
    comparisons = []
    if inputs.paths:
        extractor = Extractor(settings)
        records = [study.to_json() for _, _, studies in extractor.evidence(inputs) for study in studies]
        comparisons = concord(records)
        if abstracts:
            docs = extractor.lights(document_for(abstract) for abstract in abstracts)
            own = [record_of(doc, abstract) for doc, abstract in zip(docs, abstracts, strict=True)]
            comparisons = ordered(comparisons + against_abstracts(records, [r for r in own if r is not None]))
    if args.format == "json":
        print(json.dumps(comparisons, ensure_ascii=False, indent=1))
    else:
        print(table_of_comparisons(comparisons, agreements=args.all))
    return 2 if inputs.bad else 0
