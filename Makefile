# The two commands a newcomer needs: `make quickstart` and `make test`.
.PHONY: quickstart test build lint docs packages

PACKAGES = libopenblas-dev libyaml-dev libsentencepiece-dev pkg-config
SUDO = $(shell [ "$$(id -u)" = 0 ] || echo sudo)

# Trains a small model three ways and compares them; needs no download.
quickstart: build
	.build/release/reflux quickstart

# Every test; C kernels are compiled with optimization even though the rest is a debug build.
test: packages
	swift test -Xcc -O3 --disable-xctest

# Leaves the program at .build/release/reflux.
build: packages
	swift build -c release --product reflux

lint:
	swift format lint --strict --recursive Package.swift Sources Plugins Tests Benchmarks

# Writes docs/reference from what components say about themselves.
docs: build
	.build/release/reflux describe --all

# The libraries that Reflux links, installed if one of them is missing (Debian and Ubuntu).
packages:
	@pkg-config --exists openblas yaml-0.1 sentencepiece 2>/dev/null || { \
	  command -v apt-get >/dev/null || { echo "please install: $(PACKAGES)"; exit 1; }; \
	  $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq $(PACKAGES); }
