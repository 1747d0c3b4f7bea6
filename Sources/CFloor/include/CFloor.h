// The floors of the benchmarks: C that does only what the hardware's data dependences force.
#ifndef CFLOOR_H
#define CFLOOR_H

#include <stdint.h>

/// One stage of a walk, as constants to be folded: how many levels, how the address is cut, and how
/// an entry gives the next address.
typedef struct {
  uint64_t root;
  uint64_t top_level;
  uint64_t top_shift;
} floor_stage;

/// The shapes that the floor is compiled for.
typedef enum {
  /// 9 index bits over 4K pages, addresses in place (x86-64, EPT, NPT, Arm 4K).
  floor_in_place_9,
  /// 11 index bits over 16K pages, addresses in place (Arm 16K).
  floor_in_place_11,
  /// 13 index bits over 64K pages, addresses in place (Arm 64K).
  floor_in_place_13,
  /// 9 index bits over 4K pages, addresses two bits lower in the entry (RISC-V).
  floor_shifted_9,
} floor_shape;

/// Follows both stages' tables for `count` addresses, with `(g+1)(h+1)-1` dependent loads each, and
/// returns the sum of the host-physical addresses. `memory` is where host-physical address `base` lies.
uint64_t floor_nested_walks(const unsigned char *memory, uint64_t base, floor_shape guest_shape,
                            floor_stage guest, floor_shape host_shape, floor_stage host,
                            const uint64_t *addresses, uint64_t count);

/// A set-associative TLB: the pages, the frames and the stamps of the last use of its lines, set by set.
typedef struct {
  const uint64_t *tags;
  const uint64_t *frames;
  uint64_t *stamps;
  uint64_t ways;
  uint64_t set_mask;
  uint64_t page_shift;
  uint64_t clock;
  uint64_t hits;
} floor_tlb;

/// Looks `count` addresses up, notes each use, and returns the sum of the physical addresses.
uint64_t floor_tlb_lookups(floor_tlb *tlb, const uint64_t *addresses, uint64_t count);

/// Writes `count` entries that lie side by side, each `step` above the one before it.
void floor_fill_entries(uint64_t *entries, uint64_t count, uint64_t first, uint64_t step);

/// A page as a scan for equal pages sees it.
typedef struct {
  uint64_t content;
  uint32_t checksum;
  uint32_t is_merged;
} floor_page;

/// Pages, and two tables of page numbers from 1, of `mask + 1` slots each; the stable one stays from
/// scan to scan.
typedef struct {
  floor_page *pages;
  uint64_t count;
  uint32_t *stable;
  uint32_t *unstable;
  uint64_t mask;
} floor_merge;

/// Goes once through all pages: a changed one is noted, an equal one merged. Returns how many are merged.
uint64_t floor_merge_scan(floor_merge *state);

/// References to pages with numbers below `pages`.
typedef struct {
  const uint32_t *references;
  uint64_t count;
  uint64_t pages;
} floor_trace;

/// The policies that the floor has.
typedef enum {
  floor_fifo,
  floor_lru,
  floor_clock,
  floor_sieve,
} floor_policy;

/// Makes the references in so many frames, with arrays over the pages, and returns how many miss.
uint64_t floor_replay(const floor_trace *trace, floor_policy policy, uint32_t frames);

#endif
