"""A pack that fails, is killed, or is made twice: one clear line, and the last good pack stays."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import Future

import pytest
from tests.torture import batch as torture

from destock.model.folders import ROOT
from destock.model.messages import Fault
from destock.panel.book import open_book
from destock.publish import place as places
from destock.publish.cli import main
from destock.publish.packs import Pack, publish
from destock.publish.supervisor import Supervisor, end_strays

DOUYIN = ROOT / "tests" / "shops" / "douyin"
DESTOCK = [
    sys.executable,
    "-c",
    "import sys; from destock.publish.cli import main; sys.exit(main())",
]


def digest(folder):
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


@pytest.fixture
def last_week(tmp_path):
    """A place with last week's pack."""
    place = tmp_path / "reports" / "pack"
    place.mkdir(parents=True)
    (place / "index.html").write_text("last week")
    return place


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project, whose notebooks a test may break."""
    project = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "lib", project / "lib")
    shutil.copytree(ROOT / "notebooks", project / "notebooks")
    return project


def break_notebook(project, name, source, code):
    """In a copied notebook, code in the place of one cell."""
    path = project / "notebooks" / name
    notebook = json.loads((ROOT / "notebooks" / name).read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if source in "".join(cell["source"]):
            cell["source"] = [code]
    path.write_text(json.dumps(notebook), encoding="utf-8")


def run(project, *arguments, **options):
    environment = os.environ | {"PYTHONPATH": str(project / "lib")}
    return subprocess.run(
        [*DESTOCK, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment,
        **{"timeout": 300} | options,
    )


class TestFailure:
    @pytest.mark.parametrize(
        ("code", "exit_code", "says"),
        [
            ("1 / 0", 1, "cell 6: ZeroDivisionError: division by zero"),
            (
                "import os; os.kill(os.getpid(), 9)",
                7,
                "cell 6: its process was killed by signal 9, peak memory",
            ),
        ],
    )
    def test_a_failing_notebook_names_its_cell_and_the_last_good_pack_stays(
        self, small_shop, project, last_week, code, exit_code, says
    ):
        break_notebook(project, "04_pacing.ipynb", "charts.pacing(", code)
        ended = run(project, "report", small_shop, "--only", "pacing", "--out", last_week)
        assert ended.returncode == exit_code
        last = ended.stderr.strip().splitlines()[-1]
        assert "notebook pacing" in last
        assert says in last
        assert "Traceback" not in ended.stderr
        assert [p.name for p in last_week.parent.rglob("*")] == ["pack", "index.html"]
        assert (last_week / "index.html").read_text() == "last week"

    def test_a_place_that_cannot_be_written_is_said(self, small_shop, tmp_path):
        (tmp_path / "file").write_text("")
        with pytest.raises(Fault, match="cannot write") as fault, Supervisor() as supervisor:
            publish(
                Pack(small_shop, out=tmp_path / "file" / "pack", only=["impact"]),
                supervisor,
                lambda step: None,
            )
        assert fault.value.exit_code == 5

    @pytest.mark.parametrize("last", ["2026-06-07-en", "2026-05-31-zh"])
    def test_a_disk_without_room_for_another_such_pack_is_said_before_any_work(
        self, small_shop, tmp_path, monkeypatch, last
    ):
        place, there = (tmp_path / f"{small_shop.name}-{name}" for name in ("2026-06-07-en", last))
        there.mkdir()
        (there / "index.html").write_text("x" * 6_999_000)
        (there / "run.json").write_text("x" * 1_000)
        before, usage = digest(tmp_path), shutil.disk_usage(tmp_path)
        monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=6_999_999))
        with pytest.raises(
            Fault, match="about 7,000,000 bytes are needed, 6,999,999 are free"
        ) as fault:
            # no supervisor was asked for anything
            publish(Pack(small_shop, out=place), None, lambda step: None)
        assert (fault.value.exit_code, str(tmp_path) in str(fault.value)) == (5, True)
        assert digest(tmp_path) == before

    def test_a_cache_without_room_is_said(self, small_shop, monkeypatch, tmp_path):
        monkeypatch.setenv("DESTOCK_CACHE", str(tmp_path / "cache"))
        usage = shutil.disk_usage(tmp_path)
        monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1000))
        with pytest.raises(Fault, match=r"cache.*bytes are needed, 1,000 are free") as fault:
            open_book(small_shop).panel("run")
        assert fault.value.exit_code == 5
        assert [path.name for path in (tmp_path / "cache").iterdir() if path.is_dir()] == []


class TestManyPacks:
    def test_a_broken_shop_loses_no_other(self, project, tmp_path):
        shutil.copytree(DOUYIN, shop := tmp_path / "good")
        ended = run(
            project,
            "report",
            shop,
            tmp_path / "nowhere",
            "--as-of",
            "2026-05-31",
            "--only",
            "impact",
        )
        assert ended.returncode == 3
        assert "nowhere 2026-05-31: no shop at" in ended.stderr
        assert ended.stdout.strip().endswith("good-2026-05-31-en-impact/index.html")

    def test_a_past_is_filled_in_once_and_a_bad_month_stops_no_other(self, project, tmp_path):
        shutil.copytree(DOUYIN, shop := tmp_path / "weekly")
        months = [
            "report",
            shop,
            "--from",
            "2026-03-31",
            "--to",
            "2026-05-31",
            "--every",
            "month",
            "--only",
            "impact",
        ]
        ended = run(project, *months, timeout=600)
        assert ended.returncode == 4
        made = sorted(line.rpartition("reports/")[2] for line in ended.stdout.split())
        assert made == [f"weekly-2026-{day}-en-impact/index.html" for day in ("04-30", "05-31")]
        assert "weekly 2026-03-31: nothing happened up to 2026-03-31" in ended.stderr
        again = run(project, *months)
        assert (again.returncode, again.stdout) == (4, "")
        assert "2 packs are there already" in again.stderr

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (["a", "b/a"], 'two shops are called "a"'),
            (["a b", "c/a-b"], 'two shops are called "a-b"'),
            (["A", "b/a"], 'two shops are called "a"'),
            (
                ["a", "--from", "0001-01-01", "--to", "9999-12-31"],
                "are 521723 packs of a shop, and one command makes at most 1044",
            ),
            (
                ["a", "--from", "0001-01-01", "--to", "9999-12-31", "--every", "month"],
                "are 119988 packs",
            ),
            (["a", "b", "--out", "pack"], "--out is the folder of one pack"),
            (["a", "--from", "2026-01-01"], "--from and --to belong together"),
            (["a", "--from", "2026-01-02", "--to", "2026-01-01"], "--from 2026-01-02 is after"),
            (["a", "--from", "January", "--to", "2026-01-01"], '--from "January" is not a date'),
        ],
    )
    def test_what_cannot_be_asked_is_said(self, capsys, arguments, says):
        code, said = main(["report", *arguments]), capsys.readouterr().err
        assert (code, says in said) == (2, True), said


def test_a_check_shows_its_page_then_refuses_and_leaves_the_list(project, tmp_path):
    shutil.copytree(DOUYIN, shop := tmp_path / "late")
    for orders in shop.glob("orders/*.csv"):
        orders.write_text(
            orders.read_text(encoding="utf-8").replace("2026-", "20x6-"), encoding="utf-8"
        )
    ended = run(project, "check", shop)
    assert (ended.returncode, len(ended.stderr.splitlines()), "9 of 9 rows" in ended.stderr) == (
        4,
        1,
        True,
    )
    assert "orders-1.csv:2 column" in ended.stdout
    assert (
        len((project / "reports" / "late-rejects.csv").read_text(encoding="utf-8-sig").splitlines())
        > 9
    )
    assert (project / "reports" / "late-rejects.csv").stat().st_mode & 0o077 == 0


class TestTwoShopsOfOneName:
    @pytest.fixture
    def theirs(self, project):
        """The place of two packs of a shop of the same name, each as the last run left it."""
        places_of = [project / "reports" / f"shop-2026-05-{day}-en-impact" for day in ("24", "31")]
        for place in places_of:
            place.mkdir(parents=True)
            (place / "index.html").write_text("theirs")
            (place / "run.json").write_text(json.dumps({"status": "ok", "shop_number": "theirs"}))
        yield places_of
        for place in places_of:
            shutil.rmtree(place)

    def test_neither_replaces_nor_skips_the_packs_of_the_other(self, project, theirs, tmp_path):
        shutil.copytree(DOUYIN, shop := tmp_path / "b" / "shop")
        ended = run(
            project,
            "report",
            shop,
            "--from",
            "2026-05-24",
            "--to",
            "2026-05-31",
            "--only",
            "impact",
        )
        assert (ended.returncode, ended.stdout, "already" in ended.stderr) == (2, "", False)
        assert ended.stderr.count("is the pack of another shop of this name") == 2
        assert [(place / "index.html").read_text() for place in theirs] == ["theirs"] * 2

    def test_a_finished_pack_is_this_shops_own(self, tmp_path):
        pack = Pack(tmp_path / "shop", "2026-05-31", out=tmp_path / "pack")
        (tmp_path / "pack").mkdir()
        (tmp_path / "pack" / "index.html").write_text("")
        finished = {}
        for said in (
            {"shop_number": pack.number},
            {"shop_number": "theirs"},
            {},
            {"status": "failed"},
        ):
            (tmp_path / "pack" / "run.json").write_text(json.dumps({"status": "ok"} | said))
            finished[str(said)] = pack.finished
        assert list(finished.values()) == [True, False, True, False]
        (tmp_path / "pack" / "run.json").write_text("no JSON")
        assert not pack.finished


def test_an_export_that_changes_during_a_run_is_named_and_the_last_good_pack_stays(
    tmp_path, last_week
):
    shutil.copytree(DOUYIN, shop := tmp_path / "shop")
    process = torture.start(shop, *torture.ONE_PAGE, "--out", last_week)
    started = time.monotonic()
    # it has been read, and its page is being made
    while not list(last_week.parent.glob(".pack-*")) and time.monotonic() < started + 60:
        time.sleep(0.02)
    (shop / "stock.csv").write_text(
        (shop / "stock.csv").read_text(encoding="utf-8").replace(",47", ",48"), encoding="utf-8"
    )
    code, said = torture.ended(process)
    assert (code, "stock.csv changed while it was being read" in said) == (5, True)
    assert [path.name for path in last_week.parent.rglob("*")] == ["pack", "index.html"]


def test_what_is_no_folder_of_ours_is_passed_over(tmp_path, monkeypatch):
    (tmp_path / "precious").mkdir()
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    dead = 999_999_999
    for name, target in (
        (f"destock-{dead}-link", tmp_path / "precious"),
        (f"destock-{dead}-nowhere", tmp_path / "nowhere"),
    ):
        (tmp_path / "tmp" / name).symlink_to(target)
    for name in (
        f"destock-{dead}-other",
        f"destock-{dead}-ours",
        "destock-²-x",
        f"destock-{'9' * 40}-x",
        f"destock-{os.getpid()}-x",
    ):
        (tmp_path / "tmp" / name).mkdir()
    (tmp_path / "tmp" / f"destock-{dead}-file").write_text("")
    others = os.getuid() == 0  # nobody else may give a folder away
    if others:
        os.chown(tmp_path / "tmp" / f"destock-{dead}-other", 12345, 12345)
    before = {path.name for path in (tmp_path / "tmp").iterdir()}
    end_strays()
    gone = before - {path.name for path in (tmp_path / "tmp").iterdir()}
    assert gone == {f"destock-{dead}-ours"} | (set() if others else {f"destock-{dead}-other"})
    assert (tmp_path / "precious").is_dir()


def test_what_a_stray_was_building_goes_with_it(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (stray := tmp_path / "destock-999999999-x").mkdir()
    (building := tmp_path / "building-1").mkdir()
    (stray / "belongings").write_bytes(os.fsencode(building) + b"\0")
    end_strays()
    assert list(tmp_path.iterdir()) == []


def test_no_building_folder_stays(tmp_path, monkeypatch):
    monkeypatch.setenv("DESTOCK_CACHE", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    def built():
        return list(tmp_path.glob("building-*"))

    for told in (lambda supervisor: None, lambda supervisor: supervisor._process.terminate()):
        with Supervisor(1, groups=1) as supervisor:
            job = supervisor.submit("tests.publish.jobs:build_without_end", groups=1)
            while not built():
                assert not job.done(), job.result()
                time.sleep(0.02)
            told(supervisor)
        assert built() == []


@pytest.mark.parametrize(("way", "code"), [("TERM", 143), ("command", -9), ("supervisor", 7)])
def test_killed_it_leaves_nothing_behind(tmp_path, monkeypatch, way, code):
    for name in ("tmp", "cache", "packs"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setenv("DESTOCK_CACHE", str(tmp_path / "cache"))
    process = torture.start(DOUYIN, *torture.ONE_PAGE, "--out", tmp_path / "packs" / "pack")
    started = time.monotonic()
    # its page and its figures are being made
    while not list((tmp_path / "packs").glob(".pack-*")) and time.monotonic() < started + 60:
        time.sleep(0.05)
    torture.kill(process, way)
    assert torture.ended(process)[0] == code
    deadline = time.monotonic() + 5
    while torture.left_behind(tmp_path / "packs") and time.monotonic() < deadline:
        time.sleep(0.1)
    assert torture.left_behind(tmp_path / "packs") == []
    assert not (tmp_path / "packs" / "pack").exists()


ANOTHER_THREAD_IS_TOLD = """
import signal, sys, threading, time
from pathlib import Path
from destock.publish.cli import main

def tell():
    while not list(Path(sys.argv[-1]).parent.glob(".pack-*")):
        time.sleep(0.02)
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

threading.Thread(target=tell, daemon=True).start()
sys.exit(main(sys.argv[1:]))
"""


def test_a_signal_is_answered_at_once_whichever_thread_it_reaches(tmp_path, monkeypatch):
    """The pack used to be finished, and the command to end as one that was interrupted."""
    (tmp_path / "cache").mkdir()
    monkeypatch.setenv("DESTOCK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "lib"))
    place = tmp_path / "packs" / "pack"
    command = [sys.executable, "-c", ANOTHER_THREAD_IS_TOLD, "report", str(DOUYIN)]
    ended = subprocess.run(
        [*command, *torture.ONE_PAGE, "--out", str(place)], capture_output=True, check=False
    )
    assert ended.returncode == 143
    assert not place.exists()


@pytest.mark.parametrize("seconds", [0, 0.5, 1])
def test_the_supervisor_ends_when_it_is_told_whatever_it_is_importing(seconds):
    """It used to be killed after ten seconds, in which a pack that nobody wanted any more was
    finished.
    """
    with Supervisor() as supervisor:
        supervisor._start()
        time.sleep(seconds)
    assert supervisor._process.returncode == 0


def test_nothing_is_started_after_the_end():
    """An interrupt between the start of a command and its first job left a pack that nobody wanted
    running to its end.
    """
    with Supervisor() as supervisor:
        pass
    with pytest.raises(Fault, match="was ended") as fault:
        supervisor.submit("tests.publish.jobs:build_without_end")
    assert (fault.value.exit_code, supervisor._process) == (7, None)


def test_nothing_is_started_before_there_is_a_job():
    """A command whose pack is being made already ends at once, and warms nothing up."""
    with Supervisor() as supervisor:
        assert supervisor._process is None


def test_the_same_pack_made_at_the_same_time_ends_with_75(tmp_path):
    place = Pack(DOUYIN, out=tmp_path / "pack").place("")
    with places.held(place):
        ended = run(ROOT, "report", DOUYIN, "--out", place)
    assert (ended.returncode, f"process {os.getpid()} " in ended.stderr) == (75, True)


def test_only_a_kernel_that_did_not_start_and_a_lost_connection_are_tried_again(monkeypatch):
    monkeypatch.setattr(time, "sleep", lambda seconds: None)

    def tries(*answers):
        left = list(answers)
        said = Supervisor().result(lambda: _done({"answer": left.pop(0)}))
        return said, len(answers) - len(left)

    assert tries({"again": True}, {"again": True}, {"status": "ok"}) == ({"status": "ok"}, 3)
    assert tries(
        {"exit_code": 7, "again": True}, {"again": True}, {"again": True, "last": 1}, {}
    ) == ({"again": True, "last": 1}, 3)
    assert tries({"exit_code": 1}, {"status": "ok"}) == ({"exit_code": 1}, 1)


def _done(answer):
    future = Future()
    future.set_result(answer)
    return future
