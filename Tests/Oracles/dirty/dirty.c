// Runs a script of writes and dirty-log calls in a tiny guest under /dev/kvm.
//
//     dirty <script
//
// Docs/DirtyLog.md describes the script. The guest is in 32-bit protected mode without paging: it takes
// addresses from a list and writes a word to each, and halts at the end of the list. Its code and the list lie in
// slot 0, whose writes are not logged; what it writes to is slot 1.
//
// Each `get` prints one line: how many pages, how often a ring was full since the last one, and the pages.
// Exit status: 0 done, 2 a bad script, 77 not possible here, with the reason on the last line.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/kvm.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
  page_bytes = 4096,
  most_processors = 8,
  most_pages = 1 << 18,
  // Slot 0: the code's page, then the list.
  list_at = 0x10000,
  list_words = 1 << 15,
  low_bytes = list_at + (list_words + 1) * 4,
};

static const uint64_t memory_at = 1 << 30;

static int kvm, vm;
static int processors = 1, vcpu[most_processors];
static struct kvm_run *run[most_processors];
static uint8_t *low, *memory;
static uint64_t pages;
static bool is_huge;

enum mode { none, automatic, manual, all_set, ring };
static enum mode mode;
static uint32_t ring_entries;
static struct kvm_dirty_gfn *rings[most_processors];
static uint32_t fetched[most_processors];
static uint64_t full_exits;
static uint64_t bitmap[most_pages / 64];

static void fail(int status, const char *format, ...) {
  va_list values;
  va_start(values, format);
  vprintf(format, values);
  va_end(values);
  printf("\n");
  fflush(stdout);
  exit(status);
}

static void must(int result, const char *what) {
  if (result < 0) fail(1, "%s: %s", what, strerror(errno));
}

static void set_slot(uint32_t number, uint64_t at, uint64_t bytes, void *host, uint32_t flags) {
  struct kvm_userspace_memory_region region = {
      .slot = number, .flags = flags, .guest_phys_addr = at, .memory_size = bytes,
      .userspace_addr = (uintptr_t)host};
  must(ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region), "KVM_SET_USER_MEMORY_REGION");
}

// next: lodsd; test eax, eax; jz end; mov [eax], eax; jmp next; end: hlt
static const uint8_t code[] = {0xad, 0x85, 0xc0, 0x74, 0x04, 0x89, 0x00, 0xeb, 0xf7, 0xf4};
// The same with an out to port 0 behind each write. A KVM that emulates instructions in batches (PVM's, in this
// mode) looks at the ring between batches only, and would fill it more than once before it leaves the guest.
static const uint8_t stepping_code[] = {0xad, 0x85, 0xc0, 0x74, 0x06, 0x89, 0x00,
                                        0xe6, 0x00, 0xeb, 0xf5, 0xf4};

static void make_processor(int number) {
  vcpu[number] = ioctl(vm, KVM_CREATE_VCPU, number);
  must(vcpu[number], "KVM_CREATE_VCPU");
  int bytes = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
  run[number] = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu[number], 0);
  if (run[number] == MAP_FAILED) fail(1, "the processor's page can't be mapped");
  struct kvm_sregs registers;
  must(ioctl(vcpu[number], KVM_GET_SREGS, &registers), "KVM_GET_SREGS");
  struct kvm_segment flat = {
      .base = 0, .limit = 0xffffffff, .selector = 8, .type = 11, .present = 1, .dpl = 0, .db = 1,
      .s = 1, .l = 0, .g = 1};
  registers.cs = flat;
  flat.type = 3;
  flat.selector = 16;
  registers.ds = registers.es = registers.fs = registers.gs = registers.ss = flat;
  registers.cr0 |= 1;
  must(ioctl(vcpu[number], KVM_SET_SREGS, &registers), "KVM_SET_SREGS");
  if (ring_entries == 0) return;
  rings[number] = mmap(NULL, ring_entries * sizeof(struct kvm_dirty_gfn), PROT_READ | PROT_WRITE,
                       MAP_SHARED, vcpu[number], page_bytes * KVM_DIRTY_LOG_PAGE_OFFSET);
  if (rings[number] == MAP_FAILED) fail(1, "the processor's ring can't be mapped");
}

static void make_machine(void) {
  low = mmap(NULL, low_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  uint64_t bytes = pages * page_bytes, huge = 2 << 20;
  uint8_t *room = mmap(NULL, bytes + huge, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (low == MAP_FAILED || room == MAP_FAILED) fail(77, "there is no memory for the guest");
  memory = (uint8_t *)(((uintptr_t)room + huge - 1) & ~(huge - 1));
  madvise(memory, bytes, is_huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
  memset(memory, 1, bytes);
  if (ring_entries > 0) memcpy(low, stepping_code, sizeof stepping_code);
  else memcpy(low, code, sizeof code);
  vm = ioctl(kvm, KVM_CREATE_VM, 0);
  if (vm < 0) fail(77, "KVM makes no machine: %s", strerror(errno));
  if (ring_entries > 0) {
    struct kvm_enable_cap cap = {.cap = KVM_CAP_DIRTY_LOG_RING};
    if (ioctl(vm, KVM_CHECK_EXTENSION, cap.cap) <= 0) cap.cap = KVM_CAP_DIRTY_LOG_RING_ACQ_REL;
    cap.args[0] = ring_entries * sizeof(struct kvm_dirty_gfn);
    must(ioctl(vm, KVM_ENABLE_CAP, &cap), "KVM_CAP_DIRTY_LOG_RING");
  }
  set_slot(0, 0, low_bytes + page_bytes - low_bytes % page_bytes, low, 0);
  set_slot(1, memory_at, bytes, memory, 0);
  for (int number = 0; number < processors; number++) make_processor(number);
}

static void note(uint64_t page) { bitmap[page / 64] |= UINT64_C(1) << (page % 64); }

// Takes what the rings hold, and has the pages protected again.
static uint32_t harvest(void) {
  uint32_t count = 0;
  for (int number = 0; number < processors; number++) {
    while (true) {
      struct kvm_dirty_gfn *entry = &rings[number][fetched[number] % ring_entries];
      if (__atomic_load_n(&entry->flags, __ATOMIC_ACQUIRE) != KVM_DIRTY_GFN_F_DIRTY) break;
      if ((entry->slot & 0xffff) != 1 || entry->offset >= pages) fail(1, "a ring holds a stranger");
      note(entry->offset);
      __atomic_store_n(&entry->flags, KVM_DIRTY_GFN_F_RESET, __ATOMIC_RELEASE);
      fetched[number]++;
      count++;
    }
  }
  int reset = ioctl(vm, KVM_RESET_DIRTY_RINGS, 0);
  must(reset, "KVM_RESET_DIRTY_RINGS");
  if ((uint32_t)reset != count) fail(1, "%d entries were reset, and %u taken", reset, count);
  return count;
}

static void go(int number, uint32_t count) {
  ((uint32_t *)(low + list_at))[count] = 0;
  struct kvm_regs registers = {.rip = 0, .rsi = list_at, .rflags = 2};
  must(ioctl(vcpu[number], KVM_SET_REGS, &registers), "KVM_SET_REGS");
  while (true) {
    int result = ioctl(vcpu[number], KVM_RUN, 0);
    if (result < 0 && errno == EINTR) continue;
    must(result, "KVM_RUN");
    switch (run[number]->exit_reason) {
      case KVM_EXIT_HLT: return;
      case KVM_EXIT_IO: break;
      case KVM_EXIT_DIRTY_RING_FULL:
        full_exits++;
        if (harvest() == 0) fail(1, "a ring is full and holds nothing");
        break;
      default: fail(1, "the guest left with reason %u", run[number]->exit_reason);
    }
  }
}

// Lets a processor write to pages: `3 17-40 9`.
static void write_pages(int number, char *text) {
  uint32_t *list = (uint32_t *)(low + list_at), count = 0;
  for (char *word = strtok(text, " "); word; word = strtok(NULL, " ")) {
    char *end;
    uint64_t first = strtoull(word, &end, 10), last = first;
    if (*end == '-') last = strtoull(end + 1, &end, 10);
    if (*end || last < first || last >= pages) fail(2, "“%s” is no page", word);
    for (uint64_t page = first; page <= last; page++) {
      list[count++] = memory_at + page * page_bytes;
      if (count == list_words) go(number, count), count = 0;
    }
  }
  if (count > 0) go(number, count);
}

static void start(char *text) {
  char *word = strtok(text, " ");
  struct kvm_enable_cap cap = {.cap = KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2};
  if (word && !strcmp(word, "wp")) mode = automatic;
  else if (word && !strcmp(word, "manual")) mode = manual;
  else if (word && !strcmp(word, "all-set")) mode = all_set;
  else if (word && !strcmp(word, "ring") && ring_entries > 0) mode = ring;
  else fail(2, "“%s” is no way to log", word ? word : "");
  if (mode != ring) {
    cap.args[0] = mode == all_set ? 3 : mode == manual ? 1 : 0;
    must(ioctl(vm, KVM_ENABLE_CAP, &cap), "KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2");
  }
  set_slot(1, memory_at, pages * page_bytes, memory, KVM_MEM_LOG_DIRTY_PAGES);
}

static void get(void) {
  if (mode == ring) {
    harvest();
  } else {
    struct kvm_dirty_log log = {.slot = 1, .dirty_bitmap = bitmap};
    must(ioctl(vm, KVM_GET_DIRTY_LOG, &log), "KVM_GET_DIRTY_LOG");
  }
  uint64_t count = 0;
  for (uint64_t word = 0; word < (pages + 63) / 64; word++) count += __builtin_popcountll(bitmap[word]);
  printf("%" PRIu64 " %" PRIu64, count, full_exits);
  for (uint64_t page = 0; page < pages; page++) {
    if (!(bitmap[page / 64] >> (page % 64) & 1)) continue;
    uint64_t last = page;
    while (last + 1 < pages && bitmap[(last + 1) / 64] >> ((last + 1) % 64) & 1) last++;
    printf(last > page ? " %" PRIu64 "-%" PRIu64 : " %" PRIu64, page, last);
    page = last;
  }
  printf("\n");
  full_exits = 0;
  if (mode == ring) memset(bitmap, 0, sizeof bitmap);
}

// Forgets those of the pages got last that lie in a range of whole words.
static void clear(char *text) {
  uint64_t first, last;
  if (sscanf(text, "%" SCNu64 "-%" SCNu64, &first, &last) != 2 || first % 64 || last < first || last >= pages)
    fail(2, "“%s” is no range to clear", text);
  struct kvm_clear_dirty_log log = {
      .slot = 1, .first_page = first, .num_pages = last - first + 1, .dirty_bitmap = bitmap + first / 64};
  must(ioctl(vm, KVM_CLEAR_DIRTY_LOG, &log), "KVM_CLEAR_DIRTY_LOG");
}

static void step(char *line) {
  char *rest = strchr(line, ' ');
  if (rest) *rest++ = 0;
  else rest = line + strlen(line);
  if (!strcmp(line, "machine")) {
    char backing[8];
    if (vm || sscanf(rest, "%" SCNu64 " %7s %d %u", &pages, backing, &processors, &ring_entries) != 4
        || pages < 1 || pages > most_pages || processors < 1 || processors > most_processors)
      fail(2, "“%s” is no machine", rest);
    is_huge = !strcmp(backing, "2M");
    make_machine();
  } else if (!vm) {
    fail(2, "the first step must make a machine");
  } else if (!strcmp(line, "write")) {
    char *end;
    long number = strtol(rest, &end, 10);
    if (end == rest || number < 0 || number >= processors) fail(2, "“%s” is no processor", rest);
    write_pages(number, end);
  } else if (!strcmp(line, "start")) {
    start(rest);
  } else if (!strcmp(line, "get")) {
    get();
  } else if (!strcmp(line, "clear")) {
    clear(rest);
  } else if (!strcmp(line, "stop")) {
    set_slot(1, memory_at, pages * page_bytes, memory, 0);
    mode = none;
  } else {
    fail(2, "“%s” is no step", line);
  }
}

int main(void) {
  kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
  if (kvm < 0) fail(77, "/dev/kvm can't be opened: %s", strerror(errno));
  if (ioctl(kvm, KVM_GET_API_VERSION, 0) != 12) fail(77, "/dev/kvm has another interface");
  char *line = NULL;
  size_t room = 0;
  ssize_t length;
  while ((length = getline(&line, &room, stdin)) > 0) {
    if (line[length - 1] == '\n') line[length - 1] = 0;
    if (*line) step(line);
  }
  return 0;
}
