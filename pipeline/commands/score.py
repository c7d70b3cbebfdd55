"""``goldpan score``: how well a run did against gold."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

HELP = "score a run against gold: precision, recall, F1 with intervals, in every mode"
EPILOG = """\
Modes: strict, exact, partial, type (SemEval-2013), overlap (any overlap, same label), value (right value at an
overlapping place) and value_drug (a dose's drug too). Thresholds and the first table use overlap unless told.

  goldpan score                                      the newest run against annotations/gold
  goldpan score RUN --fail-under recall=0.9 --fail-under DOSE.value.recall=0.8
  goldpan score RUN --against OTHER_RUN              is OTHER_RUN better? (paired test)
  goldpan score RUN --errors 20                      confusions, causes and the first 20 errors
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    from pipeline.reconcile.modes import NAMES

    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("target", nargs="?", default="latest", metavar="RUN",
                        help="a run's folder, its id, or a mentions.jsonl (default: the newest run)")  # fmt: skip
    parser.add_argument(
        "--gold", type=Path, metavar="DIR", help="gold folder or file (default: annotations/gold)"
    )
    parser.add_argument("--texts", type=Path, action="append", metavar="DIR",
                        help="folder of source texts that gold is checked against (repeatable)")  # fmt: skip
    parser.add_argument("--format", choices=("table", "json", "markdown", "junit"), default="table")
    parser.add_argument(
        "--mode", choices=NAMES, default="overlap", help="mode of the first table and of thresholds"
    )
    parser.add_argument("--fail-under", action="append", default=[], metavar="[LABEL.][MODE.]METRIC=NUMBER",
                        help="exit with 1 where this is missed (repeatable)")  # fmt: skip
    parser.add_argument("--against", metavar="RUN_B", help="another run: paired test of the difference")
    parser.add_argument("--errors", type=int, metavar="N", help="confusions, causes, and the first N errors")
    parser.add_argument("--equivalent-units", action="store_true", help="values: 1 g equals 1000 mg")
    parser.add_argument("--seed", type=int, default=0, help="seed of resampling (default: 0)")


def run(args: argparse.Namespace) -> int:
    """Print the scores; 1 where a threshold is missed. Raises GoldpanError for bad gold or input."""
    from pipeline.commands._reconcile import find_run, gold_folder, same_texts, sources, warn
    from pipeline.reconcile import errors, gold, render, runs, thresholds
    from pipeline.reconcile.paired import compare
    from pipeline.reconcile.score import score

    wanted = [thresholds.parse(text, args.mode) for text in args.fail_under]
    rows = runs.read_run(find_run(args.target))
    documents = gold.read(gold_folder(args.gold), sources(args.texts), warn)
    same_texts(documents, rows)
    convert = args.equivalent_units
    scores = score(documents, rows.mentions, processed=rows.processed, convert=convert, seed=args.seed)
    verdicts = thresholds.judge(scores, wanted)
    compared = []
    if args.against:
        other = runs.read_run(find_run(args.against))
        same_texts(documents, other)
        theirs = score(documents, other.mentions, processed=other.processed, convert=convert, seed=args.seed)
        compared = compare(scores, theirs, args.mode, seed=args.seed)
    listed = (
        errors.errors(scores.aligned, drug=args.mode == "value_drug", convert=convert)
        if args.errors is not None
        else []
    )
    if args.format == "json":
        out = scores.to_json() | {"run": str(rows.path)}
        if wanted:
            out["thresholds"] = [
                {"threshold": v.threshold.text, "value": v.value, "met": v.met} for v in verdicts
            ]
        if args.against:
            out["against"] = [item.to_json() for item in compared]
        if args.errors is not None:
            out["confusion"] = errors.confusion(scores.aligned)
            out["causes"] = [
                {"kind": c.kind, "cause": c.cause, "label": c.label, "count": c.count}
                for c in errors.causes(listed)
            ]
            out["errors"] = [error.to_json() for error in listed[: args.errors]]
        print(json.dumps(out, ensure_ascii=False, indent=1))
    elif args.format == "junit":
        print(render.junit(scores, verdicts, args.mode))
    else:
        print(render.report(
            scores, args.mode, as_markdown=args.format == "markdown", compared=compared, verdicts=verdicts,
            confused=errors.confusion(scores.aligned) if args.errors is not None else None,
            grouped=errors.causes(listed), listed=listed[: args.errors or 0],
        ))  # fmt: skip
    missed = [verdict for verdict in verdicts if not verdict.met]
    if args.format in ("json", "junit"):
        for verdict in missed:
            print(f"goldpan score: {verdict}", file=sys.stderr)
    return 1 if missed else 0
