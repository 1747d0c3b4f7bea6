#!/bin/bash
# Looks at what the optimiser made of the walk and of a fault: reference counting, allocation, exclusivity
# checks and unspecialised generics are what would make them slow without changing a single result.
#
# The functions are those of the release build that a translation without an observer goes through, and
# those that the first touch of a page does.
set -euo pipefail
cd "$(dirname "$0")/../.."

program=${1:-.build/release/nestwalk-bench}
forbidden='swift_retain|swift_release|swift_bridgeObject|swift_alloc|swift_begin|swift_end|swift_once'
forbidden+='|swift_isUnique|ArrayBuffer|swift_getWitnessTable|swift_getAssociated|swift_dynamicCast|malloc|swift_slowAlloc'

# The runtime's functions that a function calls, or jumps to as its last act.
calls() {
  objdump --disassemble="$1" --no-show-raw-insn "$program" \
    | grep -oE "(call|jmp) +[0-9a-f]+ <[^>]+>" | grep -oE "$forbidden" | sort -u || true
}

# The functions of the program whose names, as people read them, match.
functions() {
  grep -E "$1" "$names" | cut -d ' ' -f 1
}

names=$(mktemp)
trap 'rm -f "$names"' EXIT
symbols() {
  nm --defined-only "$program" \
    | awk '$2 ~ /[tT]/ && $3 ~ /^\$s(6Paging|10HostMemory|10Hypervisor)/ {print $3}' | sort -u
}
paste -d ' ' <(symbols) <(symbols | swift demangle) >"$names"

status=0
walks=0
look_at() {
  for function in $(functions "$1"); do
    walks=$((walks + 1))
    found=$(calls "$function" | paste -s -d ' ')
    if [ -n "$found" ]; then
      echo "$(grep -F "$function " "$names" | cut -d ' ' -f 2-): $found"
      status=1
    fi
  done
}
look_at 'specialization <.*NoObserver.* of Paging\.(nestedWalk|walkStage|walkHost|\(resolve|\(settle)'
look_at 'specialization <.*NoObserver.* of Paging\..*Source\.(read|update)'
look_at ' Paging\.[A-Za-z0-9]+Processor\.translate\(_: Paging.GuestVirtual, _: Paging.Access, in: '
look_at ' static Paging\.[A-Za-z0-9]+\.examine\('
# What a hit and a walk do with the TLBs and walk caches; a new context and a flush may allocate.
look_at ' Paging\.CacheArray\.\(?(find|touch|claim|victim|treeVictim|drop\(_)'
look_at ' Paging\.CacheState\.\(?(find|use|copy|keep|guestStart|hostStart|tableLine|pass|probe|dropWeak)'
look_at 'generic specialization <.*> of Paging\.CachesView\.'

# The first touch of a page, from the walk that fails to the one that arrives.
walks_alone=$walks
look_at '^[^ ]+ Hypervisor\.VirtualMachine\.(touch\(processor|allocate\(_: Hypervisor.StageTwoFault)'
look_at '^[^ ]+ Hypervisor\.VirtualMachine\.(install|hostPage|resolve)\(_: '
look_at '^[^ ]+ HostMemory\.FrameAllocator\.(allocate|\(take in )'
look_at '^[^ ]+ HostMemory\.FrameTier\.take\('
look_at '^[^ ]+ Paging\.HostTables\.mapPage\('
look_at 'specialization <.*> of Paging\.StageTables\.mapOne<'
look_at '^[^ ]+ Paging\.[A-Za-z0-9]+Processor\.attempt\('
# Nor is anything large copied on the way, such as a processor or a failure.
forbidden+='|memcpy|memmove'
look_at '^[^ ]+ Hypervisor\.VirtualMachine\.touch\(processor'
faults=$((walks - walks_alone))
walks=$walks_alone

# The check itself is checked: a function that keeps steps in an array must be caught.
caught=0
for function in $(functions ' Paging\.WalkTrace\.step\('); do
  if [ -n "$(calls "$function")" ]; then caught=$((caught + 1)); fi
done

echo "$walks functions of the walk and $faults of a fault looked at, $caught that allocate caught in control"
[ "$walks" -gt 0 ] && [ "$faults" -ge 12 ] && [ "$caught" -gt 0 ] && exit "$status"
exit 1
