# Two commands do everything on a fresh machine: `make demo` and `make test`.
# REIN_LIBTORCH=/path/to/torch brings a libtorch of your own; PREFIX says where `make install` goes.

SHELL := /bin/bash
PREFIX ?= /usr/local
SETUP := Scripts/setup
TORCH = $(shell cat .libtorch/location 2>/dev/null)

export PKG_CONFIG_PATH := $(CURDIR)/.libtorch/pkgconfig:$(PKG_CONFIG_PATH)

# The installed program finds libtorch beside itself, the one in .build where set-up put it.
LINK = -Xlinker -rpath -Xlinker '$$ORIGIN/../lib/rein/torch/lib' -Xlinker -rpath -Xlinker $(TORCH)/lib
# HTTP comes with Foundation, whose static library wants -lcurl: set-up made a name for the libcurl that Swift itself runs on.
RELEASE = swift build -c release --product rein --static-swift-stdlib $(LINK) -Xlinker -L$(CURDIR)/.libtorch/link -Xlinker -s
REIN := .build/release/rein
PREPARED := .data/prepared

.PHONY: all demo test build install models controls check benchmarks clean help

all: build

help: ## Say what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## Install what is missing: Debian packages, libtorch
	@$(SETUP)
.PHONY: setup

build: setup ## The program, at .build/release/rein
	@$(RELEASE)

$(PREPARED)/manifest.json: | build
	@$(SETUP) ratings
	@$(REIN) data --source .data/ratings --output $(PREPARED)

data: build $(PREPARED)/manifest.json ## The human ratings as training files
.PHONY: data

demo: build $(PREPARED)/manifest.json ## RLHF by seven methods on real ratings: a table and runs/demo/report.html
	@$(REIN) reproduce honeypot Examples/demo.yaml --output runs/demo

models: build $(PREPARED)/manifest.json ## Train the committed models again from the data
	@Scripts/models

controls: build $(PREPARED)/manifest.json ## The honeypot experiment's confounds, one at a time (about an hour)
	@Scripts/controls

test: setup ## All tests
	@swift test $(LINK)

check: setup ## Format, build with warnings and undeclared imports as errors, repository rules, tests
	@Scripts/check

benchmarks: build ## Speed beside peers (see Documentation/Performance.md)
	@Benchmarks/run

install: build ## Into PREFIX (default /usr/local)
	@Scripts/install '$(PREFIX)' '$(TORCH)'

clean: ## Remove build products (not what set-up fetched)
	@rm -rf .build
