#include <string.h>

#include "CFloor.h"

static uint64_t mix(uint64_t content) {
  uint64_t word = content * 0x9e3779b97f4a7c15u;
  return word ^ word >> 32;
}

uint64_t floor_merge_scan(floor_merge *state) {
  floor_page *pages = state->pages;
  uint64_t mask = state->mask, merged = 0;
  memset(state->unstable, 0, (mask + 1) * sizeof *state->unstable);
  for (uint64_t number = 0; number < state->count; number++) {
    floor_page *page = &pages[number];
    if (page->is_merged) {
      merged++;
      continue;
    }
    uint64_t hash = mix(page->content);
    uint32_t checksum = (uint32_t)(hash >> 16);
    if (page->checksum != checksum) {
      page->checksum = checksum;
      continue;
    }
    uint64_t slot = hash & mask;
    while (state->stable[slot] && pages[state->stable[slot] - 1].content != page->content)
      slot = (slot + 1) & mask;
    if (state->stable[slot]) {
      page->is_merged = 1;
      merged++;
      continue;
    }
    uint64_t other = hash & mask;
    while (state->unstable[other] && pages[state->unstable[other] - 1].content != page->content)
      other = (other + 1) & mask;
    if (!state->unstable[other]) {
      state->unstable[other] = (uint32_t)number + 1;
      continue;
    }
    state->stable[slot] = state->unstable[other];
    pages[state->unstable[other] - 1].is_merged = 1;
    page->is_merged = 1;
    merged += 2;
  }
  return merged;
}
