// Plays a pattern of page accesses inside a memory cgroup, and prints what the kernel counted meanwhile.
//
//     reclaim CGROUP.PROCS PATTERN ANON FILE [REPORT]
//
// PATTERN has a word of 32 bits for each access: the page's number, and the highest bit for a write. Pages
// below ANON are anonymous memory, the others are read from FILE. The pattern is read before the process
// joins the group, so that its memory is charged to nobody there.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static char before[1 << 16], after[1 << 16];

// A file of the kernel's, whole: what it says is for others to read.
static void take(const char *path, char *text, size_t room) {
  int file = open(path, O_RDONLY);
  if (file < 0) fail(path);
  size_t used = 0;
  ssize_t got;
  while ((got = read(file, text + used, room - 1 - used)) > 0) used += (size_t)got;
  text[used] = 0;
  close(file);
}

int main(int count, char **arguments) {
  if (count < 5) return 2;
  int pattern = open(arguments[2], O_RDONLY);
  struct stat about;
  if (pattern < 0 || fstat(pattern, &about) < 0) fail(arguments[2]);
  size_t words = (size_t)about.st_size / 4;
  uint32_t *accesses = malloc(words * 4);
  if (!accesses || read(pattern, accesses, words * 4) != (ssize_t)(words * 4)) fail("read");
  uint32_t anon = (uint32_t)strtoul(arguments[3], 0, 10);
  char *memory = mmap(0, ((size_t)anon + 1) * 4096, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) fail("mmap");
  madvise(memory, ((size_t)anon + 1) * 4096, MADV_NOHUGEPAGE);
  int file = open(arguments[4], O_RDONLY);
  if (file < 0) fail(arguments[4]);
  // One page for each access, and none ahead.
  posix_fadvise(file, 0, 0, POSIX_FADV_RANDOM);
  memset(before, 1, sizeof before);
  memset(after, 1, sizeof after);
  char own[32], buffer[64];
  int length = snprintf(own, sizeof own, "%d", getpid());
  int group = open(arguments[1], O_WRONLY);
  if (group < 0 || write(group, own, (size_t)length) != length) fail(arguments[1]);
  close(group);
  take("/proc/vmstat", before, sizeof before);
  volatile char *pages = memory;
  for (size_t number = 0; number < words; number++) {
    uint32_t page = accesses[number] & 0x7fffffff;
    if (page >= anon) {
      if (pread(file, buffer, sizeof buffer, (off_t)(page - anon) * 4096) <= 0) fail("pread");
    } else if (accesses[number] >> 31) {
      pages[(size_t)page * 4096] = 1;
    } else {
      (void)pages[(size_t)page * 4096];
    }
  }
  take("/proc/vmstat", after, sizeof after);
  printf("%s--\n%s", before, after);
  if (count > 5) {
    take(arguments[5], after, sizeof after);
    printf("--\n%s", after);
  }
  return 0;
}
