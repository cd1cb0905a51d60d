"""Frames → findings: what was found on each page, with its basis and the figures of its sentence."""

import pandas as pd

from destock.analysis import classification, impact
from destock.analysis.elasticity import design, experiments, readout
from destock.analysis.pacing import comparison
from destock.analysis.pacing.behind import REASONS
from destock.model.findings import Finding
from destock.model.messages import mark
from destock.model.metrics import DEFINITIONS, ratio
from destock.panel.book import Book
from destock.story import frames

# what cannot be said without a table, what the table would make possible, and on which pages that matters
TABLES = {
    "purchases": (
        mark("how old the stock is and how much of what was received has been sold"),
        mark("sell-through, ages and open orders"),
        ("classification", "impact", "pacing"),
    ),
    "stock": (
        mark("whether the stock that the records lead to is really there"),
        mark("checked stock and its breaks"),
        ("classification", "impact"),
    ),
    "prices": (mark("how customers answer a price cut"), mark("elasticities from your own markdown tests"), ("elasticity",)),
    "traffic": (
        mark("whether a slow style was not wanted or not shown"),
        mark("a fair judgement of what was shown too little"),
        ("classification",),
    ),
    "plan": (mark("whether a style misses its plan or the plan was wrong"), mark("the causes of the excess"), ()),
}
UNKNOWN = float("nan")


def _figures(**by_kind: dict[str, object]) -> dict[str, tuple[object, str]]:
    """The blanks of a sentence, given by kind: ``_figures(money={"cost": 3.0}, units={"n": 2})``."""
    return {name: (value, kind) for kind, values in by_kind.items() for name, value in values.items()}


def missing(book: Book, page: str = "intake") -> list[Finding]:
    """What can a page not tell, because the shop does not give a table?"""
    given = set(book.panel("given")["table"])
    gaps = [
        Finding(
            "missing_table",
            1,
            "table",
            item=table,
            severity=1,
            figures=_figures(text={"table": table}, label={"impossible": no, "possible": yes}),
        )
        for table, (no, yes, pages) in TABLES.items()
        if table not in given and page in ("summary", "intake", *pages)
    ]
    return gaps if gaps or page != "intake" else [Finding("no_missing_table", 0, "tables")]


def intake(book: Book) -> list[Finding]:
    """What came in, how fresh it is, whether the stock adds up."""
    rows, breaks, stock = book.panel("rows").sum(numeric_only=True), book.panel("count_break"), book.panel("reconciliation")
    last = book.panel("control_total")["last_day"].iloc[0]
    found = [
        Finding(
            "freshness",
            (book.today - last).days,
            "days",
            "as of − last order line",
            figures=_figures(date={"last_day": last, "as_of": book.today}),
        ),
        Finding(
            "rows", rows["used"], "rows", "rows used ÷ rows in", severity=int(rows["rejected"] > 0), figures=_figures(units=rows.to_dict())
        ),
    ]
    if len(stock):
        figures = _figures(
            units={"skus": len(stock), "breaks": len(breaks), "units": breaks["difference"].sum(), "closing": stock["closing"].sum()}
        )
        found.append(
            Finding(
                "stock_adds_up",
                len(breaks),
                "counts",
                "counts that differ from the records",
                severity=int(len(breaks) > 0),
                figures=figures,
            )
        )
    return found


def doubts(book: Book) -> list[Finding]:
    """What must be settled before any figure is trusted: gaps, rejected rows, names that nothing explains."""
    control, rows = frames.control(book), book.panel("rows").groupby("table", as_index=False).sum(numeric_only=True)
    found = [
        Finding(
            "control_gap",
            row.gap,
            row.unit,
            "ours − theirs",
            severity=2,
            figures=_figures(label={"figure": row.figure}) | {"gap": (row.gap, "price" if row.unit == "money" else "units")},
        )
        for row in control[control["gap"].abs() > 0.005].itertuples()
    ]
    found += [
        Finding(
            "rejected",
            row.rejected,
            "rows",
            "rejected ÷ rows in",
            severity=2,
            figures=_figures(units={"rejected": row.rejected, "rows_in": row.rows_in}, text={"table": row.table}),
        )
        for row in rows[rows["rejected"] > 0].itertuples()
    ]
    skus, weeks = book.panel("sku_now"), book.panel("sku_week")
    endless = skus[skus["season"].notna() & skus["exit_date"].isna()]
    if len(endless):
        figures = _figures(text={"seasons": ", ".join(sorted(endless["season"].unique()))}, units={"skus": len(endless)})
        found.append(Finding("unknown_season", len(endless), "SKUs", "season without an end", severity=2, figures=figures))
    strange = skus.loc[skus["category"] == "(not in master)", "sku"]
    if len(strange):
        figures = _figures(units={"skus": len(strange), "units": weeks.loc[weeks["sku"].isin(strange), "sold_units"].sum()})
        found.append(Finding("not_in_master", len(strange), "SKUs", "SKUs without a product row", severity=1, figures=figures))
    return found


def stock_unknown(book: Book) -> list[Finding]:
    """Nothing can be said about too much where nobody knows how much there is."""
    known = book.panel("item_now")["on_hand"].notna().any()
    return [] if known else [Finding("stock_unknown", UNKNOWN, "units", severity=2)]


def excess(book: Book) -> list[Finding]:
    """How much is too much, of which kind most of it is, and what does not sell at all."""
    frame, classes = frames.excess(book), frames.classes(book)
    stock, units, cost = frame["on_hand"].sum() + frame["damaged"].sum(), classes["units"].sum(), classes["cost"].sum()
    share = float(ratio(units, stock))
    figures = _figures(units={"units": units, "stock": stock}, percent={"share": share}, money={"money": cost})
    found = [Finding("excess", share, "share", "excess ÷ on hand, units", money=cost, severity=2, figures=figures)]
    main = classification.by_class(classes).set_index("class").sort_values("units", ascending=False, kind="stable").iloc[0]
    part = float(ratio(main["units"], units))
    figures = _figures(label={"class": main.name}, percent={"share": part}, money={"money": main["cost"]})
    found.append(Finding("largest_class", part, "share", "class ÷ all excess, units", money=main["cost"], figures=figures))
    return found + _by_rate(frame) + _dead(frame, book)


def _by_rate(frame: pd.DataFrame) -> list[Finding]:
    rough = frame[(frame["remaining_basis"] == "recent rate") & (frame["on_hand"] > 0)]
    if rough.empty:
        return []
    figures = _figures(units={"styles": len(rough), "units": rough["on_hand"].sum()})
    return [Finding("by_rate", len(rough), "styles", "no earlier season of the same kind", severity=1, figures=figures)]


def _dead(frame: pd.DataFrame, book: Book) -> list[Finding]:
    idle = frame[classification.dead(frame, book.today, book.assumptions)]
    if idle.empty:
        return []
    weeks, cost = book.assumptions["dead_weeks"], idle["on_hand_cost"].sum()
    figures = _figures(units={"items": len(idle), "units": idle["on_hand"].sum(), "weeks": weeks}, money={"money": cost})
    return [Finding("dead", len(idle), "styles", "no sale for that many weeks", money=cost, severity=1, figures=figures)]


def age(book: Book) -> list[Finding]:
    """How much of the stock is old, and how much of the range moves."""
    ageing, moving, found = frames.ageing(book), frames.moving(book), []
    total = ageing["cost"].sum()
    if total > 0:
        old = ageing.loc[ageing["band"].isin(classification.AGE_LABELS[3:]), "cost"].sum()
        basis = "cost of units received more than 90 days ago ÷ cost of stock"
        found.append(
            Finding("old_stock", old / total, "share", basis, figures=_figures(percent={"share": old / total}, money={"money": old}))
        )
    if len(moving):
        now = moving.iloc[0]
        figures = _figures(percent={"share": now["share"]}, units={"moving": now["moving"], "on_sale": now["on_sale"]})
        found.append(Finding("moving", now["share"], "share", "SKUs sold ÷ SKUs in stock, four weeks", figures=figures))
    return found


def cost(book: Book) -> list[Finding]:
    """How much money is locked, what a week of waiting costs, what keeping has cost."""
    total = frames.costs(book).sum(numeric_only=True)
    locked, known = impact.locked(frames.costs(book), book.panel("item_now")), impact.coverage(book.panel("item_now"))
    warnings = (mark("cost is not known for all stock"),) if known["share"] < 0.98 else ()
    rates = {"storage_rate": book.assumptions["storage_per_unit_day"]}
    spent = total["storage"] + total["capital"]
    return [
        Finding(
            "locked", locked["share"], "share", "excess ÷ stock, at cost", money=locked["excess_cost"], severity=2, warnings=warnings,
            figures=_figures(percent={"share": locked["share"], "known": known["share"]}, money={"money": locked["excess_cost"], "stock": locked["stock_cost"]}),
        ),
        Finding(
            "waiting", total["week"], "money a week", "storage + capital on cost", money=total["week"], severity=1,
            figures=_figures(money={"money": total["week"]}, price=rates, percent={"capital_rate": book.assumptions["capital_rate"]}),
        ),
        Finding("spent", spent, "money", "storage + capital since receipt", money=spent, figures=_figures(money={"money": spent})),
    ]  # fmt: skip


def pacing(book: Book) -> list[Finding]:
    """How far the season has come, who falls behind, who will not earn its cost back."""
    pace = frames.pace(book)
    if pace.empty:
        return [Finding("no_pace", UNKNOWN, "share", severity=1)]
    share, with_past = float(ratio(pace["net_units"].sum(), pace["received"].sum())), pace[pace["median"].notna()]
    season = " + ".join(sorted(pace["season"].unique()))
    if with_past.empty:
        figures = _figures(text={"season": season}, percent={"share": share}, units={"styles": len(pace)})
        return [Finding("no_baseline", share, "share", "net units ÷ received", severity=1, figures=figures)]
    usual = float(ratio((with_past["median"] * with_past["received"]).sum(), with_past["received"].sum()))
    short = (pace["projected"] < pace["break_even"]).sum()
    judged, slow, below = (
        (~pace["pace"].isin(["too early", "no baseline"])).sum(),
        *((pace["pace"] == kind).sum() for kind in ("slow", "behind")),
    )
    return [
        Finding("season_sell_through", share, "share", "net units ÷ received", figures=_figures(text={"season": season}, percent={"share": share, "usual": usual}, units={"styles": len(pace)})),
        Finding("behind", slow, "styles", "below the slowest quarter of past styles, set to their own goal", severity=2, figures=_figures(units={"slow": slow, "behind": below, "judged": judged, "seasons": pace["past_seasons"].max()})),
        Finding("break_even", short, "styles", "projected sell-through < break-even", severity=2, figures=_figures(units={"short": short, "styles": len(pace)})),
    ]  # fmt: skip


def season_end(book: Book) -> list[Finding]:
    """Where the running season will end, how wrong that was in past seasons, and what the coming week must bring."""
    frame = frames.pace(book)
    known = frame[frame["projected_units"].notna() & frame["goal"].notna()]
    if known.empty:
        return []
    committed = (known["received"] + known["on_order"]).sum()
    totals = {"projected": known["projected_units"].sum(), "goal": known["goal"].sum(), "bought": committed}
    share = float(ratio(totals["projected"], committed))
    figures = _figures(units=totals | {"needed": known["needed"].sum()}, percent={"share": share})
    found = [Finding("season_end", share, "share", "projected net units ÷ (received + on order)", severity=1, figures=figures)]
    missed = known[known["missed_from"].notna()]
    if len(missed):
        over = missed["missed_from"] <= book.today
        figures = _figures(
            units={"missed": len(missed), "styles": len(known), "over": over.sum()}, date={"next": missed.loc[~over, "missed_from"].min()}
        )
        name = "goals_missed" if (~over).any() else "goals_missed_now"
        found.append(Finding(name, len(missed), "styles", "projected units < goal", severity=2, figures=figures))
    return found + _trust(book, known)


def _trust(book: Book, known: pd.DataFrame) -> list[Finding]:
    """How far off such projections were, at the week of life in which most of the stock is now."""
    half = known.groupby("season_half")["bought"].sum().idxmax()
    week = int(known.loc[known["season_half"] == half, "week"].median())
    past = frames.season(book, "backtest").query("season_half == @half and week == @week").set_index("method")
    seasons = int(known.loc[known["season_half"] == half, "past_seasons"].max())
    found = []
    if len(past):
        ours = past.loc["expected"]
        errors = past["error"].rename({"expected": "ours"}).to_dict() | ours[["bias_low", "bias_high"]].to_dict()
        figures = _figures(percent=errors, units={"week": week, "styles": ours["styles"], "seasons": ours["seasons"]})
        found.append(Finding("past_error", ours["error"], "share", "Σ|estimate − final| ÷ Σ final, past seasons", figures=figures))
    if seasons < 3:
        found.append(Finding("few_seasons", seasons, "seasons", severity=1, figures=_figures(units={"seasons": seasons})))
    if known["low_trust"].any():
        found.append(Finding("often_sold_out", 1, "curves", "more than 40 % of past styles ran out of stock", severity=1))
    return found


def look_first(book: Book) -> list[Finding]:
    """What to look at first for the styles that run behind, before their price is touched."""
    frame = frames.behind(book)
    if frame.empty:
        return []
    counts = frame["first"].value_counts()
    price = int(counts.get(REASONS["price"], 0))
    figures = _figures(units={"slow": len(frame), "price": price, "most": counts.iloc[0]}, label={"reason": counts.index[0]})
    return [Finding("look_first", len(frame) - price, "styles", "evidence in order, price last", severity=1, figures=figures)]


def calendar_year(book: Book) -> list[Finding]:
    """How the calendar year runs beside the last one, and in which category it fell most."""
    frame = frames.year(book, "years")
    if frame.empty or not frame["last_year_units"].sum() > 0:
        return []
    share = float(ratio(frame["sold"].sum(), frame["last_year_units"].sum())) - 1
    week = int(frame["week"].max())
    figures = _figures(
        percent={"change": abs(share)}, units={"week": week, "years": frame["past_years"].max()}, text={"year": str(frame["season"].max())}
    )
    name = "year_above" if share >= 0 else "year_below"
    found = [Finding(name, share, "share", "net units of the same weeks, this year ÷ last year − 1", figures=figures)]
    fall = frame[frame["last_year_units"] > 0].nsmallest(1, "change").iloc[0]
    if fall["change"] < 0:
        figures = _figures(label={"category": fall["category"]}, percent={"change": -fall["change"]})
        found.append(Finding("category_fell", fall["change"], "share", "net units of the same weeks", severity=1, figures=figures))
    return found


def compared(book: Book) -> list[Finding]:
    """How the season stands beside last year's on the same day, where it lost most, whether any place suits a style, what lies in the channel."""
    frame, found, basis = frames.compared(book), [], DEFINITIONS[book.shop.sell_through]
    known = frame[frame["last_year"].notna() & frame["sell_through"].notna()]
    for row in known[known["by"] == "season"].itertuples():
        figures = _figures(
            text={"season": row.part}, percent={"share": row.sell_through, "last_year": row.last_year}, label={"basis": basis}
        )
        warnings = (mark("returns still to come are estimated"),) if "returns_immature" in row.flags else ()
        severity = int(row.change < 0)
        found.append(Finding("same_day_last_year", row.change, "share", basis, severity=severity, warnings=warnings, figures=figures))
    categories = known[(known["by"] == "category") & (known["change"] < 0)]
    if len(categories):
        row = categories.loc[categories["change"].idxmin()]
        figures = _figures(label={"category": row["part"]}, percent=row[["sell_through", "last_year"]].to_dict())
        found.append(Finding("largest_fall", row["change"], "share", basis, severity=1, figures=figures))
    return found + _fits(book) + _channel_stock(book)


def _fits(book: Book) -> list[Finding]:
    fits = frames.fits(book)
    if fits.empty and frames.compared(book).empty:
        return []
    if fits.empty:
        return [Finding("no_fit", UNKNOWN, "styles")]
    better, worse = (fits["verdict"] == comparison.FITS[0]).sum(), (fits["verdict"] == comparison.FITS[1]).sum()
    figures = _figures(units={"judged": len(fits), "better": better, "worse": worse})
    return [Finding("fits", better + worse, "styles at a place", "net units ÷ expected there", figures=figures)]


def _channel_stock(book: Book) -> list[Finding]:
    rows = frames.cohorts(book).query("by == 'season' and wholesale_units > 0")
    if rows.empty:
        return []
    stock, base = rows["channel_stock"].sum(), rows["base_units"].sum()
    sell_in = float(ratio((rows["sell_in"] * rows["base_units"]).sum(), base))
    sell_out = float(ratio(rows["net_units"].sum(), base))
    figures = _figures(units={"units": stock}, percent={"sell_in": sell_in, "sell_out": sell_out})
    return [Finding("channel_stock", stock, "units", "shipped to the channel − sold there", severity=1, figures=figures)]


def targets(book: Book) -> list[Finding]:
    """Whether the styles can make their profit at their price, and what was assumed for it."""
    frame = frames.targets(book)
    known = frame[frame["cost_rate"].notna() & frame["price_realisation"].notna()]
    if known.empty:
        return []
    short, imputed = known[~known["feasible"]], frame["flags"].str.contains("cost_imputed").sum()
    middle = {"target": known["target"].median(), "break_even": known["break_even"].median()}
    figures = _figures(units={"styles": len(known), "short": len(short)}, percent=middle | {"least_price": short["least_price"].median()})
    name = "targets_out_of_reach" if len(short) else "targets_in_reach"
    found = [Finding(name, len(short), "styles", "target sell-through above the buy", severity=2 * int(len(short) > 0), figures=figures)]
    if imputed:
        figures = _figures(units={"styles": imputed})
        found.append(Finding("cost_imputed", imputed, "styles", "median cost rate of the category", severity=1, figures=figures))
    return found


def grades(book: Book) -> list[Finding]:
    """How many styles are best sellers, how many are to be cleared, how many are too early to grade."""
    grade = frames.grades(book)["grade"]
    if grade.empty:
        return []
    counts = {
        name: (grade == kind).sum()
        for name, kind in (("best", "best seller"), ("profit", "profit style"), ("clear", "to clear"), ("early", "too early"))
    }
    return [
        Finding(
            "grades", counts["best"], "styles", "pace × share × price realisation", figures=_figures(units=counts | {"styles": len(grade)})
        )
    ]


def _uplift(beta: float, low: float, high: float, cut: float = 0.10) -> dict[str, float]:
    """More units after a cut, with the interval's ends in order."""
    return {"uplift": (1 - cut) ** beta - 1, "low": (1 - cut) ** high - 1, "high": (1 - cut) ** low - 1}


def elasticity(book: Book) -> list[Finding]:
    """The verdict; then what a cut of 10 % brings, or why nobody can say; then what the usual ways would have said."""
    whole, naive = frames.price_answer(book).iloc[0], frames.estimators_compared(book).set_index("estimator")
    if pd.isna(whole["elasticity"]):
        warned = {"warnings": (whole["reason"],), "figures": _figures(label={"reason": whole["reason"]})}
        return [Finding("no_elasticity", UNKNOWN, "percent", severity=1, **warned)]
    name = "elasticity" if whole["verdict"] == "usable" else "elasticity_with_care"
    figures = _figures(percent=_uplift(*whole[["elasticity", "low", "high"]]), units=whole[["items", "controls", "units"]].to_dict())
    figures |= _figures(label={"reason": whole["reason"]})
    warnings = () if name == "elasticity" else (whole["reason"],)
    found = [
        Finding(
            name,
            whole["elasticity"],
            "% units per % price",
            whole["estimator"],
            whole["low"],
            whole["high"],
            warnings=warnings,
            figures=figures,
        )
    ]
    others = {
        short: naive["elasticity"].get(one, UNKNOWN)
        for short, one in (
            ("same", "same style, before and after"),
            ("line", "all styles together"),
            ("before", "before and after the cut"),
        )
    }
    if name == "elasticity" and pd.notna(pd.Series(others)).all():
        said = {short: 0.9**beta - 1 for short, beta in others.items()}
        found.append(Finding("naive_estimates", others["same"], "% units per % price", "without a test", figures=_figures(percent=said)))
    return found


def price_tests(book: Book) -> list[Finding]:
    """How the prices came about, what the weeks before and after show, what one style's test is worth, what traffic does."""
    changes, tests, read = frames.price_changes(book), frames.tested_weeks(book), frames.readouts(book)
    made = experiments.design(changes[~changes["item"].isin(set(tests["item"]))], frames.priced_weeks(book), False)
    moved = {
        "changes": len(changes),
        "items": changes["item"].nunique(),
        "cuts": (changes["step"] < 0).sum(),
        "tests": tests["experiment"].nunique(),
    }
    found = [
        Finding(
            "price_changes",
            len(changes),
            "changes",
            "listed, or paid and held for two weeks",
            figures=_figures(units=moved, label={"made": made}),
        )
    ]
    if len(read):
        figures = _figures(units={"items": len(read), "evidence": read["evidence"].sum()})
        found.append(Finding("single_items", read["evidence"].mean(), "share", "interval apart from the controls' change", figures=figures))
    return (found if len(changes) else []) + _around(book) + _traffic(book)


def _around(book: Book) -> list[Finding]:
    """Did the arms run together before, and was anything borrowed from the weeks after?"""
    weeks = frames.around_decisions(book)
    if weeks.empty or weeks["p"].isna().all():
        return []
    p, after = weeks["p"].iloc[0], weeks.loc[weeks["after"], ["uplift", "low", "high"]].mean()
    found = [
        Finding(
            "pre_trend_alike" if p > 0.05 else "pre_trend_apart",
            p,
            "p-value",
            "joint test of the weeks before",
            figures=_figures(number={"p": p}),
        )
    ]
    if weeks["after"].any():
        figures = _figures(percent=after.to_dict(), units={"weeks": weeks["after"].sum()})
        found.append(
            Finding(
                "afterwards",
                after["uplift"],
                "share",
                "cut styles against the others after their tests",
                after["low"],
                after["high"],
                figures=figures,
            )
        )
    if after["high"] < 0:
        _, _, borrowed = readout.net_of_dip(weeks.loc[weeks["week_of_test"] >= 0, "uplift"])
        found.append(
            Finding("borrowed", borrowed, "share", "lost after ÷ gained in the test", figures=_figures(percent={"borrowed": borrowed}))
        )
    return found


def _traffic(book: Book) -> list[Finding]:
    parts = frames.by_traffic(book).set_index("part")["elasticity"]
    if len(parts) < 3 or frames.price_answer(book)["verdict"].iloc[0] != "usable":
        return []
    return [
        Finding(
            "by_traffic",
            parts["exposure"],
            "% exposures per % price",
            "randomised tests",
            figures=_figures(percent={name: 0.9**beta - 1 for name, beta in parts.items()}),
        )
    ]


def price_money(book: Book) -> list[Finding]:
    """Which step of the ladder brings in most, and what a cut of one step must sell to pay."""
    steps = frames.ladder(book)
    if not (len(frames.flagged(book)) and steps["cash"].notna().any() and steps["best"].any()):
        return []
    best, now, one = steps[steps["best"]].iloc[0], steps.iloc[0], steps.iloc[1]
    figures = _figures(
        money={"cash": best["cash"], "low": best["cash_low"], "high": best["cash_high"], "now": now["cash"]},
        percent={"step": best["step"], "one": one["step"], "needed": one["break_even_uplift"] - 1, "expected": one["expected_uplift"] - 1, "margin": now["margin"], "margin_one": one["margin"]},
        units={"styles": len(frames.flagged(book)), "units": best["units"], "units_now": now["units"]},
    )  # fmt: skip
    return [
        Finding(
            "step_that_pays",
            best["step"],
            "share of today's price",
            "most cash until the exit, leftovers at nothing",
            money=best["cash"],
            figures=figures,
        ),
        Finding("break_even_uplift", one["break_even_uplift"] - 1, "share", "units needed for the same gross profit", figures=figures),
    ]


def next_test(book: Book) -> list[Finding]:
    """Which styles to keep at their price by lot, what that would show, and what it costs."""
    flagged, drawn, wanted = frames.flagged(book), frames.next_test(book), book.assumptions
    held = (drawn["arm"] == "control").sum()
    if not 0 < held < len(drawn):
        return [Finding("no_next_test", len(drawn), "styles", figures=_figures(units={"styles": len(drawn)}))]
    options = frames.test_options(book)
    row = options[(options["cut"] == wanted["test_cut"]) & (options["weeks"] == int(wanted["test_weeks"]))].iloc[0]
    whole = frames.price_answer(book).iloc[0]
    price = design.cost(flagged, drawn, tuple(whole[["elasticity", "low", "high"]]), wanted)
    figures = _figures(units={"flagged": len(drawn), "held": held, "weeks": wanted["test_weeks"], "needed": row["items_needed"]}, percent={"cut": wanted["test_cut"]},
                       number={"least": row["least_detectable"]}, money={"cost": price["cost"], "low": price["cost_low"], "high": price["cost_high"]}, date={"start": drawn["decision_date"].iloc[0]})  # fmt: skip
    return [Finding("next_test", held, "styles", "drawn by lot within category and rate", money=price["cost"], figures=figures)]


def first_steps(book: Book) -> list[Finding]:
    """How much the ten largest hold, and what is still on its way."""
    actions = frames.actions(book)
    if actions.empty:
        return []
    top, on_order, ordered = actions.head(10), actions["on_order_cost"].sum(), (actions["excess_on_order"] > 0).sum()
    share = float(ratio(top["money"].sum(), actions["money"].sum()))
    figures = _figures(money={"money": top["money"].sum()}, percent={"share": share}, units={"styles": len(top)})
    found = [Finding("top_ten", share, "share", "ten styles ÷ all excess, at cost", money=top["money"].sum(), severity=2, figures=figures)]
    if ordered:
        figures = _figures(money={"money": on_order}, units={"styles": ordered})
        found.append(Finding("open_orders", on_order, "money", "excess on order at cost", money=on_order, severity=2, figures=figures))
    return found
