// Runs a script of writes in this process's own memory, whose writes userfaultfd catches.
//
//     protect <script
//
// It knows the steps of Docs/DirtyLog.md that write protection alone can play: `machine`, `start wp`, `write`,
// `get` and `stop`. A second thread takes each fault, notes the page, and gives the right to write back, as a
// hypervisor does; `get` tells what was noted and protects it again.
//
// Exit status: 0 done, 2 a bad script, 77 not possible here, with the reason on the last line.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { page_bytes = 4096, most_pages = 1 << 18 };

static int faults = -1;
static volatile uint8_t *memory;
static uint64_t pages;
static bool is_logged;
// The thread writes a bit before it wakes the writer, and the writer alone reads them.
static uint64_t bitmap[most_pages / 64];

static void fail(int status, const char *format, ...) {
  va_list values;
  va_start(values, format);
  vprintf(format, values);
  va_end(values);
  printf("\n");
  fflush(stdout);
  _exit(status);
}

static int protect(uint64_t first, uint64_t count, bool is_protected) {
  struct uffdio_writeprotect change = {
      .range = {.start = (uintptr_t)memory + first * page_bytes, .len = count * page_bytes},
      .mode = is_protected ? UFFDIO_WRITEPROTECT_MODE_WP : 0};
  return ioctl(faults, UFFDIO_WRITEPROTECT, &change);
}

static void *resolve(void *unused) {
  struct uffd_msg message;
  while (read(faults, &message, sizeof message) == sizeof message) {
    if (message.event != UFFD_EVENT_PAGEFAULT
        || !(message.arg.pagefault.flags & UFFD_PAGEFAULT_FLAG_WP))
      fail(1, "an event that is no write to a protected page");
    uint64_t page = (message.arg.pagefault.address - (uintptr_t)memory) / page_bytes;
    __atomic_fetch_or(&bitmap[page / 64], UINT64_C(1) << (page % 64), __ATOMIC_RELEASE);
    if (protect(page, 1, false) < 0) fail(1, "a page keeps its protection: %s", strerror(errno));
  }
  return unused;
}

static void make_machine(bool is_huge) {
  uint64_t bytes = pages * page_bytes, huge = 2 << 20;
  uint8_t *room = mmap(NULL, bytes + huge, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (room == MAP_FAILED) fail(77, "there is no memory for the pages");
  uint8_t *start = (uint8_t *)(((uintptr_t)room + huge - 1) & ~(huge - 1));
  madvise(start, bytes, is_huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
  memset(start, 1, bytes);
  memory = start;
  faults = syscall(SYS_userfaultfd, O_CLOEXEC);
  if (faults < 0) fail(77, "there is no userfaultfd here: %s", strerror(errno));
  struct uffdio_api api = {.api = UFFD_API, .features = UFFD_FEATURE_PAGEFAULT_FLAG_WP};
  if (ioctl(faults, UFFDIO_API, &api) < 0)
    fail(77, "this userfaultfd can't protect from writes: %s", strerror(errno));
  struct uffdio_register area = {
      .range = {.start = (uintptr_t)memory, .len = bytes}, .mode = UFFDIO_REGISTER_MODE_WP};
  if (ioctl(faults, UFFDIO_REGISTER, &area) < 0)
    fail(77, "this memory can't be protected from writes: %s", strerror(errno));
  pthread_t thread;
  if (pthread_create(&thread, NULL, resolve, NULL) != 0) fail(77, "there is no second thread");
}

// Writes to pages: `3 17-40 9`.
static void write_pages(char *text) {
  for (char *word = strtok(text, " "); word; word = strtok(NULL, " ")) {
    char *end;
    uint64_t first = strtoull(word, &end, 10), last = first;
    if (*end == '-') last = strtoull(end + 1, &end, 10);
    if (*end || last < first || last >= pages) fail(2, "“%s” is no page", word);
    for (uint64_t page = first; page <= last; page++) memory[page * page_bytes]++;
  }
}

static void get(void) {
  uint64_t count = 0;
  for (uint64_t word = 0; word < (pages + 63) / 64; word++)
    count += __builtin_popcountll(__atomic_load_n(&bitmap[word], __ATOMIC_ACQUIRE));
  printf("%" PRIu64 " 0", count);
  for (uint64_t page = 0; page < pages; page++) {
    if (!(bitmap[page / 64] >> (page % 64) & 1)) continue;
    uint64_t last = page;
    while (last + 1 < pages && bitmap[(last + 1) / 64] >> ((last + 1) % 64) & 1) last++;
    printf(last > page ? " %" PRIu64 "-%" PRIu64 : " %" PRIu64, page, last);
    if (protect(page, last - page + 1, true) < 0) fail(1, "pages can't be protected again");
    page = last;
  }
  printf("\n");
  memset(bitmap, 0, sizeof bitmap);
}

static void step(char *line) {
  char *rest = strchr(line, ' ');
  if (rest) *rest++ = 0;
  else rest = line + strlen(line);
  if (!strcmp(line, "machine")) {
    char backing[8];
    if (memory || sscanf(rest, "%" SCNu64 " %7s", &pages, backing) != 2 || pages < 1
        || pages > most_pages)
      fail(2, "“%s” is no machine", rest);
    make_machine(!strcmp(backing, "2M"));
  } else if (!memory) {
    fail(2, "the first step must make a machine");
  } else if (!strcmp(line, "write")) {
    char *pages_at = strchr(rest, ' ');
    if (pages_at) write_pages(pages_at);
  } else if (!strcmp(line, "start") && !strcmp(rest, "wp") && !is_logged) {
    is_logged = true;
    memset(bitmap, 0, sizeof bitmap);
    if (protect(0, pages, true) < 0) fail(1, "pages can't be protected: %s", strerror(errno));
  } else if (!strcmp(line, "get") && is_logged) {
    get();
  } else if (!strcmp(line, "stop") && is_logged) {
    is_logged = false;
    if (protect(0, pages, false) < 0) fail(1, "pages keep their protection: %s", strerror(errno));
  } else {
    fail(2, "“%s %s” is no step here", line, rest);
  }
}

int main(void) {
  char *line = NULL;
  size_t room = 0;
  ssize_t length;
  while ((length = getline(&line, &room, stdin)) > 0) {
    if (line[length - 1] == '\n') line[length - 1] = 0;
    if (*line) step(line);
  }
  fflush(stdout);
  _exit(0);
}
