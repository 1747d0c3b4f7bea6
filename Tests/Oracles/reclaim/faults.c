// Reads and writes anonymous memory in passes inside a memory cgroup, and prints the faults of each pass.
//
//     faults CGROUP.PROCS PAGES PRESSURE
//
// PAGES pages are read, read again, written and written again; then PRESSURE other pages are written twice, under a
// limit that pushes the first out to swap; and these are read, written and written again. A line for each pass has
// its name, its minor faults and its major ones.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static volatile char *map(size_t pages) {
  char *memory = mmap(0, pages * 4096, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) fail("mmap");
  madvise(memory, pages * 4096, MADV_NOHUGEPAGE);
  return memory;
}

// Whatever else has a process fault, its output among it, comes before the first count is taken.
static long minor[16], major[16];

static void pass(int number, volatile char *memory, size_t pages, int writes) {
  struct rusage before, after;
  getrusage(RUSAGE_SELF, &before);
  for (size_t page = 0; page < pages; page++) {
    if (writes) {
      memory[page * 4096] = (char)(number + 1);
    } else {
      (void)memory[page * 4096];
    }
  }
  getrusage(RUSAGE_SELF, &after);
  minor[number] = after.ru_minflt - before.ru_minflt;
  major[number] = after.ru_majflt - before.ru_majflt;
}

int main(int count, char **arguments) {
  if (count < 4) return 2;
  size_t pages = strtoul(arguments[2], 0, 10), pressure = strtoul(arguments[3], 0, 10);
  volatile char *memory = map(pages), *other = map(pressure);
  char own[32];
  int length = snprintf(own, sizeof own, "%d", getpid());
  int group = open(arguments[1], O_WRONLY);
  if (group < 0 || write(group, own, (size_t)length) != length) fail(arguments[1]);
  close(group);
  pass(0, memory, 0, 0);
  pass(0, memory, pages, 0);
  pass(1, memory, pages, 0);
  pass(2, memory, pages, 1);
  pass(3, memory, pages, 1);
  if (pressure > 0) {
    pass(7, other, pressure, 1);
    pass(7, other, pressure, 1);
    pass(4, memory, pages, 0);
    pass(5, memory, pages, 1);
    pass(6, memory, pages, 1);
  }
  static const char *const names[] = {"read",           "read again",  "write",      "write again",
                                      "read from swap", "write after", "write last"};
  for (int number = 0; number < (pressure > 0 ? 7 : 4); number++) {
    printf("%s,%ld,%ld\n", names[number], minor[number], major[number]);
  }
  return 0;
}
