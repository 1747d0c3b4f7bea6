#include "CFloor.h"

void floor_fill_entries(uint64_t *entries, uint64_t count, uint64_t first, uint64_t step) {
  for (uint64_t i = 0; i < count; i++) {
    entries[i] = first + i * step;
  }
}
