"""The command line: ``destock report``, ``destock check``, ``destock sample``."""

import argparse
import os
import signal
import sys
from pathlib import Path

from tqdm import tqdm

from destock.model.folders import ROOT
from destock.model.messages import LANGUAGES, Fault, language, mark, say, speak
from destock.model.notebooks import Notebook, notebooks
from destock.publish.arguments import absolute, days, pages, settings, shops

INTERRUPTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(argv: list[str] | None = None) -> int:
    """Run a command; returns its exit code. A fault is one line on stderr, never a traceback."""
    # a bare timer, which would write no name of a Chinese shop
    if argv is None and sys.getfilesystemencoding() != "utf-8":
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606
    first = argparse.ArgumentParser(add_help=False)
    first.add_argument("--lang", choices=LANGUAGES, default="en")
    # before the rest, so that help and errors speak it too
    speak(first.parse_known_args(argv)[0].lang)
    arguments = _parser().parse_args(argv)
    for number in INTERRUPTS:
        signal.signal(number, _interrupt)
    try:
        return arguments.run(arguments) or 0
    except Fault as fault:
        print(f"destock: {fault}", file=sys.stderr)
        return fault.exit_code
    except Interrupted as interrupted:
        print("destock:", say("interrupted; the last good pack stays"), file=sys.stderr)
        return interrupted.exit_code


class Interrupted(BaseException):
    """A signal asks for the end: everything that was started is ended on the way out."""

    def __init__(self, number: int):
        super().__init__(number)
        self.exit_code = 130 if number == signal.SIGINT else 143


def _interrupt(number: int, _) -> None:
    for other in INTERRUPTS:
        signal.signal(other, signal.SIG_IGN)
    raise Interrupted(number)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="destock",
        description=say(
            "Which stock is too much, why, what it costs, and how to turn it into cash."
        ),
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_report(commands)
    for name, notebook in notebooks().items():
        if not notebook.in_pack:
            _add_page(commands, name, notebook)
    check = _command(
        commands, "check", _check, say("read a shop's tables and say what can be used"), "my-shop"
    )
    check.add_argument("shop", metavar="SHOP", help=say("folder with a shop.toml"))
    check.add_argument(
        "--out",
        type=Path,
        default=ROOT / "reports",
        metavar="DIR",
        help=say("folder of the list of rejected rows; without it reports"),
    )
    _add_init(commands)
    _add_sample(commands)
    return parser


def _add_report(commands) -> None:
    report = _command(
        commands,
        "report",
        _report,
        say("build the pack of a shop"),
        "data/sample --as-of 2026-06-07 --lang zh --set capital_rate=0.12",
    )
    report.add_argument("shops", metavar="SHOP", nargs="+", help=say("folder with a shop.toml"))
    _add_terms(report)
    report.add_argument(
        "--from",
        dest="first",
        metavar="D",
        help=say("with --to: a pack for every week or month from this day on"),
    )
    report.add_argument(
        "--to", dest="last", metavar="D", help=say("with --from: no pack after this day")
    )
    report.add_argument(
        "--every",
        choices=("week", "month"),
        default="week",
        help=say("what lies between two packs from --from to --to"),
    )
    report.add_argument(
        "--force",
        action="store_true",
        help=say(
            "make those packs from --from to --to again that are there already, and replace another"
            " shop's"
        ),
    )
    report.add_argument(
        "--only",
        nargs="+",
        default=[],
        metavar="NAME",
        help=say("only these pages: {pages}", pages=" ".join(notebooks())),
    )
    report.set_defaults(asks=())


def _add_page(commands, name: str, notebook: Notebook) -> None:
    """A command for a page that no pack has unless it is asked for: it makes that page alone."""
    asked = " ".join(word.upper() for word in notebook.asks)
    page = _command(commands, name, _report, notebook.question, f"data/sample {asked}")
    page.add_argument("shops", metavar="SHOP", nargs=1, help=say("folder with a shop.toml"))
    for word, meaning in notebook.asks.items():
        page.add_argument(word, metavar=word.upper(), nargs="?", default="", help=say(meaning))
    _add_terms(page)
    page.set_defaults(
        first=None, last=None, every="week", force=False, only=[name], asks=tuple(notebook.asks)
    )


def _add_terms(command: argparse.ArgumentParser) -> None:
    """What every pack can be told: its day, its assumptions, its folder."""
    command.add_argument(
        "--as-of",
        metavar="D",
        help=say(
            "day of the report, such as 2026-06-07; without it the shop's own, or its last order's"
        ),
    )
    command.add_argument(
        "--set",
        nargs="+",
        default=[],
        metavar="NAME=VALUE",
        action="extend",
        help=say("other assumptions for this run"),
    )
    command.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help=say("folder of the pack; without it reports/SHOP-DAY-LANGUAGE"),
    )


def _add_init(commands) -> None:
    init = _command(
        commands, "init", _init, say("write the shop.toml of a folder of exports"), "my-shop --yes"
    )
    init.add_argument("folder", metavar="DIR", type=Path, help=say("folder with exports"))
    init.add_argument(
        "--yes", action="store_true", help=say("ask nothing: assume what is likeliest, and mark it")
    )


def _add_sample(commands) -> None:
    sample = _command(
        commands, "sample", _sample, say("make a simulated shop"), "my-sample --seed 7 --styles 60"
    )
    sample.add_argument("folder", metavar="DIR", type=Path, help=say("folder to make"))
    sample.add_argument(
        "--seed",
        type=int,
        default=1,
        metavar="N",
        help=say("the same seed makes the same shop (default 1)"),
    )
    sample.add_argument(
        "--styles", type=int, default=450, metavar="N", help=say("number of styles (default 450)")
    )
    sample.add_argument(
        "--years", type=int, default=4, metavar="N", help=say("years of history (default 4)")
    )


def _command(commands, name: str, run, text: str, example: str) -> argparse.ArgumentParser:
    command = commands.add_parser(
        name,
        help=text,
        description=text,
        epilog=say("example: {command}", command=f"destock {name} {example}"),
    )
    command.add_argument(
        "--lang", choices=LANGUAGES, default="en", help=say("language of pages and messages")
    )
    command.set_defaults(run=run)
    return command


def _report(arguments: argparse.Namespace) -> int:
    from destock.model.folders import keep_to_owner
    from destock.publish.packs import Pack, publish_all

    own, only = settings(arguments.set), pages(arguments.only, list(notebooks()))
    given = {name: vars(arguments)[name] for name in arguments.asks}
    packs = [
        Pack(shop, day, own, only, arguments.out, arguments.force, given)
        for shop in shops(arguments.shops)
        for day in days(arguments)
    ]
    if arguments.out and len(packs) > 1:
        raise Fault(2, mark("--out is the folder of one pack, and these are {n}"), n=len(packs))
    wanted = [pack for pack in packs if arguments.force or not arguments.first or not pack.finished]
    if len(packs) > len(wanted):
        print(say("{n} packs are there already", n=len(packs) - len(wanted)), file=sys.stderr)
    keep_to_owner()
    return publish_all(wanted, *_shown(wanted)) if wanted else 0


def _shown(packs: list) -> tuple:
    """How the packs are seen to grow: a bar for their steps, a line for each that ended."""
    steps = sum(len(pack.names) + 2 for pack in packs)
    bar = tqdm(
        total=steps,
        bar_format="{l_bar}{bar}| {n_fmt}/{total_fmt}{postfix}",
        file=sys.stderr,
        disable=None,
        leave=False,
    )

    def progress(step: str) -> None:
        bar.set_postfix_str(step)
        bar.update()

    def ended(pack, outcome: Path | Fault) -> None:
        bar.clear()
        which = f"{pack.shop.name} {pack.as_of or ''}".strip() + ": " if len(packs) > 1 else ""
        if isinstance(outcome, Fault):
            print(f"destock: {which}{outcome}", file=sys.stderr)
        else:
            print(outcome / "index.html")

    return progress, ended


def _init(arguments: argparse.Namespace) -> None:
    from destock.publish.init import write_shop

    ask = input if sys.stdin.isatty() and not arguments.yes else None
    said = write_shop(arguments.folder, arguments.yes, ask)
    print("\n".join(said.lines))
    if said.complete:
        _tell_check(arguments.folder, ROOT / "reports", sample=True)


def _check(arguments: argparse.Namespace) -> None:
    _tell_check(arguments.shop, arguments.out)


def _tell_check(shop: str | Path, out: Path, sample: bool = False) -> None:
    from destock.model.folders import keep_to_owner
    from destock.publish.supervisor import Supervisor

    keep_to_owner()
    with Supervisor(workers=1, groups=1) as supervisor:
        asked = {"place": f"{absolute(shop)}", "out": f"{absolute(out)}", "sample": sample}
        said = supervisor.answered("check:told", 1, lang=language(), **asked)
    print("\n".join(said["lines"]))
    if said["refused"]:
        raise Fault(4, "{text}", text=said["refused"])


def _sample(arguments: argparse.Namespace) -> None:
    from destock.sample import write_sample

    print(
        write_sample(
            arguments.folder, seed=arguments.seed, styles=arguments.styles, years=arguments.years
        )
    )
