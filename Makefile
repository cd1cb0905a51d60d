# Two commands on a bare machine: `make report` and `make test`. They need Python 3.11 or newer and make.
PYTHON ?= python3
SHOP ?= data/sample
PACK_LANG ?= en
UV := .tool/bin/uv
RUN := .venv/bin
# what has a target of its own
ELSEWHERE := --ignore tests/browser --ignore tests/spark --ignore tests/postgres --ignore tests/told

export UV_SYSTEM_CERTS := 1
export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv

.PHONY: report test test-told test-evidence test-browser test-spark test-postgres evidence torture shops bench lab check-code format messages sample clean

report: .venv/ready
	@$(RUN)/destock report $(SHOP) --lang $(PACK_LANG)

test: .venv/ready check-code
	@$(RUN)/pytest -n auto --dist worksteal -m "not evidence" $(ELSEWHERE)

# A pack of each of eight shops: every number of every sentence computed again from its results.
test-told: .venv/ready
	@$(RUN)/pytest tests/told

# Short forms of the studies in tests/evidence, and properties that only hundreds of draws show.
test-evidence: .venv/ready
	@$(RUN)/pytest -n auto --dist worksteal -m evidence $(ELSEWHERE)

lab: .venv/ready
	@$(RUN)/jupyter lab notebooks

# Style, types of quotes, stripped notebooks, the conda file, the tables of the READMEs and the schema of shop.toml: what
# pre-commit checks too; and how many functions and modules are too long to be read at once.
check-code: .venv/ready
	@$(RUN)/ruff check .
	@$(RUN)/ruff format --check .
	@$(RUN)/nbstripout --verify notebooks/*.ipynb
	@$(RUN)/python .ci/environment.py --check
	@$(RUN)/python .ci/tables.py --check
	@$(RUN)/python .ci/schema.py --check
	@$(RUN)/python .ci/sizes.py

format: .venv/ready
	@$(RUN)/ruff format .
	@$(RUN)/ruff check --fix .
	@$(RUN)/ruff format .
	@$(RUN)/nbstripout notebooks/*.ipynb
	@$(RUN)/python .ci/environment.py
	@$(RUN)/python .ci/tables.py
	@$(RUN)/python .ci/schema.py

# Bring new messages into the Chinese catalogue; then translate the empty ones.
messages: .venv/ready
	@$(RUN)/python .ci/messages.py

sample: .venv/ready
	@$(RUN)/destock sample data/sample

clean:
	rm -rf .venv .tool

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "destock needs Python 3.11 or newer: make PYTHON=python3.12 report")'
	@$(PYTHON) -m venv .tool
	@.tool/bin/pip install --quiet --disable-pip-version-check "uv>=0.9,<1"

.venv/ready: $(UV) pyproject.toml uv.lock
	@$(UV) sync --locked --quiet --python $(PYTHON)
	@touch .venv/ready

# Simulation studies: each prints its table with its Monte-Carlo error and fails where a line falls short. Minutes each, on two cores.
evidence: evidence-classification evidence-pacing evidence-elasticity evidence-projections \
    evidence-price_answers evidence-cause_probabilities evidence-class_confidence evidence-clearance \
    evidence-cash_goals evidence-best_choice

evidence-%: .venv/ready
	@$(RUN)/python -m tests.evidence.$*

# What a batch, the door and the pack survive, in full: minutes each.
torture: torture-batch torture-same_pack torture-door torture-everyday torture-hostile

torture-%: .venv/ready
	@$(RUN)/python -m tests.torture.$*

# Five hundred generated small shops, each a pack: an hour or two. What is there is not made again: SHOPS_STATE=folder.
shops: .venv/ready
	@$(RUN)/python -m tests.torture.shops $(SHOPS_STATE)

# Speed as ratios to what people do today and to the limit, from one run, with peak memory and rows. A hundred million lines: BENCH_LINES=100.
# One that misses its bar does not keep the others from running.
bench:
	@$(MAKE) --keep-going bench-pack bench-door bench-panel bench-stock bench-growth bench-elasticity bench-layers bench-exits

bench-%: .venv/ready
	@$(RUN)/python -m tests.benchmarks.$* $(BENCH_LINES)

test-browser: .venv/ready
	@$(RUN)/pytest -n auto --dist loadfile tests/browser

# A real Spark with two workers; it needs Java 17 or newer. Ten million lines: SPARK_LINES=10000000.
test-spark: .venv/ready
	@$(UV) sync --locked --quiet --inexact --extra spark
	@$(RUN)/pytest tests/spark

# A real PostgreSQL, started in a folder of its own. It prints the memory in which rows are streamed; more of them: POSTGRES_ROWS=10000000.
test-postgres: .venv/ready
	@$(UV) sync --locked --quiet --inexact --extra postgres
	@$(RUN)/pytest tests/postgres
