#include "CFloor.h"

#include <string.h>

#define INLINE static inline __attribute__((always_inline))

typedef struct {
  uint64_t index_bits;
  uint64_t page_shift;
  uint64_t frame_mask;
  uint64_t frame_shift;
} shape;

INLINE uint64_t load(const unsigned char *memory, uint64_t address) {
  uint64_t word;
  memcpy(&word, memory + address, sizeof word);
  return word;
}

INLINE uint64_t frame(shape s, uint64_t entry) {
  return (entry & s.frame_mask) << s.frame_shift;
}

INLINE uint64_t walk_host(const unsigned char *memory, shape s, floor_stage stage,
                          uint64_t levels, uint64_t address) {
  uint64_t table = stage.root;
  uint64_t shift = stage.top_shift;
  uint64_t index = address >> shift;
#pragma clang loop unroll(full)
  for (uint64_t level = 0; level < levels; level++) {
    table = frame(s, load(memory, table + index * 8));
    shift -= s.index_bits;
    index = (address >> shift) & ((1ull << s.index_bits) - 1);
  }
  return table | (address & ((1ull << s.page_shift) - 1));
}

INLINE uint64_t walk_nested(const unsigned char *memory, shape gs, floor_stage guest,
                            uint64_t guest_levels, shape hs, floor_stage host,
                            uint64_t host_levels, const uint64_t *addresses, uint64_t count) {
  uint64_t sum = 0;
  uint64_t last = 0;
  for (uint64_t i = 0; i < count; i++) {
    uint64_t address = addresses[i] + (last >> 63);
    uint64_t table = guest.root;
    uint64_t shift = guest.top_shift;
    uint64_t index = address >> shift;
#pragma clang loop unroll(full)
    for (uint64_t level = 0; level < guest_levels; level++) {
      uint64_t place = walk_host(memory, hs, host, host_levels, table + index * 8);
      table = frame(gs, load(memory, place));
      shift -= gs.index_bits;
      index = (address >> shift) & ((1ull << gs.index_bits) - 1);
    }
    last = walk_host(memory, hs, host, host_levels,
                     table | (address & ((1ull << gs.page_shift) - 1)));
    // Hides the value from the optimiser, so that each walk really waits for the one before it.
    __asm__ volatile("" : "+r"(last));
    sum += last;
  }
  return sum;
}

// No address here is wider than 48 bits, and above them Arm's entries have bits of their own.
static const shape in_place_9 = {9, 12, 0x0000fffffffff000ull, 0};
static const shape in_place_11 = {11, 14, 0x0000ffffffffc000ull, 0};
static const shape in_place_13 = {13, 16, 0x0000ffffffff0000ull, 0};
static const shape shifted_9 = {9, 12, 0x003ffffffffffc00ull, 2};

// Every combination of shapes and levels is its own function, so that the loops have constant ends.
#define HOST_LEVELS(gs, gl, hs)                                                                  \
  switch (host.top_level) {                                                                      \
  case 0: return walk_nested(memory, gs, guest, gl, hs, host, 1, addresses, count);              \
  case 1: return walk_nested(memory, gs, guest, gl, hs, host, 2, addresses, count);              \
  case 2: return walk_nested(memory, gs, guest, gl, hs, host, 3, addresses, count);              \
  case 3: return walk_nested(memory, gs, guest, gl, hs, host, 4, addresses, count);              \
  case 4: return walk_nested(memory, gs, guest, gl, hs, host, 5, addresses, count);              \
  default: return 0;                                                                             \
  }

#define GUEST_LEVELS(gs, hs)                                                                     \
  switch (guest.top_level) {                                                                     \
  case 0: HOST_LEVELS(gs, 1, hs)                                                                 \
  case 1: HOST_LEVELS(gs, 2, hs)                                                                 \
  case 2: HOST_LEVELS(gs, 3, hs)                                                                 \
  case 3: HOST_LEVELS(gs, 4, hs)                                                                 \
  case 4: HOST_LEVELS(gs, 5, hs)                                                                 \
  default: return 0;                                                                             \
  }

#define HOST_SHAPES(gs)                                                                          \
  switch (host_shape) {                                                                          \
  case floor_in_place_9: GUEST_LEVELS(gs, in_place_9)                                            \
  case floor_in_place_11: GUEST_LEVELS(gs, in_place_11)                                          \
  case floor_in_place_13: GUEST_LEVELS(gs, in_place_13)                                          \
  case floor_shifted_9: GUEST_LEVELS(gs, shifted_9)                                              \
  }                                                                                              \
  return 0;

uint64_t floor_nested_walks(const unsigned char *memory, uint64_t base, floor_shape guest_shape,
                            floor_stage guest, floor_shape host_shape, floor_stage host,
                            const uint64_t *addresses, uint64_t count) {
  memory -= base;
  switch (guest_shape) {
  case floor_in_place_9: HOST_SHAPES(in_place_9)
  case floor_in_place_11: HOST_SHAPES(in_place_11)
  case floor_in_place_13: HOST_SHAPES(in_place_13)
  case floor_shifted_9: HOST_SHAPES(shifted_9)
  }
  return 0;
}
