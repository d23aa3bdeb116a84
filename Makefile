# Everything here is also one plain command; Go alone is needed.
.DEFAULT_GOAL := help
.PHONY: help build generate fmt lint test race cover demo bench bench-match picture ci

SHELL := bash
GO ?= go

help: ## what can be made (this list)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## the binary, bin/nuo
	$(GO) build -trimpath -o bin/nuo ./cmd/nuo

generate: ## api/ from proto/ (buf is fetched or built on the first run)
	@.ci/generate

fmt: ## format Go and .proto files in place
	@. .ci/tools.sh && "$$(golangci_path)" fmt && "$$(buf_path)" format -w proto

lint: ## golangci-lint, buf lint, formats, generated code fresh, go.mod tidy
	.ci/run generated tidy vet lint

test: ## all tests
	$(GO) test ./...

race: ## all tests under the race detector, with smaller counts
	.ci/run race

cover: ## test coverage, as cover.html
	$(GO) test -coverpkg=./cmd/...,./matcher/...,./server/... -coverprofile=cover.out ./...
	$(GO) tool cover -func=cover.out | tail -n 1
	$(GO) tool cover -html=cover.out -o cover.html

demo: ## play the story of one day on a real server, then keep serving
	$(GO) run ./cmd/nuo demo

bench: ## measure a server from a second process; ARGS="…" are handed on
	$(GO) run ./cmd/nuo bench $(ARGS)

bench-match: ## measure the matcher beside LEMON and SciPy and draw .github/match.svg; ARGS="-quick …" are handed on
	$(GO) run ./.ci/match -plot .github/match.svg $(ARGS)

picture: ## the picture in the README, from the demo's own output
	$(GO) run ./cmd/nuo demo --once --lang zh | .ci/picture/cut | $(GO) run ./.ci/picture > .github/demo.svg

ci: ## all that must hold before a change lands
	.ci/run
