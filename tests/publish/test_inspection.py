"""The last look at a pack: what no page of ours has, and what is a secret, is never published."""

import pytest
from tests.hostile import PAYLOADS

from destock.model.messages import Fault
from destock.publish.inspection import inspect

GOOD = (
    '<!DOCTYPE html><html lang="en"><title>x</title><p class="note">a &lt;b&gt;</p><a'
    ' href="index.html">x</a><img class="chart" alt="" src="data:image/png;base64,x"></html>'
)
CANARY = "canary-7f3a9c21"


@pytest.fixture
def pack(tmp_path):
    (tmp_path / "results").mkdir()
    (tmp_path / "index.html").write_text(GOOD, encoding="utf-8")
    (tmp_path / "results" / "pace.csv").write_text("item\na\n", encoding="utf-8")
    return tmp_path


def test_a_good_pack_passes(pack):
    inspect(pack, {"DB_PASSWORD": CANARY, "TOKEN": "short", "HOME": "index.html"})


@pytest.mark.parametrize(
    "raw",
    [
        "<script>1</script>",
        "<img src=x>",
        "<svg onload=alert(1)>",
        "<p onclick=x>",
        "<a href='javascript:alert(1)'>",
        "<a href='//x.example'>",
        "<a href='/etc/passwd'>",
        "<iframe>",
        "<base href=x>",
        "<link rel=stylesheet>",
        "<meta http-equiv=refresh content='0;url=//x'>",
        "<p style='x'>",
        "<form>",
        "<math>",
        "<img src='data:text/html,x'>",
    ],
)
def test_what_no_page_of_ours_has_is_not_published(pack, raw):
    (pack / "pacing.html").write_text(GOOD.replace("a &lt;b&gt;", raw), encoding="utf-8")
    with pytest.raises(Fault, match=r"pacing\.html would hold") as fault:
        inspect(pack, {})
    assert fault.value.exit_code == 5


@pytest.mark.parametrize("file", ["index.html", "run.json", "results/pace.csv"])
def test_a_secret_of_the_environment_is_not_published(pack, file):
    with (pack / file).open("a", encoding="utf-8") as target:
        target.write(f"<p>{CANARY}</p>")
    with pytest.raises(Fault, match="the value of DB_PASSWORD") as fault:
        inspect(pack, {"DB_PASSWORD": CANARY})
    assert fault.value.exit_code == 5
    assert CANARY not in str(fault.value)


@pytest.mark.parametrize("secret", ["p%40ssword-7f3a", "p@ssword-7f3a"])
def test_a_password_in_an_address_of_the_environment_is_not_published(pack, secret):
    (pack / "run.json").write_text(f'{{"note": "{secret}"}}', encoding="utf-8")
    with pytest.raises(Fault, match="the value of ERP") as fault:
        inspect(pack, {"ERP": "postgresql://reader:p%40ssword-7f3a@db/erp"})
    assert secret not in str(fault.value)


def test_raw_payloads_would_be_noticed(pack):
    elements = [
        payload
        for payload in PAYLOADS
        if "<script" in payload or "<img" in payload or "<iframe" in payload
    ]
    for payload in elements:
        (pack / "pacing.html").write_text(f"<p>{payload}</p>", encoding="utf-8")
        with pytest.raises(Fault):
            inspect(pack, {})


NAMES = {
    "DB_PASS": True,
    "DBPASS": True,
    "MYSQL_PWD": True,
    "SSH_KEY": True,
    "AWS_ACCESS_KEY_ID": True,
    "KEY_2": True,
    "PASS_PHRASE": True,
    "STRIPE_APIKEY": True,
}
NAMES |= {
    "PWD": False,
    "OLDPWD": False,
    "KEYBOARD": False,
    "XKEYBOARD_LAYOUT": False,
    "PASSENGERS": False,
}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_called_a_secret_is_one(pack, name):
    (pack / "results" / "pace.csv").write_text(f"item\n{CANARY}\n", encoding="utf-8")
    if not NAMES[name]:
        return inspect(pack, {name: CANARY})
    with pytest.raises(Fault, match=f"the value of {name}"):
        inspect(pack, {name: CANARY})


@pytest.mark.parametrize(
    "address",
    [
        "postgresql+psycopg2://reader:{}@db/erp",
        "mysql+pymysql://r:{}@db",
        "jdbc:postgresql://db/erp?user=r&password={}",
        "https://api.example/v1?api_key={}&x=1",
        "host=db user=r password={}",
        "host=db password='{}' user=r",
        "Driver=SQL;Uid=r;PWD={};Encrypt=yes",
        "https://db.example/?sig={}",
    ],
)
@pytest.mark.parametrize("password", ["zebra9", "zebra9/zebra9"])
def test_a_password_is_found_in_any_form_of_an_address(pack, address, password):
    (pack / "results" / "pace.csv").write_text(f"item\nthe {password} item\n", encoding="utf-8")
    with pytest.raises(Fault, match="the value of ERP"):
        inspect(pack, {"ERP": address.format(password)})


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("zebra9", "a zebra9, b"),
        ("zebra9", "<td>zebra9</td>"),
        ("z&b<r9", "<p>z&amp;b&lt;r9</p>"),
        ('q"uot9', '"q""uot9"'),
        ("斑马斑马", "“斑马斑马”"),
    ],
)
def test_a_short_secret_is_found_as_a_word(pack, secret, text):
    (pack / "results" / "pace.csv").write_text(f"item\n{text}\n", encoding="utf-8")
    with pytest.raises(Fault, match="the value of DB_PASS"):
        inspect(pack, {"DB_PASS": secret})


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("1", "1"),
        ("test", "a test of prices"),
        ("true", "true"),
        ("abc", "abc"),
        ("4711", "4711"),
        ("zebra", "zebras"),
        ("zebra9", "xzebra9"),
        ("", ""),
    ],
)
def test_what_could_stand_in_any_pack_is_no_trace_of_a_secret(pack, secret, text):
    (pack / "results" / "pace.csv").write_text(f"item\n{text}\n", encoding="utf-8")
    inspect(pack, {"DB_PASS": secret})


def test_a_short_secret_is_not_looked_for_in_packed_bytes(pack):
    (pack / "results" / "pace.parquet").write_bytes(b"PAR1 zebra9 PAR1")
    inspect(pack, {"DB_PASS": "zebra9"})
