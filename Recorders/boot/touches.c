// A QEMU plugin that records which page of its memory a guest touches first, when and how.
//
//     -plugin touches.so,memory=FILE,output=FILE,start=ADDRESS[,start=ADDRESS…][,pass=ADDRESS]
//
// `memory` is the file that backs the guest's memory, `output` takes the recording, and each `start`
// is the virtual address whose first execution begins the next phase: the kernel's entry points, in
// order. `pass` is one that begins no phase of its own, and comes after them: a kernel that is entered
// by its PVH entry runs a little of itself at its final addresses before it goes through its common
// entry. After all of them the first instruction of a program begins one more phase.
//
// Loads and stores come from the interface's memory callbacks. Fetches come from the translation of a
// block, which is what QEMU does when a guest first executes it. What devices and QEMU itself write is
// seen by neither: those pages turn up in the backing file without a touch, and are looked for there.
//
// The recording is a sequence of records of 16 bytes: the instructions executed so far (8 bytes), the
// page (4), the kind (1), whether the page was touched in an earlier phase (1), and the phase (2).
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin_interface.h"

#define PUBLIC __attribute__((visibility("default")))
PUBLIC int qemu_plugin_version = 1;

enum kind { READ, WRITE, FETCH, DEVICE };
enum { PAGE_SHIFT = 12, PAGE = 1 << PAGE_SHIFT, MOST_STARTS = 4 };
// How often, in instructions, the firmware's phase is searched for pages that devices have filled.
static const uint64_t SEARCH_INTERVAL = 2000;
static const uint64_t END_OF_PROGRAMS = 1ull << 47;

struct record {
  uint64_t instructions;
  uint32_t page;
  uint8_t kind;
  uint8_t again;
  uint16_t phase;
};

static uint64_t executed;
static struct record *records;
static size_t record_count, record_room;
// The kinds of touch that a page has had, one bit each, in the whole run and in this phase.
static uint8_t *ever, *lately;
static uint64_t page_count;
static int memory_file = -1;
static const char *memory_name;
static char *mapping;
static const char *output_name;
static uint64_t starts[MOST_STARTS], pass;
static int start_count, phase;
static bool in_upper_half, in_programs;
static uint64_t searched_at;

static void stop(const char *problem) {
  fprintf(stderr, "touches: %s\n", problem);
  exit(1);
}

static void add(uint32_t page, enum kind kind, bool again) {
  if (record_count == record_room) {
    record_room = record_room ? 2 * record_room : 1 << 16;
    records = realloc(records, record_room * sizeof *records);
    if (!records) stop("there is no memory left");
  }
  records[record_count++] = (struct record){executed, page, kind, again, phase};
}

static void touch(uint64_t address, enum kind kind) {
  uint64_t page = address >> PAGE_SHIFT;
  uint8_t bit = 1 << kind;
  if (page >= page_count || lately[page] & bit) return;
  lately[page] |= bit;
  bool again = ever[page] & bit;
  ever[page] |= bit;
  add(page, kind, again);
}

// Every page that the file holds and nobody has touched was written by a device or by QEMU.
static void search(void) {
  searched_at = executed;
  off_t end = (off_t)page_count << PAGE_SHIFT;
  for (off_t data = lseek(memory_file, 0, SEEK_DATA); data >= 0 && data < end;) {
    off_t hole = lseek(memory_file, data, SEEK_HOLE);
    for (; data < hole; data += PAGE) {
      uint64_t page = data >> PAGE_SHIFT;
      if (ever[page]) continue;
      ever[page] = 1 << DEVICE;
      add(page, DEVICE, false);
    }
    data = lseek(memory_file, hole, SEEK_DATA);
  }
}

static void enter_next_phase(void) {
  search();
  phase += 1;
  memset(lately, 0, page_count);
}

static void accessed(unsigned vcpu, memory_access access, uint64_t address, void *user) {
  (void)vcpu;
  (void)user;
  enum kind kind = qemu_plugin_mem_is_store(access) ? WRITE : READ;
  struct machine_address *place = qemu_plugin_get_hwaddr(access, address);
  if (place && !qemu_plugin_hwaddr_is_io(place)) {
    touch(qemu_plugin_hwaddr_phys_addr(place), kind);
  }
  uint64_t last = address + (1ull << qemu_plugin_mem_size_shift(access)) - 1;
  if ((last ^ address) >> PAGE_SHIFT) {
    place = qemu_plugin_get_hwaddr(access, last);
    if (place && !qemu_plugin_hwaddr_is_io(place)) {
      touch(qemu_plugin_hwaddr_phys_addr(place), kind);
    }
  }
}

// QEMU maps the whole file once, at the machine's start.
static void find_mapping(void) {
  FILE *maps = fopen("/proc/self/maps", "r");
  char *line = NULL;
  size_t room = 0;
  while (maps && getline(&line, &room, maps) > 0) {
    unsigned long start, end, offset;
    int name = 0;
    if (sscanf(line, "%lx-%lx %*s %lx %*s %*s %n", &start, &end, &offset, &name) < 3) continue;
    line[strcspn(line, "\n")] = 0;
    if (name && !strcmp(line + name, memory_name) && offset == 0
        && (end - start) >> PAGE_SHIFT == page_count) {
      mapping = (char *)start;
    }
  }
  free(line);
  if (maps) fclose(maps);
  if (!mapping) stop("the memory's file is not mapped in one piece");
}

static void prepare(void) {
  struct stat status;
  memory_file = open(memory_name, O_RDONLY);
  if (memory_file < 0 || fstat(memory_file, &status)) stop("the memory's file can't be opened");
  page_count = status.st_size >> PAGE_SHIFT;
  ever = calloc(page_count, 1);
  lately = calloc(page_count, 1);
  if (!ever || !lately) stop("there is no memory left");
  find_mapping();
  // What QEMU has written before the first instruction.
  search();
}

static void watch_phase(uint64_t address) {
  if (phase < start_count) {
    if (address == starts[phase]) enter_next_phase();
    else if (phase == 0 && executed - searched_at >= SEARCH_INTERVAL) search();
  } else if (pass) {
    if (address == pass) pass = 0;
  } else if (!in_programs) {
    if (address >= END_OF_PROGRAMS) {
      in_upper_half = true;
    } else if (in_upper_half) {
      in_programs = true;
      enter_next_phase();
    }
  }
}

static void translated(plugin_id id, struct block *block) {
  (void)id;
  if (memory_file < 0) prepare();
  size_t count = qemu_plugin_tb_n_insns(block);
  watch_phase(qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(block, 0)));
  for (size_t index = 0; index < count; index++) {
    struct instruction *instruction = qemu_plugin_tb_get_insn(block, index);
    char *byte = qemu_plugin_insn_haddr(instruction);
    if (byte) touch(byte - mapping, FETCH);
    qemu_plugin_register_vcpu_mem_cb(
        instruction, accessed, REGISTERS_UNUSED, READS_AND_WRITES, NULL);
  }
  qemu_plugin_register_vcpu_tb_exec_inline(block, ADD_64, &executed, count);
}

static void over(plugin_id id, void *user) {
  (void)id;
  (void)user;
  search();
  FILE *output = fopen(output_name, "wb");
  if (!output) stop("the recording can't be written");
  struct record end = {.instructions = executed, .page = UINT32_MAX, .phase = phase};
  if (fwrite(records, sizeof *records, record_count, output) != record_count
      || fwrite(&end, sizeof end, 1, output) != 1 || fclose(output)) {
    stop("the recording can't be written");
  }
}

static const char *value(const char *argument, const char *name) {
  size_t length = strlen(name);
  return !strncmp(argument, name, length) && argument[length] == '=' ? argument + length + 1 : NULL;
}

PUBLIC int qemu_plugin_install(plugin_id id, const void *machine, int count, char **arguments) {
  (void)machine;
  for (int index = 0; index < count; index++) {
    const char *text;
    if ((text = value(arguments[index], "memory"))) memory_name = strdup(text);
    else if ((text = value(arguments[index], "output"))) output_name = strdup(text);
    else if ((text = value(arguments[index], "start")) && start_count < MOST_STARTS)
      starts[start_count++] = strtoull(text, NULL, 0);
    else if ((text = value(arguments[index], "pass"))) pass = strtoull(text, NULL, 0);
    else return 1;
  }
  if (!memory_name || !output_name) return 1;
  qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
  qemu_plugin_register_atexit_cb(id, over, NULL);
  return 0;
}
