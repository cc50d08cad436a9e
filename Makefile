# What people do with Em Dia, each a word. `make help` lists them.
# What is compiled lives outside the clone, so that a fresh clone builds warm; tools of exact versions live beside it.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.NOTPARALLEL:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

export CARGO_TARGET_DIR ?= $(HOME)/.cache/emdia/target
export EMDIA_TOOLS ?= $(HOME)/.cache/emdia/tools
# `make run` keeps the demo's database and files in the folder `demo` of this one.
export EMDIA_DATA ?= $(HOME)/.local/share/emdia
EMDIA_DATABASE ?= sqlite://$(EMDIA_DATA)/demo/emdia.db
EMDIA_LISTEN ?= 127.0.0.1:3000
# Where the demo's provider of Pix is, with its page that pays.
EMDIA_PIX ?= 127.0.0.1:3001
# Seconds that `make fuzz` gives to each target.
FUZZ_SECONDS ?= 30

# A new rustup's folder is on the PATH of the next log-in only.
export PATH := $(PATH):$(HOME)/.cargo/bin
LOCKED := $(if $(CI),--locked)
DEV := $(CARGO_TARGET_DIR)/debug/emdia
PIX_SIMULATOR := $(CARGO_TARGET_DIR)/debug/pix-simulator
DEV_SITE := $(CARGO_TARGET_DIR)/site-dev
RELEASE := $(CARGO_TARGET_DIR)/release/emdia
RELEASE_SITE := $(CARGO_TARGET_DIR)/release/site
# Workspaces of their own, which no build of the product waits for.
APART := end2end/fuzz end2end/differential
PLAYWRIGHT := cd end2end && EMDIA_BIN=$(DEV) EMDIA_SITE=$(DEV_SITE) npx playwright test

.PHONY: help run build site test test-rules test-server test-differential test-browser lint fmt audit bench fuzz screenshots clean-data
.PHONY: tools dev dev-site browser

help: ## say what each word does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: dev-site ## build, fill a demo database, serve it on 127.0.0.1:3000
	@mkdir -p "$(EMDIA_DATA)/demo"
	@$(DEV) demo --database "$(EMDIA_DATABASE)" --files "$(EMDIA_DATA)/demo/files"
	@EMDIA_SITE=$(DEV_SITE) EMDIA_FILES="$(EMDIA_DATA)/demo/files" exec .ci/with-pix "$(EMDIA_PIX)" $(PIX_SIMULATOR) $(DEV) serve --demo --database "$(EMDIA_DATABASE)" --listen "$(EMDIA_LISTEN)"

build: tools ## build for production: the binary, and the folder `site` beside it
	cargo build $(LOCKED) --release --workspace --exclude pix-simulator --features app/ssr
	@.ci/site wasm $(RELEASE_SITE) $(RELEASE)
	@echo "$(RELEASE) and $(RELEASE_SITE)"

site: dev-site ## build the browser's part alone, for development
	@echo "$(DEV_SITE)"

test: lint ## check everything that must hold before a change is taken
	.ci/postgres run cargo test $(LOCKED) --workspace --features app/ssr
	@$(MAKE) test-differential
	@$(MAKE) test-browser

test-rules: ## test the rules alone, in seconds
	cargo test $(LOCKED) --package domain

test-server: tools ## test the server on SQLite and on PostgreSQL
	.ci/postgres run cargo test $(LOCKED) --package server --package app --features app/ssr

test-differential: ## hold the rules as the browser has them against the rules as the server has them
	.ci/differential

test-browser: dev-site browser ## walk the journeys in Chromium; ARGS='receipts --project phone-js' narrows them
	$(PLAYWRIGHT) $(ARGS)

lint: tools ## check format, lints and the arrows between the crates
	@for crate in . $(APART); do cargo fmt --all --check --manifest-path $$crate/Cargo.toml || exit 1; done
	.ci/arrows
	cargo clippy $(LOCKED) --workspace --all-targets --features app/ssr -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc $(LOCKED) --quiet --package domain --no-deps
	CARGO_TARGET_DIR=$(CARGO_TARGET_DIR)/wasm cargo clippy $(LOCKED) --package app --lib --no-default-features --features hydrate \
	  --target wasm32-unknown-unknown --profile wasm-dev -- -D warnings
	@for crate in $(APART); do \
	  CARGO_TARGET_DIR=$(CARGO_TARGET_DIR)/apart cargo clippy $(LOCKED) --all-targets --manifest-path $$crate/Cargo.toml -- -D warnings || exit 1; done

fmt: ## format the Rust code
	@for crate in . $(APART); do cargo fmt --all --manifest-path $$crate/Cargo.toml || exit 1; done

audit: tools ## look for known holes in what we depend on (needs the advisory database on GitHub)
	@[ -x $(EMDIA_TOOLS)/bin/cargo-audit ] || env -u CARGO_TARGET_DIR cargo install --quiet --locked --root $(EMDIA_TOOLS) cargo-audit
	$(EMDIA_TOOLS)/bin/cargo-audit audit

bench: build ## measure the rules, the drawing of boletos, imports, the queue, and CPU, latency and memory of the running server
	.ci/postgres run cargo bench $(LOCKED) --workspace --features app/ssr --bench rules --bench cnab --bench pdf --bench queue
	@.ci/need node=nodejs
	node end2end/bench/load.mjs $(RELEASE)

fuzz: tools ## feed noise to every parser, FUZZ_SECONDS each (30)
	@FUZZ_SECONDS=$(FUZZ_SECONDS) .ci/fuzz

screenshots: dev-site browser ## draw every screen again, into end2end/screenshots/all, and those of the README beside it
	EMDIA_SCREENSHOTS=$(CURDIR)/end2end/screenshots; export EMDIA_SCREENSHOTS; $(PLAYWRIGHT) $(ARGS) --project desktop-js --project phone-js

clean-data: ## forget the demo's database and files
	rm -rf "$(EMDIA_DATA)/demo"

tools:
	@.ci/need cc=build-essential
	@.ci/wasm-target

dev: tools
	@cargo build $(LOCKED) --workspace --features app/ssr

dev-site: dev
	@.ci/site wasm-dev $(DEV_SITE) $(DEV)

browser: end2end/node_modules/.package-lock.json
	@.ci/need $(if $(EMDIA_CHROMIUM),,chromium=chromium) pdftoppm=poppler-utils zbarimg=zbar-tools

end2end/node_modules/.package-lock.json: end2end/package-lock.json
	@.ci/need node=nodejs npm=npm
	@node -e 'if (parseInt(process.versions.node) < 18) throw "the browser tests need Node 18 or newer, here is " + process.versions.node'
	cd end2end && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund && touch node_modules/.package-lock.json
