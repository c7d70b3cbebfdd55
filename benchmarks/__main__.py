"""The command: ``python -m benchmarks`` for speed, ``… quality`` for quality, ``… flows`` for whole runs."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.processes import ROOT, Failed
from benchmarks.texts import data_folder, find
from pipeline.schema import GoldpanError

_EPILOG = """\
Texts: --texts, else the variable GOLDPAN_BENCH (folders, separated like PATH), else those of corpus/manifest.csv
that are here, and PICO-Corpus where --data or GOLDPAN_DATA names the folder of pico_corpus/ and bc5cdr/.

examples:
  python -m benchmarks --quick                          two minutes, one round on 30,000 words
  python -m benchmarks --texts DIR DIR --pdf DIR        the whole table on texts and PDFs of your own
  python -m benchmarks --only goldpan --only start      without the other tools
  python -m benchmarks flows                            100,000 abstracts through goldpan run; half an hour
  python -m benchmarks quality --data DIR --errors 20   scores with intervals, and errors by cause
"""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(
        prog="python -m benchmarks", description="How fast and how good goldpan is, beside other tools.",
        epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    top.add_argument("what", nargs="?", choices=("speed", "quality", "flows"), default="speed")
    top.add_argument("--texts", type=Path, nargs="+", default=[], metavar="DIR", help="folders of .txt files")
    top.add_argument("--data", type=Path, metavar="DIR", help="folder of pico_corpus/ and bc5cdr/")
    top.add_argument(
        "--pdf", type=Path, metavar="DIR", help="folder of PDFs (default: three papers made here)"
    )
    top.add_argument("--quick", action="store_true", help="one round on 30,000 words")
    parts = ("goldpan", "peers", "pdf", "start", "growth")
    top.add_argument("--only", action="append", choices=parts, help="only this part (repeatable)")
    top.add_argument("--peers", type=Path, default=ROOT / "outputs" / "peers", metavar="DIR",
                     help="environment of the others, made when missing (default: outputs/peers)")  # fmt: skip
    top.add_argument(
        "--documents", type=int, metavar="N", help="largest number of documents for growth and flows"
    )
    top.add_argument(
        "--errors", type=int, default=0, metavar="N", help="quality: the N commonest causes of errors"
    )
    top.add_argument("--out", type=Path, metavar="FILE", help="write the table here as well")
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; 2 where what was asked for is not there."""
    args = parser().parse_args(argv)
    try:
        data = data_folder(args.data)
        if args.what == "flows":
            from benchmarks import flows

            with tempfile.TemporaryDirectory(prefix="bench-") as folder:
                largest = args.documents or (5_000 if args.quick else 100_000)
                table = flows.table(Path(folder), largest, lambda text: print(text, file=sys.stderr))
        elif args.what == "quality":
            from benchmarks import quality

            table = quality.run(args.texts, data, args.errors)
        else:
            from benchmarks import speed

            texts = find(args.texts, data)
            with tempfile.TemporaryDirectory(prefix="bench-") as folder:
                table = speed.run(
                    texts, args.only or speed.PARTS, quick=args.quick, pdf=args.pdf, folder=Path(folder),
                    peers=args.peers, largest=args.documents,
                )  # fmt: skip
    except (GoldpanError, Failed) as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 2
    if args.out:
        args.out.write_text(table + "\n", encoding="utf-8")
    print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
