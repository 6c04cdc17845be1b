# Two commands matter: `make demo` and `make test`. Both set up what they need, once.

# The first Python on the path that is new enough; `make PYTHON=/path/to/python demo` takes another.
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
RUN := .venv/bin/python

.PHONY: demo test lint bench lock clean help

help: ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 10

demo: .venv/base ## build the fictional region and open the portal on 127.0.0.1:8000
	@$(RUN) -m allmende demo

test: .venv/dev ## check style and types, run the tests
	@$(RUN) -m ruff format --check --quiet . && $(RUN) -m ruff check --quiet .
	@$(RUN) -m mypy
	@$(RUN) -m reuse --suppress-deprecation lint --quiet
	$(RUN) -m pytest -q -n 2 -m "not slow and not browser and not spark and not postgres"

bench: .venv/full ## measure the claims of speed and size, print ratios (SHORT=1: smaller)
	$(RUN) benchmarks/base_cube.py $(if $(SHORT),--short)
	$(RUN) benchmarks/register.py
	$(RUN) benchmarks/perturbation.py $(if $(SHORT),200000)
	$(RUN) benchmarks/backtest.py
	$(RUN) benchmarks/attacks_on_profiles.py $(if $(SHORT),1)
	$(RUN) -m allmende demo --no-serve
	$(RUN) benchmarks/gate.py demo-data/hub
	$(RUN) benchmarks/portal.py demo-data/public $(if $(SHORT),--rounds 3)
	$(RUN) benchmarks/levers.py demo-data/public $(if $(SHORT),--moves 4)
	$(RUN) benchmarks/projection.py $(if $(SHORT),--short)
	$(RUN) benchmarks/siting.py
	$(RUN) benchmarks/reach.py
	$(RUN) benchmarks/sharing.py $(if $(SHORT),15)
	$(RUN) benchmarks/fund.py

lock: ## pin every dependency with hashes anew (needs uv)
	sh tools/lock.sh

clean: ## remove the environment, the demo and caches
	rm -rf .venv node_modules demo-data .mypy_cache .ruff_cache .pytest_cache .hypothesis src/allmende/portal/static/vendor

.venv/base .venv/dev .venv/full: .venv/%: requirements/%.txt pyproject.toml package-lock.json tools/setup.py tools/frontend.py
	@test -n "$(PYTHON)" || { echo "Allmende needs Python 3.11 or newer: install it, or name it with make PYTHON=/path/to/python"; exit 2; }
	@$(PYTHON) tools/setup.py $*
