// The part of QEMU's plugin interface, version 1, that the recorder calls.
//
// QEMU hands plugins a stable binary interface, and Debian packages no header for it: these are the
// recorder's own declarations of the functions it needs.
#ifndef NESTWALK_PLUGIN_INTERFACE_H
#define NESTWALK_PLUGIN_INTERFACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t plugin_id;
typedef uint32_t memory_access;
struct block;
struct instruction;
struct machine_address;

enum callback_registers { REGISTERS_UNUSED = 0 };
enum inline_operation { ADD_64 = 0 };
enum access_filter { READS = 1, WRITES = 2, READS_AND_WRITES = 3 };

typedef void (*when_translated)(plugin_id, struct block *);
typedef void (*when_accessed)(unsigned vcpu, memory_access, uint64_t address, void *user);
typedef void (*when_over)(plugin_id, void *user);

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id, when_translated);
void qemu_plugin_register_atexit_cb(plugin_id, when_over, void *user);
void qemu_plugin_register_vcpu_tb_exec_inline(
    struct block *, enum inline_operation, void *counter, uint64_t amount);
void qemu_plugin_register_vcpu_mem_cb(
    struct instruction *, when_accessed, enum callback_registers, enum access_filter, void *user);

size_t qemu_plugin_tb_n_insns(const struct block *);
struct instruction *qemu_plugin_tb_get_insn(const struct block *, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct instruction *);
void *qemu_plugin_insn_haddr(const struct instruction *);
size_t qemu_plugin_insn_size(const struct instruction *);

unsigned qemu_plugin_mem_size_shift(memory_access);
bool qemu_plugin_mem_is_store(memory_access);
struct machine_address *qemu_plugin_get_hwaddr(memory_access, uint64_t address);
bool qemu_plugin_hwaddr_is_io(const struct machine_address *);
uint64_t qemu_plugin_hwaddr_phys_addr(const struct machine_address *);

#endif
