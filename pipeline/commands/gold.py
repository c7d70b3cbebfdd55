"""``goldpan gold``: check gold files, measure how well two annotators agree, write curators' decisions into gold."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

HELP = "check gold annotations; measure agreement; write curators' decisions into gold; move gold"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The subcommands ``check``, ``agree``, ``apply``, ``move`` and ``import``."""
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
    apply = commands.add_parser(
        "apply", help="write what curators decided (goldpan review) into gold; show the diff"
    )
    apply.add_argument("--gold", type=Path, metavar="DIR", help="gold folder (default: annotations/gold)")
    apply.add_argument("--decisions", type=Path, metavar="DIR",
                       help="where decisions are kept (default: decisions/ beside the gold folder)")  # fmt: skip
    apply.add_argument("--new", action="append", default=[], metavar="DOC",
                       help="begin a gold file for a document that has none: only where somebody read the whole text, "
                       "since what is missing from gold counts as wrong (repeatable)")  # fmt: skip
    apply.add_argument("--dry-run", action="store_true", help="show the diff, write nothing")
    moving = commands.add_parser("move", help="carry gold to another rendering of the same article")
    moving.add_argument("--from", dest="old", type=Path, required=True, metavar="OLD",
                        help="the file that was annotated")  # fmt: skip
    moving.add_argument(
        "--to", dest="new", type=Path, required=True, metavar="NEW", help="another rendering of it"
    )
    moving.add_argument("--gold", type=Path, metavar="FILE",
                        help="gold of OLD (default: its file in annotations/gold)")  # fmt: skip
    moving.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="gold of NEW (default: printed); what was left goes to stderr",
    )
    take = commands.add_parser("import", help="take annotations that another tool exported into gold files")
    take.add_argument("path", type=Path, metavar="PATH", help="an export, as it was or as annotated")
    forms = ("csv", "parquet", "brat", "bioc-json", "bioc-xml", "docbin", "label-studio")
    take.add_argument("--format", required=True, choices=forms)
    take.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for <document>.jsonl")
    for command in (check, agree, apply, take):
        command.add_argument("--texts", type=Path, action="append", metavar="DIR",
                             help="folder of the source texts (repeatable)")  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Run the subcommand; ``check`` raises GoldpanError (exit code 2) where there are problems, after listing them."""
    commands = {"check": _check, "agree": _agree, "apply": _apply, "move": _move, "import": _import}
    return commands[args.gold_command](args)


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


def _apply(args: argparse.Namespace) -> int:
    import sys

    from pipeline.commands._reconcile import decisions_folder, gold_folder, sources
    from pipeline.reconcile.apply import apply
    from pipeline.reconcile.render import one_line
    from pipeline.review.decisions import Decisions
    from pipeline.review.settled import changes
    from pipeline.schema import GoldpanError

    folder, kept = gold_folder(args.gold), decisions_folder(args.decisions, args.gold)
    if not folder.is_dir():
        raise GoldpanError(f"{folder}: no such gold folder; give one with --gold")
    decisions = Decisions(kept)
    decisions.refresh()
    wanted, conflicts = changes(decisions)
    report = apply(folder, wanted, kept, sources=sources(args.texts), new=args.new, dry_run=args.dry_run)
    for line in report.diff.split("\n")[:-1]:
        print(one_line(line, 4000))
    for line in report.refused:
        print(f"not applied: {line}", file=sys.stderr)
    for doc, count in report.waiting.items():
        print(
            f"not applied: {count} of {one_line(doc)}, which has no gold; once somebody has read the whole text: "
            f"goldpan gold apply --new {one_line(doc)}",
            file=sys.stderr,
        )
    count = sum(report.changed.values())
    told = "would be made" if args.dry_run else "made"
    print(
        f"{folder}: {count} change{'s' if count != 1 else ''} {told} in {len(report.changed)} files; "
        f"{conflicts} in conflict, {len(report.refused)} refused, {sum(report.waiting.values())} without a gold file",
        file=sys.stderr,
    )
    return 0


def _move(args: argparse.Namespace) -> int:
    from pipeline.commands._reconcile import gold_folder, warn
    from pipeline.reading import read
    from pipeline.reconcile import gold
    from pipeline.reconcile.move import move
    from pipeline.schema import GoldpanError
    from pipeline.settings import Settings

    settings = Settings.load()
    old, new = read(args.old, settings), read(args.new, settings)
    file = args.gold or gold_folder(None) / f"{old.id}.jsonl"
    documents = gold.read(file, lambda doc: gold.Source(old.source, old.sha256), warn)
    if len(documents) > 1 and old.id not in documents:
        raise GoldpanError(
            f"{file}: gold of {len(documents)} documents, none of them {old.id}; give the file of one"
        )
    if not documents:
        raise GoldpanError(f"{file}: no gold in it; give that of {args.old}")
    moved = move(documents.get(old.id) or next(iter(documents.values())), old, new)
    for left in moved.left:
        m = left.mention
        print(f"not carried: {m.label} {m.text!r} ({m.start}–{m.end}): {left.reason}", file=sys.stderr)
    if args.out:
        gold.write(args.out, moved.gold)
    else:
        sys.stdout.write(gold.dumps(moved.gold))
    carried = len(moved.gold.mentions)
    print(
        f"goldpan: {carried} of {carried + len(moved.left)} mentions carried to {args.new}", file=sys.stderr
    )
    return 0


def _import(args: argparse.Namespace) -> int:
    """Write one gold file for each document of an export. Raises GoldpanError; files that are there stay."""
    from pipeline.commands._reconcile import sources
    from pipeline.reconcile import exchange, gold
    from pipeline.schema import GoldpanError, Mention

    by_doc: dict[str, list[Mention]] = {}
    for mention in exchange.load(args.format, args.path):
        by_doc.setdefault(mention.doc, []).append(mention)
    targets = {doc: args.out / f"{doc}.jsonl" for doc in by_doc}
    there = [str(path) for path in targets.values() if path.exists()]
    if there:
        raise GoldpanError(f"{there[0]}: is there already; import into an empty folder, then compare")
    outside = [doc for doc, path in targets.items() if path.parent.resolve() != args.out.resolve()]
    if outside:
        raise GoldpanError(f"{args.path}: the document name {outside[0]!r} leads out of {args.out}")
    args.out.mkdir(parents=True, exist_ok=True)
    look = sources(args.texts)
    for doc, mentions in sorted(by_doc.items()):
        source = look(doc)
        digest = source.sha256 if source else ""
        gold.write(targets[doc], gold.GoldDocument(doc, mentions, sha256=digest))
    print(f"{args.out}: {sum(map(len, by_doc.values()))} mentions of {len(by_doc)} documents")
    return 0
