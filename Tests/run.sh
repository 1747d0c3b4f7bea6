#!/bin/bash
# Runs the tests in stages and prints the minutes of each.
#
#     Tests/run.sh [STAGE…]
#
# Without an argument every stage runs, in the order below. A stage that fails does not keep the
# others from running; the end of the output lists what failed and what was skipped, and why.
#
# Stages that stand next to each other and use nothing of each other run side by side, as many as
# there are processors; what each says is printed when it has ended, in the same order.
#
#     NESTWALK_ORACLE_COUNT   accesses compared with each oracle from the fixed seed (60000)
#     NESTWALK_ORACLE_SEED    the second, fresh seed (the time of the run, which is printed)
#     NESTWALK_FUZZ_SECONDS   seconds of fuzzing for each target (30)
set -uo pipefail
cd "$(dirname "$0")/.."

stages=(lint build unit sanitizers fuzz oracles commands reports boots libvirt density outsider
  documentation code dist dirty merging reclaim bench)
# These wait for nothing but `build` and `unit`. The others are alone: those that build with every
# processor, `merging`, for an emulator's memory would be merged too, and `bench`.
beside=" sanitizers fuzz oracles commands reports boots libvirt density outsider documentation code "
logs=$PWD/.build/stages
rm -rf "$logs" && mkdir -p "$logs"
passed=()
failed=()

# Says that a stage leaves something out, and why.
skip() {
  echo "$1: $2" >>"$logs/skipped"
}

lint() {
  swift format lint --strict --recursive --parallel Package.swift Sources Tests
}

# Warnings are errors by the package's own settings.
build() {
  swift build -c release
}

# The completions are handed to the shells they are for.
unit() {
  Tests/Oracles/install.sh zsh fish || return 1
  swift test --parallel
}

# The readers of foreign text and the files with pointers, and nothing else: the rest of the package
# is memory-safe by the compiler's strict checking.
sanitizers() {
  skip "thread sanitizer" "Swift 6.3.1 stops (Invalid bitcast) while it instruments the caches' \
accessors; the package's threads share nothing but a counter and the list of results"
  # The linker complains of the sanitizer's own symbols.
  LSAN_OPTIONS=suppressions=$PWD/Tests/leaks.supp:print_suppressions=0 \
    swift test --sanitize=address --scratch-path .build/address \
    --filter 'RecordsTests|BootTraceTests|ScenariosTests|LiveHostTests|QuantitiesTests|PhysicalMemory|TableModel' 2>&1 \
    | grep -v 'Cannot export local symbol'
}

# What the optimiser makes of the walk: no reference counting, no allocation, no exclusivity check.
code() {
  Tests/GeneratedCode/check.sh
}

# A package that depends on this one as anybody's would.
outsider() {
  swift run --package-path Tests/Outsider
}

documentation() {
  Tests/documentation.sh
}

# Every command of the README and every example of --help, as a user types them.
commands() {
  Tests/commands.sh
}

# One binary with everything inside, in a root file system that has nothing else.
dist() {
  Tests/dist.sh
}

# The pages of the scenarios, in a browser.
reports() {
  Tests/reports.sh
  local code=$?
  if [ $code -eq 77 ]; then
    skip "the pages in a browser" "Chromium can't be installed"
    return 0
  fi
  return $code
}

oracles() {
  local count=${NESTWALK_ORACLE_COUNT:-60000}
  local fresh=${NESTWALK_ORACLE_SEED:-$(date +%s)}
  local status=0 packages
  packages=$(cat Tests/Oracles/*/packages | grep -v '^#' | sort -u)
  # shellcheck disable=SC2086 # a list of names
  Tests/Oracles/install.sh $packages || return 1
  Tests/Oracles/riscv/qemu.sh || return 1
  Tests/Oracles/arm64/qemu.sh || return 1
  echo "the fresh seed is $fresh"
  for run in "riscv" "arm64" "arm64 --oracle qemu-10" "x86-npt --oracle qemu" \
    "x86-npt --oracle bochs" "x86-ept"; do
    # shellcheck disable=SC2086 # a folder and its options
    set -- $run
    local folder=$1
    shift
    python3 "Tests/Oracles/$folder/run.py" "$@" --count "$count" --least "$count" --seed 1 \
      || status=1
    python3 "Tests/Oracles/$folder/run.py" "$@" --count $((count / 6)) --seed "$fresh" || status=1
  done
  return $status
}

# Records both boots afresh, accounts for their pages, and compares them with the committed ones.
boots() {
  local machine recording status=0 started=()
  Tests/Oracles/install.sh qemu-system-x86 gcc libc6-dev || return 1
  # One emulator is one thread.
  for machine in microvm pc; do
    recording=Scenarios/boots/microvm.boot
    if [ "$machine" = pc ]; then recording=Scenarios/boots/debian-boot.boot; fi
    python3 Recorders/boot/record.py --machine "$machine" --check "$recording" --limit 240 \
      >"$logs/boots-$machine" 2>&1 &
    started+=($!)
  done
  for machine in microvm pc; do
    wait "${started[0]}"
    case $? in
      0) ;;
      77) skip "the boot of $machine" "a package of the recorder is missing" ;;
      *) status=1 ;;
    esac
    started=("${started[@]:1}")
    cat "$logs/boots-$machine"
  done
  return $status
}

# The library's own test driver, unruly hosts, no library, and two QEMU guests under a daemon of the test's own.
libvirt() {
  local packages said code
  packages=$(grep -v '^#' Tests/Libvirt/packages)
  # shellcheck disable=SC2086 # a list of names
  Tests/Oracles/install.sh $packages || return 1
  said=$(timeout --kill-after=30 240 python3 Tests/Libvirt/run.py)
  code=$?
  echo "$said"
  if [ $code -eq 77 ]; then
    skip "the QEMU guests under libvirt" "$(tail -n 1 <<<"$said")"
    return 0
  fi
  return $code
}

# Dirty logs, against the machine's own kernel: a tiny guest under /dev/kvm, or userfaultfd where there is none.
dirty() {
  local fresh=${NESTWALK_ORACLE_SEED:-$(date +%s)}
  local status=0 said code uncompared=
  Tests/Oracles/install.sh gcc libc6-dev linux-libc-dev || return 1
  # In 77, 101, 102 and 103 it is pages written again that decide whether a ring is full once more under a KVM
  # that emulates writes.
  for run in "--count 40 --seed 1" "--count 16 --seed 77" "--count 16 --seed 101" \
    "--count 16 --seed 102" "--count 16 --seed 103" "--count 16 --seed $fresh"; do
    # shellcheck disable=SC2086 # options
    said=$(timeout --kill-after=30 300 python3 Tests/Oracles/dirty/run.py $run)
    code=$?
    echo "$run"
    echo "$said"
    case $said in
      *"ring fulls not compared: "*) uncompared=${said##*ring fulls not compared: } ;;
    esac
    case $code in
      0) ;;
      77)
        skip "dirty logs against the running kernel" "$(tail -n 1 <<<"$said")"
        return 0
        ;;
      *) status=1 ;;
    esac
  done
  if [ -n "$uncompared" ]; then
    skip "how often rings are full, in the kernel and in the model" "${uncompared%% (*}"
  fi
  return $status
}

# What the mappings of real guests' memory hold, against what density predicts.
density() {
  local packages said code
  packages=$(grep -v '^#' Tests/Density/packages)
  # shellcheck disable=SC2086 # a list of names
  Tests/Oracles/install.sh $packages || return 1
  said=$(timeout --kill-after=30 240 python3 Tests/Density/run.py)
  code=$?
  echo "$said"
  if [ $code -eq 77 ]; then
    skip "guest memory of real guests" "$(tail -n 1 <<<"$said")"
    return 0
  fi
  return $code
}

# Same-page merging, against the ksmd of the machine's own kernel. Needs root.
merging() {
  local fresh=${NESTWALK_ORACLE_SEED:-$(date +%s)}
  local status=0 said code
  for run in "--count 60 --seed 1" "--count 30 --seed $fresh"; do
    # shellcheck disable=SC2086 # options
    said=$(timeout --kill-after=30 300 python3 Tests/Oracles/ksm/run.py $run)
    code=$?
    echo "$said"
    case $code in
      0) ;;
      77)
        skip "merging against the running kernel" "$(tail -n 1 <<<"$said")"
        return 0
        ;;
      *) status=1 ;;
    esac
  done
  return $status
}

# Reclaim, against the machine's own kernel: a memory group with a limit, and swap on a file. Needs root.
reclaim() {
  local said code
  said=$(timeout --kill-after=30 300 python3 Tests/Oracles/reclaim/run.py)
  code=$?
  echo "$said"
  if [ $code -eq 77 ]; then
    skip "reclaim against the running kernel" "$(tail -n 1 <<<"$said")"
    return 0
  fi
  return $code
}

fuzz() {
  Tests/Fuzz/run.sh "${NESTWALK_FUZZ_SECONDS:-30}"
}

# The benchmarks run, and print their ratios; no figure decides anything here.
bench() {
  .build/release/nestwalk-bench walk --rounds 3 --pages 512 \
    && .build/release/nestwalk-bench map && .build/release/nestwalk-bench observer \
    && .build/release/nestwalk-bench tlb && .build/release/nestwalk-bench merge --rounds 2 \
    && .build/release/nestwalk-bench replay --rounds 2 \
    && .build/release/nestwalk-bench fault --rounds 2 \
    && .build/release/nestwalk-bench storm
}

if [ $# -gt 0 ]; then
  stages=("$@")
fi
# What the package is built with.
if ! Tests/Oracles/install.sh libyaml-dev; then
  echo "libyaml-dev can't be installed; without it nothing here can be built" >&2
  exit 1
fi
# start STAGE: runs it in the background, with its output, status and seconds beside each other.
start() {
  (
    began=$SECONDS
    if "$1" >"$logs/$1.log" 2>&1 </dev/null; then status=0; else status=1; fi
    echo "$status $((SECONDS - began))" >"$logs/$1.ended"
  ) &
}

# tell STAGE: prints what a stage that has ended said.
tell() {
  local status seconds verdict=passed minutes
  read -r status seconds <"$logs/$1.ended"
  echo "== $1"
  cat "$logs/$1.log"
  if [ "$status" -eq 0 ]; then
    passed+=("$1")
  else
    failed+=("$1")
    verdict=FAILED
  fi
  minutes=$(printf '%d:%02d' $((seconds / 60)) $((seconds % 60)))
  echo "== $1 $verdict after $minutes minutes"
  times+=("$(printf '%-14s %6s  %s' "$1" "$minutes" "$verdict")")
}

began=$SECONDS
running=()
# Waits until fewer than $1 stages are running, and tells of those that were started first.
settle() {
  while [ ${#running[@]} -gt 0 ]; do
    while [ ${#running[@]} -gt 0 ] && [ -e "$logs/${running[0]}.ended" ]; do
      tell "${running[0]}"
      running=("${running[@]:1}")
    done
    local active=0 stage
    for stage in "${running[@]}"; do
      [ -e "$logs/$stage.ended" ] || active=$((active + 1))
    done
    [ "$active" -lt "$1" ] && [ "$1" -gt 1 ] && return
    [ ${#running[@]} -gt 0 ] || return
    wait -n
    # None is left to wait for: whoever has not said how it ended was killed.
    if [ $? -eq 127 ]; then
      for stage in "${running[@]}"; do
        [ -e "$logs/$stage.ended" ] || echo "1 0" >"$logs/$stage.ended"
      done
    fi
  done
}
for stage in "${stages[@]}"; do
  case $beside in
    *" $stage "*) settle "$(nproc)" ;;
    *) settle 1 ;;
  esac
  echo "-- $stage begins"
  start "$stage"
  running+=("$stage")
  case $beside in
    *" $stage "*) ;;
    *) settle 1 ;;
  esac
done
settle 1

echo
echo "minutes by stage, some of them side by side"
printf '  %s\n' "${times[@]}"
printf '  %-14s %6s\n' together "$(((SECONDS - began) / 60)):$(printf '%02d' $(((SECONDS - began) % 60)))"
echo "skipped"
skipped=0
if [ -e "$logs/skipped" ]; then
  sed 's/^/  /' "$logs/skipped"
  skipped=$(wc -l <"$logs/skipped")
else
  echo "  nothing"
fi
# The reason stands beside the verdict: of a long log, the end is what is kept.
for stage in "${failed[@]}"; do
  echo "failed: $stage"
  grep --text --extended-regexp --invert-match '^(◇|✔)' "$logs/$stage.log" \
    | grep --text --max-count 30 --extended-regexp \
      '^✘|error:|[Ff]atal|FAILED|[Uu]nexpected signal|Traceback' \
    | cut --bytes -300 | sed 's/^/  /'
  tail -n 5 "$logs/$stage.log" | cut --bytes -300 | sed 's/^/  | /'
done
echo "${#passed[@]} passed, ${#failed[@]} failed, $skipped skipped"
[ ${#failed[@]} -eq 0 ]
