.DEFAULT_GOAL := help
.PHONY: help generate

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

generate: ## api/ from proto/ (buf is fetched or built on the first run)
	@.ci/generate
