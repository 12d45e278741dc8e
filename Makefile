# Each target sets up what it needs, so that `make up` and `make test` can be the first command in a fresh clone.
PYTHON ?= python3
VENV ?= .venv
# Twice the cores of the smallest machine: most tests wait for programs, sockets and time.
JOBS ?= 4
ARGS ?=
PY = $(VENV)/bin/python
UV = $(VENV)/bin/uv
CODE = $(wildcard agent controller evidence lab)
SOURCES = $(shell find protos controller/words controller/web/assets/src -type f \
            \( -name '*.proto' -o -name '*.po' -o -path '*/assets/src/*' \) 2>/dev/null)
say = @printf '\n\033[1m%s\033[0m\n'

export UV_PYTHON_DOWNLOADS = never
# Compiled once and kept: the controller starts three times as fast, and tests start it a hundred times.
export PYTHONDONTWRITEBYTECODE =
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL = help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help setup up test check lint types proto-lint fences stubs words web wheel agent agent-folder bench faults guest lock clean

help: ## say what can be made
	@printf 'Vigía: support that keeps its promises. In a fresh clone, start with `make up` or `make test`.\n\n'
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-11s %s\n", $$1, $$2 }'
	@printf '\nMore words for a command go in ARGS: make test ARGS="tests/agent -x". Another Python: PYTHON=python3.12.\n'

setup: $(VENV)/.made ## a .venv with everything, stubs, words and pages; quick when nothing changed
	@echo "ready: $(VENV)"

up: setup ## controller, console and an agent for this machine, until Ctrl-C
	@exec $(VENV)/bin/vigia up $(ARGS)

test: setup ## every test this machine can run; says what it skips and why
	@$(PY) -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: setup lint types proto-lint fences ## lint, types, messages and fences, then the tests with nothing skipped
	$(say) 'Tests, nothing skipped'
	@# Real programs share few cores here: what failed is tried once more, alone, and both runs are shown.
	@VIGIA_NO_SKIP=1 $(PY) -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS) || { \
	    printf '\n\033[1mWhat failed, once more and alone\033[0m\n'; \
	    VIGIA_NO_SKIP=1 $(PY) -m pytest --last-failed --last-failed-no-failures none $(ARGS); }

lint: setup
	$(say) 'Lint and format'
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .

types: setup
	$(say) 'Types'
	@$(VENV)/bin/mypy --strict $(CODE) hatch_build.py

proto-lint: setup
	$(say) 'Messages'
	@$(PY) hatch_build.py npm
	@node_modules/.bin/buf lint && echo 'messages keep the rules of buf.yaml'

fences: setup
	$(say) 'Fences'
	@$(PY) -m tests.tidy.fences

stubs words web: setup
	@$(PY) hatch_build.py $@

wheel: setup ## the controller's wheel, in dist/
	@$(UV) build --wheel --no-build-isolation --python $(PY) -o dist
	@ls dist/vigia-*.whl

agent: $(VENV)/.installed ## the customer's wheel, in dist/
	@$(PY) hatch_build.py stubs
	@$(UV) build --wheel --no-build-isolation --python $(PY) packaging/agent -o dist
	@ls dist/vigia_agent-*.whl

agent-folder: $(VENV)/.installed ## the agent as a folder with its own Python, and its hashes, in dist/
	@$(PY) hatch_build.py stubs
	@$(PYTHON) -m venv --clear build/folder-venv
	@$(UV) pip sync --quiet --python build/folder-venv/bin/python --require-hashes requirements/folder.txt
	@build/folder-venv/bin/python packaging/agent/folder.py

bench: setup ## what is fast and what it costs; WHICH="redact ..." for some of it
	@for bench in $(if $(WHICH),$(WHICH:%=bench/%.py),$(wildcard bench/*.py)); do \
	    printf '\n\033[1m%s\033[0m\n' "$$bench"; $(PY) "$$bench" || exit 1; done

faults: setup ## the long fault runs
	@$(PY) -m pytest -m faults $(ARGS); status=$$?; \
	    if [ $$status -eq 5 ]; then echo 'no fault run is written yet'; exit 0; fi; exit $$status

guest: setup ## a Debian machine in QEMU, broken in every way we promise to see; needs root, most of an hour
	@bash tests/guest/take.sh
	@$(PY) -m pytest -m guest tests/guest -v -s $(ARGS)

# --- what setup is made of ------------------------------------------------------------------------------------

$(VENV)/.bootstrapped: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	    echo "Vigía needs Python 3.11 or newer, and $(PYTHON) is: $$($(PYTHON) -V 2>&1)." >&2; \
	    echo 'Name another one: make setup PYTHON=python3.12' >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	    echo "$(PYTHON) cannot make virtual environments: on Debian, apt-get install python3-venv" >&2; exit 1; }
	$(say) 'A virtual environment, and uv to fill it'
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@$(PY) -m pip install --quiet --require-hashes --only-binary :all: -r requirements/uv.txt
	@touch $@

$(VENV)/.installed: requirements/dev.txt $(VENV)/.bootstrapped
	$(say) 'Python packages, each by its hash'
	@$(UV) pip sync --python $(PY) --require-hashes requirements/dev.txt
	@touch $@

$(VENV)/.project: pyproject.toml $(VENV)/.installed
	$(say) 'Vigía itself, with its stubs, words and pages'
	@$(UV) pip install --quiet --python $(PY) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.made: $(VENV)/.project hatch_build.py package.json package-lock.json $(SOURCES)
	@$(PY) hatch_build.py
	@touch $@

# --- small print ----------------------------------------------------------------------------------------------

COMPILE = UV_CUSTOM_COMPILE_COMMAND='make lock' $(UV) pip compile --quiet --universal --python-version 3.11 \
    --generate-hashes --no-config --no-emit-index-url --no-emit-find-links $(if $(UPGRADE),--upgrade)

lock: $(VENV)/.installed ## rewrite the locks: hashes, no addresses; UPGRADE=1 takes what is newest
	$(COMPILE) pyproject.toml --all-extras --group dev -o requirements/dev.txt
	$(COMPILE) pyproject.toml --extra controller --extra postgres -c requirements/dev.txt \
	    -o requirements/controller.txt
	$(COMPILE) packaging/agent/pyproject.toml -c requirements/dev.txt -o requirements/agent.txt
	$(COMPILE) packaging/agent/pyproject.toml packaging/agent/folder.in -c requirements/dev.txt \
	    -o requirements/folder.txt
	echo uv | $(COMPILE) - -c requirements/dev.txt -o requirements/uv.txt
	$(PY) hatch_build.py npm-lock

clean: ## take away what was built; what `make up` keeps in .vigia stays
	@rm -rf build dist node_modules controller/web/assets/dist
	@find protos -name '*_pb2*.py*' -delete
	@find controller -name '*.mo' -delete
	@case '$(VENV)' in .venv) rm -rf .venv ;; esac
