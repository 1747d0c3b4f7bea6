#!/bin/bash
# Runs the release command as its user does: every help, every pair of formats, the README's examples
# and some bad input.
set -uo pipefail
cd "$(dirname "$0")/.."

nestwalk=$PWD/.build/release/nestwalk
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
done=0
failed=0

# check WHAT STATUS TEXT COMMAND…: the command ends with the status and prints the text.
check() {
  local what=$1 status=$2 text=$3
  shift 3
  local said
  said=$("$@" 2>&1 </dev/null)
  local got=$?
  done=$((done + 1))
  if [ "$got" -ne "$status" ] || ! grep -qF -- "$text" <<<"$said"; then
    echo "FAILED: $what: status $got instead of $status, or it does not say “$text”:"
    head -n 20 <<<"$said"
    failed=$((failed + 1))
  fi
}

check "help" 0 "Usage: nestwalk COMMAND" "$nestwalk" --help
check "version" 0 "nestwalk" "$nestwalk" --version
commands=$("$nestwalk" --help | awk '/^Commands:/{on=1; next} /^$/{on=0} on{print $1}')
for command in $commands; do
  check "help of $command" 0 "Usage: nestwalk $command" "$nestwalk" "$command" --help
done
for shell in bash zsh fish; do
  check "completions for $shell" 0 "translate" "$nestwalk" completions "$shell"
done
check "manual" 0 ".TH" "$nestwalk" manual

# The benchmarks' command has the same arguments and files.
bench=$PWD/.build/release/nestwalk-bench
for command in $("$bench" --help | awk '/^Commands:/{on=1; next} /^$/{on=0} on && /^  [a-z]/{print $1}'); do
  check "help of nestwalk-bench $command" 0 "Usage: nestwalk-bench $command" \
    "$bench" "$command" --help
done
check "a benchmark that is not there" 2 "walk" "$bench" wolk
check "no rounds at all" 2 "positive" "$bench" walk --rounds 0
check "rows into no folder" 1 "can't be written" \
  "$bench" walk --rounds 1 --pages 512 --only sv39/sv39x4 --json "$folder/none/rows.json"

# The reads of a nested walk are (g+1)(h+1)-1.
walk() {
  local guest=$1 g=$2 host=$3 h=$4
  check "walk $guest over $host" 0 "$(((g + 1) * (h + 1) - 1)) table reads" \
    "$nestwalk" walk --guest "$guest" --host "$host"
}
for guest in "x86-4 4" "x86-5 5"; do
  for host in "ept4 4" "ept5 5" "npt4 4" "npt5 5"; do walk $guest $host; done
done
for guest in "arm-s1-4k 4" "arm-s1-16k 4" "arm-s1-64k 3"; do
  for host in "arm-s2-4k 4" "arm-s2-16k 3" "arm-s2-64k 3"; do walk $guest $host; done
done
for guest in "sv39 3" "sv48 4" "sv57 5"; do
  for host in "sv39x4 3" "sv48x4 4" "sv57x4 5"; do walk $guest $host; done
done

# No line of the grids is wider than a terminal.
for pair in "x86-5 ept5" "arm-s1-4k arm-s2-4k" "sv57 sv57x4"; do
  set -- $pair
  done=$((done + 1))
  if "$nestwalk" walk --guest "$1" --host "$2" | grep -qE '^.{81}'; then
    echo "FAILED: walk $1 over $2 is wider than 80 columns"
    failed=$((failed + 1))
  fi
done

# The README's translation, typed as it stands there.
awk '/^## /{on=0} /^## Translating/{on=1} on && /^    /{print substr($0, 5)}' README.md \
  >"$folder/lines"
sed -n '/^head/,/^ *| nestwalk/p' "$folder/lines" >"$folder/typed"
sed '1,/^ *| nestwalk/d' "$folder/lines" >"$folder/shown"
done=$((done + 1))
if [ ! -s "$folder/typed" ] || [ ! -s "$folder/shown" ] || ! diff "$folder/shown" <(
  cd "$folder" && PATH="$(dirname "$nestwalk"):$PATH" bash typed
); then
  echo "FAILED: the README's translation says something else"
  failed=$((failed + 1))
fi

# What the README shows of a comparison.
done=$((done + 1))
awk '/^## /{on=0} /^## What a fault costs/{on=1} on && /^(    |$)/{print substr($0, 5)}' README.md \
  >"$folder/lines"
typed=$(grep -m 1 '^nestwalk compare' "$folder/lines")
if [ -z "$typed" ] || ! diff -B <(sed '0,/^nestwalk compare/d' "$folder/lines") <(
  PATH="$(dirname "$nestwalk"):$PATH" bash -c "$typed"
); then
  echo "FAILED: the README's comparison says something else"
  failed=$((failed + 1))
fi

# The page of recomputed figures is what the command writes.
done=$((done + 1))
if ! diff Docs/Claims.md <("$nestwalk" claims --markdown -); then
  echo "FAILED: Docs/Claims.md is not current: nestwalk claims --markdown Docs/Claims.md"
  failed=$((failed + 1))
fi

# Published measurements are predicted at full size, within their tolerances, as the page says.
done=$((done + 1))
cp Docs/Costs.md "$folder/Costs.md"
if ! "$nestwalk" cases Tests/Cases/*.yaml --into "$folder/Costs.md" >"$folder/cases"; then
  echo "FAILED: a case is refused, or a prediction is outside its tolerance"
  cat "$folder/cases"
  failed=$((failed + 1))
elif ! diff Docs/Costs.md "$folder/Costs.md"; then
  echo "FAILED: Docs/Costs.md is not current: nestwalk cases Tests/Cases/*.yaml --into Docs/Costs.md"
  failed=$((failed + 1))
fi
sed 's/published: 460 ms/published: 560 ms/' Tests/Cases/V9.yaml >"$folder/V9.yaml"
check "a prediction that misses" 3 "1 outside" "$nestwalk" cases "$folder/V9.yaml"
sed 's/inputs: \[D6\]/inputs: []/; s/grade: input/grade: predicted/' Tests/Cases/V9.yaml >"$folder/V9.yaml"
check "a case with an undeclared input" 2 "D6 is the very row" "$nestwalk" cases "$folder/V9.yaml"

# The README's program is the one that the outsider's package runs.
done=$((done + 1))
if ! diff <(awk '/^```swift$/{on=1; next} /^```$/{on=0} on' README.md | sed 1,2d) \
  <(sed -n '/README: first steps/,/README: end/p' \
    Tests/Outsider/Sources/Outsider/FirstSteps.swift | sed '1d;$d;s/^  //'); then
  echo "FAILED: the README's program is not the one that is tested"
  failed=$((failed + 1))
fi

# So is that of Hypervisor's tour.
done=$((done + 1))
if ! diff <(awk '/^```swift$/{on=1; next} /^```$/{on=0} on' \
  Sources/Hypervisor/Hypervisor.docc/TourOfFaults.md) \
  <(sed -n '/Tour: machine/,/Tour: end/p' Tests/Outsider/Sources/Outsider/TourOfFaults.swift \
    | sed '/^  \/\/ Tour: /d;s/^  //'); then
  echo "FAILED: the tour's program is not the one that is tested"
  failed=$((failed + 1))
fi

check "merging of a fleet" 0 "nine tenths of it were back after" \
  "$nestwalk" merge --vms 4 --memory 16M --seconds 60
printf 'space 4\nfill 0 0 4 7\nscan 2\ncounters\n' >"$folder/steps"
check "a recorded boot" 0 "debian-boot with 4G: ready after" "$nestwalk" guest debian-boot
check "a boot's file" 0 '"memory": 1073741824' \
  "$nestwalk" guest Scenarios/boots/microvm.boot --memory 1G --json -
check "a boot in too little memory" 2 "needs at least" "$nestwalk" guest microvm --memory 64M
check "a scanner that takes the VMs' processor" 0 "On 1 processor 20 VMs" \
  "$nestwalk" run Scenarios/pressure/ksm-fleet.yaml --set host.processors=1 --set "work=10 s"
check "work without processors" 2 "has no “processors”" \
  "$nestwalk" run Scenarios/pressure/ksm-fleet.yaml --set "work=10 s"
check "a merging script" 0 "pages_shared=1 pages_sharing=3" "$nestwalk" merge --script "$folder/steps"

printf '%s\n' 1 2 3 4 1 2 5 1 2 3 4 5 >"$folder/pages.txt"
check "a replay" 0 '"policy":"lru","frames":3,"references":12,"misses":10' \
  "$nestwalk" replay "$folder/pages.txt" --policy all --frames 3,4 --json -
check "a curve of misses" 0 "lru,4,12,8" \
  "$nestwalk" replay "$folder/pages.txt" --policy lru --curve --csv -
check "a replay without frames" 2 "from 1 to" "$nestwalk" replay "$folder/pages.txt" --frames 0
printf 123 >"$folder/broken.u32"
check "a broken trace" 2 "4 for each page number" \
  "$nestwalk" replay "$folder/broken.u32" --frames 3

# A shipped profile, written as a file, is a profile.
check "profiles" 0 "textbook-riscv64" "$nestwalk" profiles
check "a profile" 0 "X4" "$nestwalk" profiles xeon-8269cy --yaml "$folder/mine.yaml"
check "profiles side by side" 0 "105 ns" "$nestwalk" profiles "$folder/mine.yaml" kunpeng-920
check "a comparison of measured machines" 0 "x86-4/npt4" \
  "$nestwalk" compare --profile xeon-8269cy --host npt4 --memory 64M
for workload in cold-resume cow-storm dirty-log mmio nested; do
  check "comparison of $workload" 0 "weakest grade" "$nestwalk" compare "$workload" --memory 64M
done
for mechanism in wp manual dbit pml ring pml-ring; do
  check "phases of $mechanism" 0 "disable" \
    "$nestwalk" migrate --phases --memory-per-vcpu 64M --mechanism "$mechanism"
done
check "phases of a scenario's machine" 0 "A database with a hot set: 8 processors with 2G each" \
  "$nestwalk" migrate Scenarios/migrate-database.yaml --phases --write-fraction 5%
check "phases with scans on EPT without flags" 0 "show again: by a fault" \
  "$nestwalk" migrate --phases --memory-per-vcpu 64M --scan-access --no-access-flags
check "phases with pages of 1G" 0 "disable" \
  "$nestwalk" migrate --phases --backing 1G --split fill --recover refault --write-fraction 1%
check "phases of another study's file" 2 "migration" \
  "$nestwalk" migrate Scenarios/boot-storm-32.yaml --phases
# 64 processors with 256 GiB: two seconds on one core that has nothing else to do.
check "phases of a large machine" 0 "disable" timeout 120 "$nestwalk" migrate --phases \
  --vcpus 64 --memory-per-vcpu 4G --iterations 4 --write-fraction 1%
check "phases that an ISA has not" 2 "only Intel's EPT" \
  "$nestwalk" migrate --phases --host npt4 --mechanism pml
check "a comparison of prepared memory" 0 "populating before" \
  "$nestwalk" compare --populate process --batch 8 --memory 64M
echo "profile: mine" >"$folder/empty.yaml"
check "a profile without prices" 2 "“components” is missing" "$nestwalk" profiles "$folder/empty.yaml"

for profile in Sources/Scenarios/Profile/Shipped/*.yaml; do
  check "check of $profile" 0 "$profile: a cost profile" "$nestwalk" check "$profile"
done
check "a file that is misspelt" 2 "sizes.yaml:1:1: " \
  "$nestwalk" check Tests/ScenariosTests/Files/Sample/sizes.yaml
check "an override that is misspelt" 2 "is “machine” meant?" \
  "$nestwalk" check --set machne=mine Sources/Scenarios/Profile/Shipped/skylake-96.yaml
check "schema" 0 "2020-12/schema" "$nestwalk" schema

# Every scenario that comes along is sound, runs, and gives the same bytes under any name.
for scenario in $(grep -l '^study: boot-storm' Scenarios/*.yaml); do
  check "check of $scenario" 0 "$scenario: a scenario" "$nestwalk" check "$scenario"
  said="ready after its start"
  if grep -q '^sweep:' "$scenario"; then said="storms: all"; fi
  check "run of $scenario" 0 "$said" "$nestwalk" run "$scenario" --json "$folder/first.json"
  cp "$scenario" "$folder/another name.yaml"
  check "run of $scenario by another name" 0 "$said" \
    "$nestwalk" run "$folder/another name.yaml" --json "$folder/second.json"
  done=$((done + 1))
  if ! cmp "$folder/first.json" "$folder/second.json" \
    || ! python3 -m json.tool "$folder/first.json" >"$folder/tool.json"; then
    echo "FAILED: the outcome of $scenario is no JSON, or not the same in another run"
    failed=$((failed + 1))
  fi
done
check "a page cache that the first machine warms" 0 "into the page cache" \
  "$nestwalk" run Scenarios/resume-shared-image.yaml --set host.readAround=128K --set fleet[1].count=7
check "a shared page cache has no cohort" 0 "through one page cache, which the first one warms" \
  "$nestwalk" run Scenarios/resume-shared-image.yaml --set fleet[1].count=3
check "a shared page cache, all on one host" 0 "into the page cache" \
  "$nestwalk" run Scenarios/resume-shared-image.yaml --set fleet[1].count=3 --set mode=reference
check "a snapshot that machines of two sizes share" 2 "guest and memory must be theirs" \
  "$nestwalk" check Scenarios/resume-shared-image.yaml --set "fleet[1].memory=512 MiB"
check "a snapshot under a flavour's own name" 2 "guest and memory must be theirs" \
  "$nestwalk" check Scenarios/resume-shared-image.yaml --set fleet[0].name=function \
  --set "fleet[1].name=function" --set "fleet[1].memory=512 MiB"
# What the scenarios say is worth a try is taken, as it stands there.
for scenario in Scenarios/resume-shared-image.yaml Scenarios/boot-storm-varied.yaml; do
  tries=0
  while read -r line; do
    tries=$((tries + 1))
    check "what $scenario says to try: $line" 0 "ready" \
      env PATH="$(dirname "$nestwalk"):$PATH" bash -fc "$line"
  done < <(sed -n 's/^#     \(nestwalk run .*\)$/\1/p' "$scenario")
  done=$((done + 1))
  if [ "$tries" -lt 3 ]; then
    echo "FAILED: $scenario says nothing to try"
    failed=$((failed + 1))
  fi
done
check "a guest of an odd size" 0 "ready" \
  "$nestwalk" run Scenarios/resume-shared-image.yaml --set fleet[1].count=1 \
  --set "fleet[0].memory=107 MiB" --set "fleet[1].memory=107 MiB"
check "machines of eight kinds" 0 "8 different guests of 64 machines" \
  "$nestwalk" run Scenarios/boot-storm-varied.yaml
check "machines that are all different" 0 "is drawn for itself" \
  "$nestwalk" run Scenarios/boot-storm-varied.yaml \
  --set "fleet[0].variation={work: 15, leftOut: 5}" --set fleet[0].count=4
check "a misspelt variation" 2 "is “shuffle” meant?" \
  "$nestwalk" check Scenarios/boot-storm-varied.yaml --set fleet[0].variation.shufle=3
check "a missed target" 3 "Target missed" \
  "$nestwalk" run Scenarios/boot-storm-32.yaml --set target.ready=1ms
check "a target that is met" 0 "Target met" \
  "$nestwalk" run Scenarios/boot-storm-32.yaml --set "target.ready=1 h"
check "what helps against a storm" 3 "The cheapest that meets the target is “backing=2M”" \
  "$nestwalk" run Scenarios/boot-storm-32.yaml --mitigate --set "target.ready=4.4 s"
for scenario in $(grep -l '^study: isa-comparison' Scenarios/*.yaml); do
  check "check of $scenario" 0 "$scenario: a comparison" "$nestwalk" check "$scenario"
  check "run of $scenario" 0 "weakest grade" "$nestwalk" run "$scenario"
done
check "check of a column scan" 0 "a study of translation" \
  "$nestwalk" check Scenarios/column-scan-60g.yaml
check "small pages miss with every value" 0 "100.00 % of the accesses miss the TLBs" \
  "$nestwalk" run Scenarios/column-scan-60g.yaml
check "huge pages cure it" 0 "0.00 % of the accesses miss the TLBs" \
  "$nestwalk" run Scenarios/column-scan-60g.yaml --set guestPages=[1G] --set hostPages=[1G]
check "a question of density" 0 "1.004 times" "$nestwalk" run Scenarios/density-16x8.yaml
check "the texts' prices of a new page" 0 "6.200              7.100" \
  "$nestwalk" run Scenarios/isa-comparison.yaml
check "the deepest cascade" 0 "touches with 4                      1                  1" \
  "$nestwalk" run Scenarios/cascade-worst-case.yaml
check "a comparison as a scenario" 0 "study: isa-comparison" \
  "$nestwalk" compare cold-resume --pages 4096 --print-scenario
check "a sweep from the command line" 0 "4 storms" \
  "$nestwalk" run Scenarios/boot-storm-32.yaml --set "sweep={policy.batch: [1, 8, 64, 512]}"
check "a storm with a misspelt key" 2 "is “count” meant?" \
  "$nestwalk" run Scenarios/boot-storm-32.yaml --set "fleet[0].cuont=3"
check "a storm at another architecture's prices" 2 "is one of arm64" \
  "$nestwalk" run Scenarios/boot-storm-32.yaml --profile kunpeng-920
check "a storm that the host can't hold" 2 "more memory" \
  "$nestwalk" run Scenarios/boot-storm-32.yaml --set "host.memory=1 GiB"
check "an outcome that can't be written" 1 "can't be written" \
  "$nestwalk" run Scenarios/boot-storm-32.yaml --html "$folder/none/storm.html"

# Real hosts: this one, and captured by the script that the command prints.
check "an inventory of this host" 0 "/proc/meminfo MemTotal" "$nestwalk" import proc
"$nestwalk" capture-script >"$folder/capture.sh"
sh "$folder/capture.sh" >"$folder/captured.tar" </dev/null
check "a captured host" 0 "" "$nestwalk" import "$folder/captured.tar" \
  --output "$folder/captured.yaml"
check "a captured host's memory" 0 "/proc/meminfo MemTotal" cat "$folder/captured.yaml"
check "its inventory" 0 "captured.yaml: an inventory" "$nestwalk" check "$folder/captured.yaml"
head -c 3000 "$folder/captured.tar" >"$folder/cut.tar"
check "a captured host that is cut off" 2 "cut off" "$nestwalk" import "$folder/cut.tar"
printf 'time,vm,resident,workingSet\n0,web,1 GiB,512 MiB\n60,web,2 GiB,\n' >"$folder/samples.csv"
check "samples on an assumed host" 0 "the last row" \
  "$nestwalk" import "$folder/samples.csv" --host-memory 64G
check "samples without a host" 2 "--host-memory" "$nestwalk" import "$folder/samples.csv"
echo '{"machine-config":{"vcpu_count":2,"mem_size_mib":512}}' >"$folder/vm.json"
check "a machine of Firecracker on a captured host" 0 "firecracker (measured" \
  "$nestwalk" import "$folder/captured.yaml" "$folder/vm.json"
check "values that can't be used are told of" 0 " 0 not told of" \
  python3 Tests/Import/mutations.py "$nestwalk"
check "a source that is misspelt" 2 "is “libvirt” meant?" "$nestwalk" import libvrt
check "libvirt that is not there" 1 "install the package libvirt0" \
  env NESTWALK_LIBVIRT="$folder/none.so" "$nestwalk" import libvirt --uri test:///default

# The same of those that ask how many machines fit.
for scenario in $(grep -l '^study: density' Scenarios/*.yaml); do
  check "check of $scenario" 0 "a question of density" "$nestwalk" check "$scenario"
  check "density of $scenario" 0 "what is limited" \
    "$nestwalk" density "$scenario" --parts --rules --settings --html "$folder/density.html"
  "$nestwalk" density "$scenario" --json "$folder/first.json" >"$folder/text"
  "$nestwalk" density "$scenario" --print-scenario >"$folder/printed.yaml"
  "$nestwalk" density "$folder/printed.yaml" --json "$folder/second.json" >"$folder/again"
  done=$((done + 1))
  if ! cmp "$folder/first.json" "$folder/second.json" || ! cmp "$folder/text" "$folder/again" \
    || ! python3 -m json.tool "$folder/first.json" >"$folder/tool.json"; then
    echo "FAILED: the answer to $scenario is no JSON, or not that of the scenario that is printed"
    failed=$((failed + 1))
  fi
done
check "settings of as many as are ready in time" 0 "max_instances_per_host" \
  "$nestwalk" density Scenarios/density-boot.yaml --settings
check "nodes that are not alike" 0 "node 1, 16 processors" \
  "$nestwalk" density --memory 16G --vcpus 4 --node 384G:48 --node 128G:16 --ratio 2
check "a size as a report rounds it" 0 "86.6" \
  "$nestwalk" density --memory 2.13GiB --host-memory 86.6GiB
check "sixteen machines of 8 GiB" 0 "1.004 times" "$nestwalk" density Scenarios/density-16x8.yaml
check "17 GiB that don't hold 10" 0 ": 0 machines fit" "$nestwalk" density Scenarios/oom-puzzle.yaml
check "17 GiB that hold 10" 0 ": 1 machine fits" \
  "$nestwalk" density Scenarios/oom-puzzle.yaml --set "host.processes[0].maps[0].pageSize=2M"
check "KubeVirt's example" 0 "KubeVirt 280 MiB" \
  "$nestwalk" density --memory 2GiB --vcpus 2 --host-memory 512GiB
check "density with a misspelt key" 2 "is “memory” meant?" \
  "$nestwalk" density Scenarios/density-16x8.yaml --set host.memroy=1GiB
check "processes that hold more than any host" 2 "from 0 B to 64 PiB" \
  "$nestwalk" density Scenarios/oom-puzzle.yaml --set "host.processes[0].resident=18446744073709551615"
check "options beside a scenario" 2 "“--memory” has no use" \
  "$nestwalk" density Scenarios/density-16x8.yaml --memory 4G
check "more machines than there is room for" 3 "have a place" \
  "$nestwalk" density "$folder/captured.yaml" --memory 1T --place 100000
check "density of this host" 0 "more machines of 256 MiB" \
  "$nestwalk" density "$folder/captured.yaml" --memory 256M
check "what is predicted of this host" 0 "measured" \
  "$nestwalk" density "$folder/captured.yaml" --check
check "fewer in time than fit" 0 "of them meet" \
  "$nestwalk" density Scenarios/density-boot.yaml
check "merging by its model" 0 "Merging gives back" "$nestwalk" density Scenarios/density-merged.yaml
check "a million machines at a risk" 0 "more memory than there is" \
  "$nestwalk" density --memory 256M --host-memory 100T --working-set 64M --working-set 128M \
  --returns reporting --monitor firecracker --risk 0.1%
check "machines placed on this host" 0 "2 machines have a place" \
  "$nestwalk" density "$folder/captured.yaml" --memory 64M --place 2
# A room of hosts: more than 16 MiB of inventory, which every command takes.
python3 - >"$folder/room.yaml" <<'END'
print("inventory: room\nhosts:")
for host in range(2000):
    print(f"  - name: h{host}\n    memory: 512 GiB (measured by the script)")
    print("    processors: 64 (measured by the script)\n    nodes:")
    for node in range(2):
        print(f"      - {{number: {node}, memory: 256 GiB (measured by the script)}}")
print("machines:")
for machine in range(60000):
    print(f"  - name: machine-{machine}\n    host: h{machine % 2000}")
    print(f"    memory: {1 << machine % 4} GiB (measured by the script)")
    print(f"    processors: {1 + machine % 3} (measured by the script)")
    for key in ("resident", "workingSet", "charged", "diskCache", "swapped"):
        print(f"    {key}: {200 + machine % 700} MiB (measured by the script, once)")
END
check "a large inventory" 0 "an inventory" "$nestwalk" check "$folder/room.yaml"
check "2,000 hosts and 60,000 machines" 0 "2,000 hosts" \
  "$nestwalk" density "$folder/room.yaml" --memory 8G --vcpus 1
check "a thousand machines placed in a room" 0 "all 1,000 machines" \
  "$nestwalk" density "$folder/room.yaml" --memory 64G --vcpus 1 --place 1000
check "density of nothing" 2 "Name a FILE" "$nestwalk" density

# Hosts that run short of memory.
for scenario in Scenarios/pressure/*.yaml; do
  check "check of $scenario" 0 "study" "$nestwalk" check "$scenario"
  check "run of $scenario" 0 "what could be done" \
    "$nestwalk" run "$scenario" --json "$folder/first.json" --csv "$folder/first.csv" --html "$folder/first.html"
  cp "$scenario" "$folder/another name.yaml"
  check "run of $scenario by another name" 0 "what could be done" \
    "$nestwalk" run "$folder/another name.yaml" --json "$folder/second.json"
  done=$((done + 1))
  if ! cmp "$folder/first.json" "$folder/second.json" \
    || ! python3 -m json.tool "$folder/first.json" >"$folder/tool.json"; then
    echo "FAILED: the outcome of $scenario is no JSON, or not the same in another run"
    failed=$((failed + 1))
  fi
done
# Machines that are moved while they run.
for scenario in Scenarios/migrate-*.yaml Scenarios/evacuate-host.yaml Scenarios/postcopy-random.yaml; do
  check "check of $scenario" 0 "a migration" "$nestwalk" check "$scenario"
  status=0
  case "$scenario" in *huge-writer*) status=3 ;; esac
  check "run of $scenario" $status "Tracking costs the guest" \
    "$nestwalk" run "$scenario" --threads 1 --json "$folder/first.json" --csv "$folder/first.csv" \
    --html "$folder/first.html" --timeline "$folder/first.timeline"
  check "run of $scenario on four threads" $status "Tracking costs the guest" \
    "$nestwalk" run "$scenario" --threads 4 --json "$folder/second.json"
  done=$((done + 1))
  if ! cmp "$folder/first.json" "$folder/second.json" \
    || ! python3 -m json.tool "$folder/first.timeline" >"$folder/tool.json" \
    || ! python3 -c 'import json, sys
machines = json.load(open(sys.argv[1]))["machines"]
assert machines and all(machine["lostPages"] == 0 for machine in machines)' "$folder/first.json"; then
    echo "FAILED: the outcome of $scenario depends on threads, is no JSON, or a page is lost"
    failed=$((failed + 1))
  fi
done
check "every way to track writes" 0 "ways to track its writes let the machine move" \
  "$nestwalk" migrate Scenarios/migrate-idle.yaml --html "$folder/first.html" --json "$folder/first.json"
check "every way to track writes on one thread" 0 "ways to track its writes let the machine move" \
  "$nestwalk" migrate Scenarios/migrate-idle.yaml --threads 1 --json "$folder/second.json"
done=$((done + 1))
if ! cmp "$folder/first.json" "$folder/second.json" \
  || ! python3 -m json.tool "$folder/first.json" >"$folder/tool.json"; then
  echo "FAILED: the comparison is no JSON, or depends on the number of threads"
  failed=$((failed + 1))
fi
check "one of several machines, and which" 0 "Played is machine 2 of 32" \
  "$nestwalk" migrate Scenarios/evacuate-host.yaml --machine 2 --mechanism manual --backing 2M \
  --split eager
check "all machines over one link" 0 "All 4 machines are played, 2 at once" \
  "$nestwalk" migrate Scenarios/evacuate-host.yaml --set machines=4 --set atOnce=2 --machine all \
  --mechanism manual --backing 2M --split eager
check "one of several machines that go one after the other" 0 "with the whole link" \
  "$nestwalk" migrate Scenarios/evacuate-host.yaml --set atOnce=1 --machine 2 --mechanism manual \
  --backing 2M --split eager
check "a machine that a file hasn't, whatever is asked of it" 2 "the file has 32 machines" \
  "$nestwalk" migrate Scenarios/evacuate-host.yaml --machine 33 --print-scenario
check "a ring that no one asked for" 2 "has no meaning without" \
  "$nestwalk" migrate Scenarios/migrate-idle.yaml --mechanism wp --ring-entries 4096
check "a ring of a size that KVM refuses" 2 "a power of two from 256 to 65536" \
  "$nestwalk" migrate Scenarios/migrate-idle.yaml --mechanism ring --ring-entries 5000
check "a migration from options" 0 "study: migration" \
  "$nestwalk" migrate --vcpus 4 --rate 20MB/s --print-scenario
check "a migration that is throttled" 0 "sleep for up to" \
  "$nestwalk" run Scenarios/migrate-huge-writer.yaml --set machine.memory=1GiB \
  --set precopy.brake=throttle --set "precopy.limit=2 min"
check "a migration with post-copy" 0 "all pages were there" \
  "$nestwalk" run Scenarios/migrate-huge-writer.yaml --set machine.memory=1GiB \
  --set postcopy.afterRounds=2
check "a migration that is no storm" 2 "is no storm" \
  "$nestwalk" run Scenarios/migrate-idle.yaml --mitigate
check "a page-modification log on Arm" 2 "is Intel's" \
  "$nestwalk" check Scenarios/migrate-idle.yaml --set machine.tables=arm-s2-4k \
  --set profile=textbook-arm64 --set tracking.mechanism=pml

check "the same with enough memory" 0 "Everything fits" \
  "$nestwalk" run Scenarios/pressure/thrash-120-on-64.yaml --set "host.memory=128 GiB"
check "diagnoses, with twice the memory and without" 0 "as they should be" \
  python3 Tests/Reports/pressure.py "$nestwalk" Scenarios/pressure
check "pressure too large to model" 2 "a larger scale would" \
  "$nestwalk" run Scenarios/pressure/thrash-120-on-64.yaml --set scale=1 --set "services[0].memory=1 TiB"
seq 0 99 | sed 's/$/ w/' >"$folder/touches"
check "accesses under a limit" 0 "pswpout" \
  "$nestwalk" reclaim "$folder/touches" --limit 256K
for policy in twolist mglru clock twohand; do
  check "accesses under a limit by $policy" 0 "pswpout" \
    "$nestwalk" reclaim "$folder/touches" --limit 256K --policy $policy
  check "a working set that does not fit, by $policy" 0 "thrashing" \
    "$nestwalk" run Scenarios/pressure/thrash-120-on-64.yaml --set host.policy=$policy --set scale=512
done
check "its counters as JSON" 0 "nestwalk.reclaim/1" \
  "$nestwalk" reclaim "$folder/touches" --limit 256K --json -
check "accesses without room" 1 "was killed" \
  "$nestwalk" reclaim "$folder/touches" --limit 256K --swap 0

head -c 65536 /dev/zero >"$folder/image"
check "a command that is not there" 2 "translate" "$nestwalk" translat
check "a format that is not there" 2 "sv39" "$nestwalk" walk --guest sv38
check "guest and host of two ISAs" 2 "." "$nestwalk" walk --guest sv39 --host ept4
check "memory without a base" 2 "BASE" "$nestwalk" translate --memory "$folder/image"
check "memory that is not there" 2 "nowhere" "$nestwalk" translate --memory nowhere@0
echo '{"isa":"riscv64","adress":0}' >"$folder/bad"
check "a misspelt key" 2 "1:18: " "$nestwalk" translate --memory "$folder/image@0" "$folder/bad"

echo "$done commands run, $failed failed"
[ "$failed" -eq 0 ]
