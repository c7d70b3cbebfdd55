"""``goldpan review``: the curator's page."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HELP = "open the curator's page: settle a run's differences from gold, one key each"
EPILOG = """\
The page shows one difference at a time, what matters first: contradictions and alarms, figures of studies, then the
rest. A accepts what the run found, R keeps gold, F fixes, S skips, U takes back; every key stands on its button.
Each decision is on the disk (annotations/decisions/) before the next one is shown. Then:

  goldpan gold apply        writes what was decided into annotations/gold, and shows the diff

Two curators: each opens the page under a name of their own (--curator). Where they differ, a third decides.

examples:
  goldpan review                                the newest run against annotations/gold
  goldpan review RUN --gold my-gold --texts papers/
  goldpan review RUN --port 8080 --no-browser   prints the address with its token
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("target", nargs="?", default="latest", metavar="RUN",
                        help="a run's folder, its id, or a mentions.jsonl (default: the newest run)")  # fmt: skip
    parser.add_argument("--gold", type=Path, metavar="DIR", help="gold folder (default: annotations/gold)")
    parser.add_argument("--texts", type=Path, action="append", default=[], metavar="DIR",
                        help="folder of the source texts (repeatable)")  # fmt: skip
    parser.add_argument("--decisions", type=Path, metavar="DIR",
                        help="where decisions are kept (default: decisions/ beside the gold folder)")  # fmt: skip
    parser.add_argument("--curator", metavar="NAME", help="who decides (default: your login name)")
    parser.add_argument("--port", type=int, metavar="N",
                        help="port on 127.0.0.1; 0: any free one (default: 8765, or a free one)")  # fmt: skip
    parser.add_argument("--no-browser", action="store_true", help="print the address, open no browser")


def run(args: argparse.Namespace) -> int:
    """Serve the page until interrupted. Raises GoldpanError for bad input and for a port that is taken."""
    import getpass
    import webbrowser

    from pipeline.commands._reconcile import decisions_folder, find_run, warn
    from pipeline.review.api import Api
    from pipeline.review.open import open_run
    from pipeline.review.server import PORT, Server
    from pipeline.schema import GoldpanError
    from pipeline.settings import Settings

    settings = Settings.load()
    missing = next((path for path in args.texts if not path.is_dir()), None)
    if missing is not None:
        raise GoldpanError(f"{missing}: no such folder of texts; correct --texts")
    decisions = decisions_folder(args.decisions, args.gold)
    try:
        who = args.curator or getpass.getuser()
    except (OSError, KeyError):
        raise GoldpanError("your login name is unknown; give --curator NAME") from None
    session = open_run(find_run(args.target), args.gold, decisions, who, settings, args.texts, warn)
    api = Api(session)
    try:
        server = Server(api, PORT if args.port is None else args.port)
    except (OSError, OverflowError) as error:
        if args.port is not None:
            raise GoldpanError(f"port {args.port}: cannot be used ({error}); give another --port") from error
        server = Server(api, 0)
    print(server.address, flush=True)
    progress = session.queue.progress()
    print(
        f"{session.queue.run}: {progress['total']} to settle, {progress['settled']} settled; {who}'s decisions go to "
        f"{decisions}; Ctrl-C ends",
        file=sys.stderr, flush=True,
    )  # fmt: skip
    if not args.no_browser:
        webbrowser.open(server.address)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print(
            f"\n{session.queue.progress()['settled']} settled; goldpan gold apply writes them into gold",
            file=sys.stderr,
        )
    finally:
        server.server_close()
    return 0
