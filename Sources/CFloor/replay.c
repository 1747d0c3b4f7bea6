#include <stdlib.h>

#include "CFloor.h"

enum { nobody = UINT32_MAX };

static uint64_t replay_fifo(const floor_trace *trace, uint32_t frames) {
  uint8_t *resident = calloc(trace->pages, 1);
  uint32_t *ring = malloc(frames * sizeof *ring);
  uint32_t used = 0, hand = 0;
  uint64_t misses = 0;
  for (uint64_t i = 0; i < trace->count; i++) {
    uint32_t page = trace->references[i];
    if (resident[page]) continue;
    misses++;
    if (used < frames) {
      ring[used++] = page;
    } else {
      resident[ring[hand]] = 0;
      ring[hand] = page;
      if (++hand == frames) hand = 0;
    }
    resident[page] = 1;
  }
  free(resident);
  free(ring);
  return misses;
}

typedef struct {
  uint32_t next, previous;
} link;

static uint64_t replay_lru(const floor_trace *trace, uint32_t frames) {
  // The list's own node lies behind those of the pages; a page that is absent has no neighbour.
  link *links = malloc((trace->pages + 1) * sizeof *links);
  uint32_t list = (uint32_t)trace->pages, used = 0;
  uint64_t misses = 0;
  for (uint64_t page = 0; page < trace->pages; page++) links[page].next = nobody;
  links[list].next = links[list].previous = list;
  for (uint64_t i = 0; i < trace->count; i++) {
    uint32_t page = trace->references[i];
    if (links[page].next != nobody) {
      links[links[page].next].previous = links[page].previous;
      links[links[page].previous].next = links[page].next;
    } else {
      misses++;
      if (used < frames) {
        used++;
      } else {
        uint32_t last = links[list].previous;
        links[list].previous = links[last].previous;
        links[links[last].previous].next = list;
        links[last].next = nobody;
      }
    }
    links[page].next = links[list].next;
    links[page].previous = list;
    links[links[list].next].previous = page;
    links[list].next = page;
  }
  free(links);
  return misses;
}

static uint64_t replay_clock(const floor_trace *trace, uint32_t frames) {
  // 0 for an absent page, 1 with its bit clear, 2 with it set.
  uint8_t *state = calloc(trace->pages, 1);
  uint32_t *ring = malloc(frames * sizeof *ring);
  uint32_t used = 0, hand = 0;
  uint64_t misses = 0;
  for (uint64_t i = 0; i < trace->count; i++) {
    uint32_t page = trace->references[i];
    if (state[page]) {
      if (state[page] == 1) state[page] = 2;
      continue;
    }
    misses++;
    state[page] = 1;
    if (used < frames) {
      ring[used++] = page;
      continue;
    }
    while (state[ring[hand]] == 2) {
      state[ring[hand]] = 1;
      if (++hand == frames) hand = 0;
    }
    state[ring[hand]] = 0;
    ring[hand] = page;
    if (++hand == frames) hand = 0;
  }
  free(state);
  free(ring);
  return misses;
}

static uint64_t replay_sieve(const floor_trace *trace, uint32_t frames) {
  uint8_t *state = calloc(trace->pages, 1);
  link *links = malloc((trace->pages + 1) * sizeof *links);
  // `next` leads to the newer page.
  uint32_t list = (uint32_t)trace->pages, used = 0, hand = list;
  uint64_t misses = 0;
  links[list].next = links[list].previous = list;
  for (uint64_t i = 0; i < trace->count; i++) {
    uint32_t page = trace->references[i];
    if (state[page]) {
      if (state[page] == 1) state[page] = 2;
      continue;
    }
    misses++;
    if (used < frames) {
      used++;
    } else {
      for (;;) {
        if (hand == list) hand = links[list].next;
        if (state[hand] == 1) break;
        state[hand] = 1;
        hand = links[hand].next;
      }
      uint32_t next = links[hand].next;
      links[next].previous = links[hand].previous;
      links[links[hand].previous].next = next;
      state[hand] = 0;
      hand = next;
    }
    state[page] = 1;
    links[page].next = list;
    links[page].previous = links[list].previous;
    links[links[list].previous].next = page;
    links[list].previous = page;
  }
  free(state);
  free(links);
  return misses;
}

uint64_t floor_replay(const floor_trace *trace, floor_policy policy, uint32_t frames) {
  switch (policy) {
    case floor_fifo: return replay_fifo(trace, frames);
    case floor_lru: return replay_lru(trace, frames);
    case floor_clock: return replay_clock(trace, frames);
    case floor_sieve: return replay_sieve(trace, frames);
  }
  return 0;
}
