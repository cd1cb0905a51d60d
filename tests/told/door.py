"""What is told of the data: rows, gaps, missing tables."""

from tests.told.pack import Pack, day, tells

USED = ("order_lines", "purchases", "stock", "prices", "traffic", "plan", "exits")


def _missing(of: Pack) -> list[str]:
    snapshot = of.has("snapshot")
    return [name for name in USED if not of.has(name) and not (name == "stock" and snapshot)]


@tells("missing_table")
def missing_table(of):
    return [{"table": name} for name in _missing(of)]


@tells("no_missing_table")
def no_missing_table(of):
    return [] if _missing(of) else {}


@tells("unit")
def unit(of):
    return {"unit": of.toml["unit"]}


@tells("freshness", "freshness_snapshot", "after_the_day")
def as_of(of):
    return {"as_of": day(of.as_of)}


@tells("rows")
def rows(of):
    counted = ["used", "rows_in", "rejected", "updated", "deduplicated", "skipped"]
    return of["rows"][counted].sum().to_dict()


@tells("stock_adds_up")
def stock_adds_up(of):
    return {
        "breaks": len(of["breaks"]),
        "units": (of["breaks"]["found"] - of["breaks"]["expected"]).sum(),
    }


@tells("control_gap")
def control_gap(of):
    rows = of["control"].assign(gap=lambda d: d["ours"] - d["theirs"])
    return rows.loc[rows["gap"].abs() > 0.005, ["figure", "gap"]].to_dict("records")


@tells("stock_unknown")
def stock_unknown(of):
    return [] if of["styles"]["on_hand"].notna().any() else {}
