# Every target sets up what it needs itself, as root or through sudo, and says what it installs.

.PHONY: help storm dist libyaml build test lint format unit documentation oracles oracles-million boots libvirt fuzz bench clean

help:
	@echo "make build            build the command, .build/release/nestwalk"
	@echo "make storm            boot 32 virtual machines at once; the report is .build/storm.html"
	@echo "make dist             make one binary with everything inside, .build/dist/nestwalk, and try it"
	@echo "make test             run every test, the oracles included (about 15 minutes on four processors)"
	@echo "make unit             run the unit tests alone"
	@echo "make lint             check the format of the sources"
	@echo "make format           format the sources"
	@echo "make documentation    build the DocC archive, .build/Nestwalk.doccarchive"
	@echo "make oracles          compare 60,000 accesses with each emulator"
	@echo "make oracles-million  compare 1,000,000 accesses with each emulator (about an hour)"
	@echo "make boots            record the boots and compare them with the committed ones"
	@echo "make libvirt          hold import against libvirt's test driver and QEMU guests"
	@echo "make fuzz             fuzz the readers and translate for 30 minutes"
	@echo "make bench            measure the walks against their floor in C"

build: libyaml
	swift build -c release --product nestwalk

# Thirty-two virtual machines boot at once: the summary, and a page with charts.
storm: build
	@.build/release/nestwalk run Scenarios/boot-storm-32.yaml --html .build/storm.html
	@echo
	@echo "The whole report, to open in a browser: .build/storm.html"

# One binary with Swift's standard library and libyaml inside, tried where there is neither of them.
dist:
	@Tests/dist.sh

# Installs what the package is built with, and says so.
libyaml:
	@Tests/Oracles/install.sh libyaml-dev

test:
	@Tests/run.sh

unit: libyaml
	swift test

lint:
	Tests/run.sh lint

format:
	swift format --in-place --recursive --parallel Package.swift Sources Tests

documentation:
	Tests/run.sh documentation

oracles:
	Tests/run.sh build oracles

oracles-million:
	NESTWALK_ORACLE_COUNT=1000000 Tests/run.sh build oracles

boots:
	Tests/run.sh build boots

libvirt:
	Tests/run.sh build libvirt

fuzz:
	NESTWALK_FUZZ_SECONDS=1800 Tests/run.sh fuzz

bench: libyaml
	swift run -c release nestwalk-bench walk

clean:
	rm -rf .build Tests/Outsider/.build Tests/Fuzz/.build
