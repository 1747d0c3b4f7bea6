/* Runs a merging script in real memory under the running kernel's ksmd, and prints its counters.
 *
 *     ksm SCRIPT
 *
 * Docs/Merging.md describes the script. ksmd sleeps so long between its wake-ups that it never wakes
 * of itself; a wake-up is a change of sleep_millisecs, on which it looks up and goes through one
 * batch. So every wake-up of the script is exactly one of ksmd's. The caller saves and restores the
 * settings. Exit status: 0 done, 1 the kernel does not do what it should, 2 bad script. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, HUGE = 2 << 20, SPACES = 64 };

static const char *const folder = "/sys/kernel/mm/ksm";
static const char *const names[] = {
    "pages_shared",   "pages_sharing",      "pages_unshared",   "pages_volatile",
    "pages_scanned",  "pages_skipped",      "ksm_zero_pages",   "stable_node_chains",
    "stable_node_dups", "full_scans",       "general_profit"};

static struct {
  unsigned char *start;
  uint64_t pages;
} spaces[SPACES];
static int space_count;
static unsigned char *arena;
static unsigned char *arena_end;
/* The exit status of a run that tells nothing, for ksmd did more than it was asked for. */
enum { TWICE = 75 };

static uint64_t scanned_before, skipped_before;
static unsigned sleep_now = 3600000;
static bool is_running;
static int ksmd;

static _Noreturn void stop(int status, const char *form, ...) {
  va_list values;
  va_start(values, form);
  vfprintf(stderr, form, values);
  va_end(values);
  fputc('\n', stderr);
  exit(status);
}

static void nap(void) {
  struct timespec time = {0, 200000};
  nanosleep(&time, NULL);
}

static void put(const char *name, const char *value) {
  char path[256];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "w");
  if (!file || fputs(value, file) < 0 || fclose(file) != 0)
    stop(1, "%s can't be set to %s: %s", path, value, strerror(errno));
}

static void put_number(const char *name, unsigned value) {
  char text[32];
  snprintf(text, sizeof text, "%u", value);
  put(name, text);
}

/* A counter; 0 if this kernel has none of that name, which `counters` says then. */
static long long get(const char *name, bool *is_there) {
  char path[256];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "r");
  long long value = 0;
  *is_there = file && fscanf(file, "%lld", &value) == 1;
  if (file) fclose(file);
  return value;
}

static long long need(const char *name) {
  bool is_there;
  long long value = get(name, &is_there);
  if (!is_there) stop(1, "%s/%s can't be read", folder, name);
  return value;
}

/* The process id of ksmd. */
static int find_ksmd(void) {
  DIR *directory = opendir("/proc");
  struct dirent *entry;
  while (directory && (entry = readdir(directory))) {
    char path[300], name[32] = "";
    int number = atoi(entry->d_name);
    if (number <= 0) continue;
    snprintf(path, sizeof path, "/proc/%d/comm", number);
    FILE *file = fopen(path, "r");
    bool is_read = file && fgets(name, sizeof name, file);
    if (file) fclose(file);
    if (is_read && strcmp(name, "ksmd\n") == 0) {
      closedir(directory);
      return number;
    }
  }
  stop(1, "there is no ksmd");
}

/* Waits until ksmd sleeps. */
static void settle(void) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/stat", ksmd);
  for (int tries = 0; tries < 50000; tries++) {
    FILE *file = fopen(path, "r");
    char state = 0;
    if (!file || fscanf(file, "%*d (ksmd) %c", &state) != 1) stop(1, "%s can't be read", path);
    fclose(file);
    if (state == 'S' || state == 'I') return;
    nap();
  }
  stop(1, "ksmd does not come to rest");
}

/* Empties the processors' lists of new pages. A page that is on one is held, and ksmd can't protect
 * it; which pages those are is chance, and ksmd itself empties the lists only when a scan starts. A
 * migration to the node where everything is does no more than that. */
static void settle_new_pages(void) {
  unsigned long node = 1;
  if (syscall(SYS_migrate_pages, 0, 8 * sizeof node, &node, &node) < 0)
    stop(1, "new pages can't be settled: %s", strerror(errno));
}

/* One wake-up of ksmd. */
static void wake(void) {
  long long scanned = need("pages_scanned"), scans = need("full_scans");
  long long batch = need("pages_to_scan");
  for (int attempt = 0; attempt < 100; attempt++) {
    settle();
    sleep_now ^= 1;
    put_number("sleep_millisecs", sleep_now);
    if (!is_running) {
      /* That has ended a sleep from when it last ran; now it waits to run at all. */
      settle();
      put("run", "1");
      is_running = true;
    }
    for (int tries = 0; tries < 2000; tries++) {
      if (need("pages_scanned") != scanned || need("full_scans") != scans) {
        /* The batch holds the mutex that this waits for. */
        put("run", "1");
        settle();
        /* On a loaded machine ksmd may be so late that it was woken again, and then goes through a
         * batch for each. No batch goes beyond the end of a scan, so that two show. */
        if (attempt > 0
            && (need("full_scans") - scans > 1 || need("pages_scanned") - scanned > batch))
          stop(TWICE, "ksmd has gone through two batches for one wake-up");
        return;
      }
      nap();
    }
  }
  stop(1, "ksmd does not wake");
}

/* Bytes that the content alone decides, in the order of the identities. */
static void fill(unsigned char *page, uint64_t content) {
  uint64_t words[PAGE / 8] = {0};
  if (content) {
    uint64_t state = content;
    for (int number = 0; number < PAGE / 8; number++) {
      words[number] = state;
      state = state * 6364136223846793005u + 1442695040888963407u;
    }
    words[0] = __builtin_bswap64(content);
  }
  memcpy(page, words, PAGE);
}

static unsigned char *page_at(uint64_t space, uint64_t first, uint64_t count) {
  if (space >= (uint64_t)space_count || first + count > spaces[space].pages)
    stop(2, "there is no such page: space %" PRIu64 ", %" PRIu64 " and %" PRIu64 " more", space,
         first, count);
  return spaces[space].start + first * PAGE;
}

static void make_space(uint64_t pages, bool is_huge) {
  if (!arena) {
    size_t size = (size_t)8 << 30;
    arena = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (arena == MAP_FAILED) stop(1, "no address space: %s", strerror(errno));
    arena_end = arena + size;
  }
  /* Spaces lie in ascending order, as ksmd visits them, with a gap between them. */
  arena = (unsigned char *)(((uintptr_t)arena + 2 * HUGE - 1) & ~(uintptr_t)(HUGE - 1));
  size_t size = pages * PAGE;
  if (space_count == SPACES || arena + size > arena_end) stop(2, "too much memory");
  void *start = mmap(arena, size, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (start == MAP_FAILED) stop(1, "no memory: %s", strerror(errno));
  if (madvise(start, size, is_huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE) != 0)
    stop(1, "no choice of page size: %s", strerror(errno));
  if (madvise(start, size, MADV_MERGEABLE) != 0) stop(1, "no merging: %s", strerror(errno));
  spaces[space_count].start = start;
  spaces[space_count++].pages = pages;
  arena += size;
}

static void counters(void) {
  const char *gap = "";
  for (size_t number = 0; number < sizeof names / sizeof *names; number++) {
    bool is_there;
    long long value = get(names[number], &is_there);
    if (!is_there) continue;
    if (strcmp(names[number], "pages_scanned") == 0) value -= scanned_before;
    if (strcmp(names[number], "pages_skipped") == 0) value -= skipped_before;
    printf("%s%s=%lld", gap, names[number], value);
    gap = " ";
  }
  putchar('\n');
  fflush(stdout);
}

static void run_line(const char *line, int number) {
  char verb[32] = "", name[64] = "", value[64] = "";
  uint64_t a = 0, b = 0, c = 0, d = 0;
  if (sscanf(line, "%31s", verb) != 1 || verb[0] == '#') return;
  if (strcmp(verb, "kernel") == 0) {
    /* The running kernel is what it is. */
  } else if (sscanf(line, "set %63s %63s", name, value) == 2) {
    if (strcmp(name, "sleep_millisecs") != 0) put(name, value);
  } else if (sscanf(line, "space %" SCNu64 " %63s", &a, name) >= 1) {
    make_space(a, strcmp(name, "huge") == 0);
  } else if (sscanf(line, "fill %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNi64, &a, &b, &c, &d) == 4) {
    unsigned char *page = page_at(a, b, c);
    for (uint64_t count = 0; count < c; count++) fill(page + count * PAGE, d);
  } else if (sscanf(line, "unique %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNi64, &a, &b, &c, &d) == 4) {
    unsigned char *page = page_at(a, b, c);
    for (uint64_t count = 0; count < c; count++) fill(page + count * PAGE, d + count);
  } else if (sscanf(line, "drop %" SCNu64 " %" SCNu64 " %" SCNu64, &a, &b, &c) == 3) {
    if (madvise(page_at(a, b, c), c * PAGE, MADV_DONTNEED) != 0)
      stop(1, "pages can't be dropped: %s", strerror(errno));
  } else if (sscanf(line, "wake %" SCNu64, &a) == 1) {
    settle_new_pages();
    while (a-- > 0) wake();
  } else if (sscanf(line, "scan %" SCNu64, &a) == 1) {
    settle_new_pages();
    long long end = need("full_scans") + (long long)a;
    while (need("full_scans") < end) wake();
  } else if (strcmp(verb, "unmerge") == 0) {
    put("run", "2");
    is_running = false;
  } else if (strcmp(verb, "counters") == 0) {
    counters();
  } else {
    stop(2, "line %d is not understood: %s", number, line);
  }
}

int main(int argc, char **argv) {
  if (argc != 2) stop(2, "usage: ksm SCRIPT");
  /* Who is to restore the settings must not find them changed again. */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  FILE *script = fopen(argv[1], "r");
  if (!script) stop(2, "%s: %s", argv[1], strerror(errno));
  ksmd = find_ksmd();
  put_number("sleep_millisecs", sleep_now);
  /* From 0 to 2 and back: no record of an earlier run is left. */
  put("run", "0");
  put("run", "2");
  bool is_there;
  scanned_before = (uint64_t)need("pages_scanned");
  skipped_before = (uint64_t)get("pages_skipped", &is_there);
  char line[256];
  for (int number = 1; fgets(line, sizeof line, script); number++) run_line(line, number);
  put("run", "2");
  return 0;
}
