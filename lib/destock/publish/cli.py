"""The command line: ``destock report``, ``destock check``, ``destock sample``."""

import argparse
import os
import sys
from pathlib import Path

from tqdm import tqdm

from destock.model.messages import LANGUAGES, Fault, mark, say, speak


def main(argv: list[str] | None = None) -> int:
    """Run a command; returns its exit code. A fault is one line on stderr, never a traceback."""
    first = argparse.ArgumentParser(add_help=False)
    first.add_argument("--lang", choices=LANGUAGES, default="en")
    speak(first.parse_known_args(argv)[0].lang)  # before the rest, so that help and errors speak it too
    arguments = _parser().parse_args(argv)
    try:
        return arguments.run(arguments) or 0
    except Fault as fault:
        print(f"destock: {fault}", file=sys.stderr)
        return fault.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="destock", description=say("Which stock is too much, why, what it costs, and how to turn it into cash.")
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    shop = say("folder with a shop.toml")
    report = _command(
        commands, "report", _report, say("build the pack of a shop"), "data/sample --as-of 2026-06-07 --lang zh --set capital_rate=0.12"
    )
    report.add_argument("shop", metavar="SHOP", help=shop)
    report.add_argument(
        "--as-of", metavar="D", help=say("day of the report, such as 2026-06-07; without it the shop's own, or its last order's")
    )
    report.add_argument(
        "--only",
        nargs="+",
        default=[],
        metavar="NAME",
        help=say("only these pages: {pages}", pages="summary intake classification impact pacing elasticity"),
    )
    report.add_argument("--set", nargs="+", default=[], metavar="NAME=VALUE", action="extend", help=say("other assumptions for this run"))
    report.add_argument("--out", type=Path, metavar="DIR", help=say("folder of the pack; without it reports/SHOP-DAY-LANGUAGE"))
    check = _command(commands, "check", _check, say("read a shop's tables and say what can be used"), "my-shop")
    check.add_argument("shop", metavar="SHOP", help=shop)
    sample = _command(commands, "sample", _sample, say("make a simulated shop"), "my-sample --seed 7 --styles 60")
    sample.add_argument("folder", metavar="DIR", type=Path, help=say("folder to make"))
    sample.add_argument("--seed", type=int, default=1, metavar="N", help=say("the same seed makes the same shop (default 1)"))
    sample.add_argument("--styles", type=int, default=450, metavar="N", help=say("number of styles (default 450)"))
    sample.add_argument("--years", type=int, default=4, metavar="N", help=say("years of history (default 4)"))
    return parser


def _command(commands, name: str, run, text: str, example: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=text, epilog=say("example: {command}", command=f"destock {name} {example}"))
    command.add_argument("--lang", choices=LANGUAGES, default="en", help=say("language of pages and messages"))
    command.set_defaults(run=run)
    return command


def _report(arguments: argparse.Namespace) -> None:
    from destock.panel.book import open_book
    from destock.publish.batch import publish
    from destock.publish.html import NOTEBOOKS

    settings, only = _settings(arguments.set), _pages(arguments.only, list(NOTEBOOKS))
    open_book(_absolute(arguments.shop), arguments.as_of, settings)  # what is wrong with the shop is said before the bar
    steps = len(only or NOTEBOOKS) + 2
    with tqdm(total=steps, bar_format="{l_bar}{bar}| {n_fmt}/{total_fmt}{postfix}", file=sys.stderr, disable=None) as bar:

        def progress(step: str) -> None:
            bar.set_postfix_str(step)
            bar.update()

        place = publish(_absolute(arguments.shop), arguments.as_of, settings, arguments.out, only, progress)
    print(place / "index.html")


def _check(arguments: argparse.Namespace) -> None:
    from destock.publish import check

    check.run(_absolute(arguments.shop))


def _sample(arguments: argparse.Namespace) -> None:
    from destock.intake.sample import write_sample

    print(write_sample(arguments.folder, seed=arguments.seed, styles=arguments.styles, years=arguments.years))


def _absolute(shop: str) -> Path:
    return Path(os.path.abspath(shop))


def _settings(pairs: list[str]) -> dict[str, str]:
    settings = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or name in settings:
            raise Fault(2, mark('--set takes NAME=VALUE once for each name: "{pair}"'), pair=pair)
        settings[name] = value
    return settings


def _pages(names: list[str], known: list[str]) -> list[str]:
    for name in names:
        if name not in known:
            raise Fault(2, mark('page "{name}" is not known: use {known}'), name=name, known=" ".join(known))
    return names
