"""``goldpan gold``: check gold files against their texts, and measure how well two annotators agree."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

HELP = "check gold annotations; measure agreement between two annotators"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The subcommands ``check`` and ``agree``."""
    commands = parser.add_subparsers(dest="gold_command", required=True, metavar="COMMAND")
    check = commands.add_parser(
        "check", help="every problem of gold files: checksums, offsets, labels, values, overlaps"
    )
    check.add_argument(
        "dir", type=Path, nargs="?", metavar="DIR", help="gold folder or file (default: annotations/gold)"
    )
    check.add_argument("--format", choices=("table", "json"), default="table")
    agree = commands.add_parser("agree", help="agreement of two annotators: F1 and kappa per label")
    agree.add_argument("a", type=Path, metavar="A", help="gold folder or file of one annotator")
    agree.add_argument("b", type=Path, metavar="B", help="that of the other")
    agree.add_argument("--format", choices=("table", "markdown", "json"), default="table")
    for command in (check, agree):
        command.add_argument("--texts", type=Path, action="append", metavar="DIR",
                             help="folder of the source texts (repeatable)")  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Run the subcommand; ``check`` raises GoldpanError (exit code 2) where there are problems, after listing them."""
    return _check(args) if args.gold_command == "check" else _agree(args)


def _check(args: argparse.Namespace) -> int:
    from pipeline.commands._reconcile import gold_folder, sources
    from pipeline.reconcile import gold
    from pipeline.schema import GoldpanError

    folder = gold_folder(args.dir)
    look = sources(args.texts)
    documents, problems = gold.load(folder, look)
    if args.format == "json":
        print(json.dumps([problem._asdict() for problem in problems], ensure_ascii=False, indent=1))
    else:
        for problem in problems:
            print(problem)
        for doc in sorted(documents):
            if look(doc) is None:
                print(
                    f"{documents[doc].path}: no text of {doc} at hand, so its offsets are unchecked; give --texts"
                )
    if problems:
        raise GoldpanError(
            f"{folder}: {len(problems)} problem{'s' if len(problems) != 1 else ''}; correct the lines named"
        )
    mentions = sum(len(document.mentions) for document in documents.values())
    if args.format == "table":
        print(f"{folder}: {len(documents)} documents, {mentions} mentions, no problem")
    return 0


def _agree(args: argparse.Namespace) -> int:
    from pipeline.commands._reconcile import sources, warn
    from pipeline.reconcile import agreement, gold

    look = sources(args.texts)
    table, documents = agreement.agree(gold.read(args.a, look, warn), gold.read(args.b, look, warn), look)
    if args.format == "json":
        rows = {name: row.to_json() for name, row in table.items()}
        overall = rows.pop(agreement.OVERALL)
        print(
            json.dumps(
                {"labels": rows, "overall": overall, "documents": documents}, ensure_ascii=False, indent=1
            )
        )
    else:
        print(agreement.render(table, documents, as_markdown=args.format == "markdown"))
    return 0
