# 销号台 Xiaohao. `make run` and `make test` are all that one needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test check bench soak frontend translations clean

run: $(VENV)/.run ## start the program at http://127.0.0.1:$${PORT:-5000}
	@$(BIN)/xiaohao serve

test: $(VENV)/.dev ## all tests: unit, integration on SQLite and PostgreSQL, browser
	@tests/prepare
	$(BIN)/pytest -q -n 4 --dist loadgroup $(ARGS)

check: $(VENV)/.dev ## format, lint, types, layers, diagrams, translations, front-end build
	$(BIN)/ruff format --check app config tests bench wsgi.py
	$(BIN)/ruff check app config tests bench wsgi.py
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/xiaohao process lint bpmn/*.bpmn
	$(BIN)/python -m tests.house.translations
	@frontend/check

bench: $(VENV)/.dev ## speed as ratios in one run, JSON last
	$(BIN)/python -m bench

soak: $(VENV)/.dev ## break things for most of a day and look what is left; SCALE=0.05 for about an hour
	@tests/prepare
	$(BIN)/python -m tests.soak --scale $(or $(SCALE),1) $(ARGS)

frontend: ## rebuild the committed front end (needs Node ≥ 20)
	cd frontend && npm ci --no-audit --no-fund && npm run build

translations: $(VENV)/.dev ## collect texts into app/translations and compile
	$(BIN)/python -m tests.house.translations --update

$(VENV)/.made:
	@$(PYTHON) -m venv $(VENV) 2>/dev/null || bin/need-venv $(PYTHON) $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.made requirements/run.txt pyproject.toml
	@echo "正在安装依赖 installing dependencies …"
	@$(BIN)/pip install -q --require-hashes -r requirements/run.txt
	@$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	@$(BIN)/pip install -q --require-hashes -r requirements/dev.txt
	@touch $@

clean:
	rm -rf $(VENV) frontend/node_modules
