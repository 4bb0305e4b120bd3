# Enlace. `make` alone lists what there is; `make run` is all that a newcomer needs.
# Needed: Python 3.11, make. The tools say so in a sentence when something is missing.

PYTHON ?= $(shell command -v python3 || command -v python3.11 || echo python3)
VENV   := .venv/bin
ARGS   ?=

.DEFAULT_GOAL := help
.PHONY: help run prepare seed test test-postgres nightly bench check format messages services services-stop doctor lock clean

help: ## List the commands
	@echo "Enlace, the network of ministries of labour. Commands:"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-22s %s\n", $$1, $$2 }'
	@echo
	@echo "  PORT=8001 make run          another port"
	@echo "  make test ARGS='-k needs'   words for pytest"

run: ## Start the site with demo content at http://localhost:8000 (installs what is missing)
	@$(PYTHON) tools/run.py

prepare: ## Everything that `make run` does before it serves
	@$(PYTHON) tools/run.py prepare

seed: ## Plant the seed content again (what is there stays as it is)
	@$(PYTHON) tools/run.py seed

test: ## Run the tests (SQLite; with DATABASE_URL set, there)
	@$(PYTHON) tools/run.py messages
	@$(VENV)/python -m pytest -n auto --dist loadfile $(ARGS)

test-postgres: ## Run the tests on PostgreSQL, Redis and Elasticsearch of their own, stopped afterwards
	@$(PYTHON) tools/run.py messages --dev
	@$(PYTHON) tools/services.py run --test -- $(VENV)/python -m pytest -n auto --dist loadfile $(ARGS)

# On PostgreSQL everything; on SQLite what runs by day: no long proof asks for the embedded database.
nightly: ## The longer proofs: all checks, all tests on PostgreSQL, those of the day on SQLite
	@$(PYTHON) tools/run.py messages --dev
	@$(VENV)/python tools/check.py
	@$(PYTHON) tools/services.py run --test -- $(VENV)/python -m pytest -n auto --dist loadfile -m "" $(ARGS)
	@$(PYTHON) tools/services.py run --only elasticsearch -- env -u DATABASE_URL -u DATABASE_OWNER_URL \
	    $(VENV)/python -m pytest -n auto --dist loadfile $(ARGS)

bench: ## Measure the search (with ELASTICSEARCH_URL set; ARGS='--records 100000'); figures in docs/benchmarks.md
	@$(VENV)/python -m benchmarks.search $(ARGS)

check: ## Style, types, import contracts, migrations, translations, deployment settings
	@$(PYTHON) tools/run.py messages --dev
	@$(VENV)/python tools/check.py $(ARGS)

format: ## Put the code into the agreed form
	@$(PYTHON) tools/run.py packages --dev
	@$(VENV)/ruff check --fix .
	@$(VENV)/ruff format .

messages: ## Gather the translatable texts into locale/*.po
	@$(PYTHON) tools/run.py packages
	@$(VENV)/python manage.py make_messages

services: ## Start PostgreSQL, Redis and Elasticsearch for tests; prints the variables to set
	@$(PYTHON) tools/services.py start --test

services-stop: ## Stop them
	@$(PYTHON) tools/services.py stop

doctor: ## Say what this computer has and what it lacks
	@$(PYTHON) tools/doctor.py

lock: ## Pin the packages of pyproject.toml anew (needs uv; UPGRADE=--upgrade for newer ones)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --custom-compile-command "make lock" $(UPGRADE) pyproject.toml -o requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --custom-compile-command "make lock" $(UPGRADE) pyproject.toml --group dev -c requirements.txt \
	    -o requirements-dev.txt

clean: ## Remove .venv and what was compiled; the data in var/ stay
	rm -rf .venv .venv.lock staticfiles .pytest_cache .mypy_cache .ruff_cache .import_linter_cache var/stamps
	find . -name __pycache__ -type d -not -path './var/*' -prune -exec rm -rf {} +
	find . -name '*.mo' -type f -not -path './var/*' -delete
