#include "CFloor.h"

uint64_t floor_tlb_lookups(floor_tlb *tlb, const uint64_t *addresses, uint64_t count) {
  const uint64_t *tags = tlb->tags;
  const uint64_t *frames = tlb->frames;
  uint64_t *stamps = tlb->stamps;
  uint64_t offset = (1ull << tlb->page_shift) - 1;
  uint64_t hits = 0;
  uint64_t clock = tlb->clock;
  uint64_t sum = 0;
  uint64_t last = 0;
  for (uint64_t i = 0; i < count; i++) {
    uint64_t address = addresses[i] + (last >> 63);
    uint64_t page = address >> tlb->page_shift;
    uint64_t line = (page & tlb->set_mask) * tlb->ways;
    uint64_t end = line + tlb->ways;
    while (line < end && tags[line] != page) {
      line++;
    }
    if (line < end) {
      stamps[line] = clock++;
      hits++;
      last = frames[line] | (address & offset);
    }
    // Hides the value from the optimiser, so that each look-up really waits for the one before it.
    __asm__ volatile("" : "+r"(last));
    sum += last;
  }
  tlb->clock = clock;
  tlb->hits += hits;
  return sum;
}
