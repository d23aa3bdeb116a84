# Finds or builds the tools that are not part of the product. Sourced, not run.
#
# Tools stay in a cache between runs; a version is part of a tool's file name,
# so a new pin never meets an old binary.

BUF_VERSION=1.75.0
GOLANGCI_VERSION=2.15.0
TOOLS_DIR="${NUO_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/nuo-tools}"

# buf_path prints the path of buf at the pinned version: from PATH, from the
# cache, from npm (a prebuilt binary, seconds), or built from proto/tools.mod
# (minutes, Go alone).
buf_path() {
  local cached="$TOOLS_DIR/buf-$BUF_VERSION" found tmp
  found="$(command -v buf || true)"
  if [ -n "$found" ] && [ "$("$found" --version 2>/dev/null)" = "$BUF_VERSION" ]; then
    echo "$found"
    return
  fi
  if [ ! -x "$cached" ]; then
    mkdir -p "$TOOLS_DIR"
    tmp="$(mktemp -d "$TOOLS_DIR/.buf.XXXXXX")"
    if ! buf_from_npm "$tmp"; then
      echo "building buf v$BUF_VERSION from proto/tools.mod, once (about two minutes)" >&2
      go build -modfile=proto/tools.mod -o "$tmp/buf" github.com/bufbuild/buf/cmd/buf >&2 || return 1
    fi
    mv -f "$tmp/buf" "$cached"
    rm -rf "$tmp"
  fi
  echo "$cached"
}

# buf_from_npm puts npm's prebuilt buf at $1/buf, if npm is there and has one
# for this machine.
buf_from_npm() {
  command -v npm >/dev/null 2>&1 || return 1
  # A registry that does not answer must not hold up what Go alone can do.
  npm install --prefix "$1" --no-save --no-audit --no-fund --ignore-scripts --loglevel=error \
    --fetch-retries=1 --fetch-retry-maxtimeout=5000 --fetch-timeout=30000 \
    "@bufbuild/buf@$BUF_VERSION" >/dev/null 2>&1 || return 1
  local bin
  for bin in "$1"/node_modules/@bufbuild/buf-*/bin/buf; do
    if [ -x "$bin" ] && [ "$("$bin" --version 2>/dev/null)" = "$BUF_VERSION" ]; then
      cp "$bin" "$1/buf"
      return
    fi
  done
  return 1
}

# golangci_path prints the path of golangci-lint at the pinned version. It is
# never in go.mod: its licence is GPL-3 and its graph is large.
golangci_path() {
  local cached="$TOOLS_DIR/golangci-lint-$GOLANGCI_VERSION" tmp
  if [ ! -x "$cached" ]; then
    mkdir -p "$TOOLS_DIR"
    echo "building golangci-lint v$GOLANGCI_VERSION, once (about two minutes)" >&2
    tmp="$(mktemp -d "$TOOLS_DIR/.golangci.XXXXXX")"
    (cd "$tmp" && GOFLAGS= GOBIN="$tmp" go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v$GOLANGCI_VERSION") >&2 || return 1
    mv -f "$tmp/golangci-lint" "$cached"
    rm -rf "$tmp"
  fi
  echo "$cached"
}
