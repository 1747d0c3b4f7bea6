# The oracle's side of the RISC-V test: makes one access a record and writes down what happened.
#
# It starts in machine mode, opens the memory that machine.py describes, and goes through the
# records in HS-mode. The driver puts the records into memory before the start and reads the results
# afterwards, so there is no device to talk to but the one that ends the run.
#
# HLV, HLVX and HSV are made from here. A fetch, a load or a store of the guest itself is made by
# returning into the guest at a page of the record's choice. Every word of such a page either is an
# instruction that no extension here defines, whose encoding says where it lies, or is one of a few
# stubs, a load or a store, followed by such a word. So each visit ends in a trap that tells how far
# the guest came and from which physical address it was fetched.

    .option arch, +h

    # One record (machine.py: RECORD).
    .equ RECORD_VSATP, 0
    .equ RECORD_HGATP, 8
    .equ RECORD_VSSTATUS, 16
    .equ RECORD_SSTATUS, 24
    .equ RECORD_HSTATUS, 32
    .equ RECORD_MENVCFG, 40
    .equ RECORD_HENVCFG, 48
    .equ RECORD_ADDRESS, 56
    .equ RECORD_CODE, 64
    .equ RECORD_OPERATION, 72
    .equ RECORD_VALUE, 80
    .equ RECORD_BYTES, 88

    # One result (machine.py: RESULT).
    .equ RESULT_SCAUSE, 0
    .equ RESULT_STVAL, 8
    .equ RESULT_HTVAL, 16
    .equ RESULT_HTINST, 24
    .equ RESULT_HSTATUS, 32
    .equ RESULT_VALUE, 40
    .equ RESULT_BYTES, 48

    # The head of the memory that the driver fills (machine.py: HEAD).
    .equ HEAD, 0x83100000
    .equ HEAD_COUNT, 0
    .equ HEAD_RECORDS, 8
    .equ HEAD_RESULTS, 16
    .equ HEAD_TABLES, 24          # end of the data pages, where the tables begin
    .equ HEAD_END, 32             # end of the image
    .equ HEAD_IMAGE, 40           # its beginning
    .equ HEAD_OPEN, 48            # beginning of the program's and the driver's memory
    .equ HEAD_CLOSED, 56          # its end
    .equ HEAD_STATE, 64           # 1: all records made; 2: a trap that nobody expected

    # Defined by the driver: FINISHER is the address of the device that ends the run, FINISHED what
    # it is told.
    .equ GUEST_STATUS, 0xc0000    # SUM and MXR
    .equ HOST_STATUS, 0xc0100     # SUM, MXR and SPP

    # Where the machine starts there is only this. The 1 GiB pages of the guests begin here too, and
    # a flipped bit that makes a pointer of such a leaf must not lead into memory that is open.
    .section .boot, "ax"
    .globl _start
_start:
    la t0, program
    jr t0

    .text
program:
    csrr t0, mhartid
    bnez t0, sleep
    la t0, machine_trap
    csrw mtvec, t0
    li s4, HEAD

    # Supervisor and guest may use the program's and the driver's memory, read and write the
    # tables, and also execute the data pages. All else is refused: a table that a flipped bit
    # turned into a page of code must not run, and an address outside the image must not reach a
    # device.
    ld t0, HEAD_OPEN(s4)
    srli t0, t0, 2
    csrw pmpaddr0, t0
    ld t0, HEAD_CLOSED(s4)
    srli t0, t0, 2
    csrw pmpaddr1, t0
    ld t0, HEAD_IMAGE(s4)
    srli t0, t0, 2
    csrw pmpaddr2, t0
    ld t0, HEAD_TABLES(s4)
    srli t0, t0, 2
    csrw pmpaddr3, t0
    ld t0, HEAD_END(s4)
    srli t0, t0, 2
    csrw pmpaddr4, t0
    li t0, 0x0b0f000f00           # off, RWX up to 1, off, RWX up to 3, RW up to 4
    csrw pmpcfg0, t0

    # Everything that the guest or HS-mode can cause goes to HS-mode, except HS-mode's own calls.
    li t0, 0xf0b5ff
    csrw medeleg, t0
    csrw hedeleg, zero
    csrw hideleg, zero
    csrw sie, zero
    csrw satp, zero
    csrw menvcfg, zero
    li t0, 0x1800
    csrc mstatus, t0
    li t0, 0x800                  # MPP: supervisor
    csrs mstatus, t0
    la t0, host
    csrw mepc, t0
    mret

sleep:
    csrw mie, zero
    wfi
    j sleep

host:
    la t0, trap
    csrw stvec, t0
    ld s2, HEAD_COUNT(s4)
    ld s0, HEAD_RECORDS(s4)
    ld s1, HEAD_RESULTS(s4)
    li s3, 0                      # menvcfg as it is
    li s5, GUEST_STATUS
    li s6, HOST_STATUS

next:
    beqz s2, done
    ld a0, RECORD_MENVCFG(s0)
    beq a0, s3, 1f
    mv s3, a0
    ecall                         # menvcfg is machine mode's
1:
    # VMID and mode before the fences; henvcfg after menvcfg, which masks it.
    ld t0, RECORD_VSATP(s0)
    csrw vsatp, t0
    ld t0, RECORD_HGATP(s0)
    csrw hgatp, t0
    ld t0, RECORD_HENVCFG(s0)
    csrw henvcfg, t0
    ld t0, RECORD_VSSTATUS(s0)
    csrc vsstatus, s5
    csrs vsstatus, t0
    ld t0, RECORD_HSTATUS(s0)
    csrw hstatus, t0
    csrw htval, zero
    csrw htinst, zero
    csrw stval, zero
    hfence.gvma
    hfence.vvma
    ld a1, RECORD_ADDRESS(s0)
    ld a2, RECORD_VALUE(s0)
    ld t1, RECORD_OPERATION(s0)
    ld t2, RECORD_CODE(s0)
    li a0, 0
    ld t0, RECORD_SSTATUS(s0)
    csrc sstatus, s6
    csrs sstatus, t0
    beqz t1, load
    addi t1, t1, -1
    beqz t1, store
    addi t1, t1, -1
    beqz t1, load_executable
    csrw sepc, t2
    sret

load:
    hlv.d a0, (a1)
    j untrapped
store:
    hsv.b a2, (a1)
    j untrapped
load_executable:
    hlvx.wu a0, (a1)
untrapped:
    li t0, -1
    sd t0, RESULT_SCAUSE(s1)
    j finish

    .balign 4
trap:
    csrr t0, scause
    sd t0, RESULT_SCAUSE(s1)
    csrr t0, stval
    sd t0, RESULT_STVAL(s1)
    csrr t0, htval
    sd t0, RESULT_HTVAL(s1)
    csrr t0, htinst
    sd t0, RESULT_HTINST(s1)
finish:
    csrr t0, hstatus
    sd t0, RESULT_HSTATUS(s1)
    sd a0, RESULT_VALUE(s1)
    # MXR of this record must not reach the next one's implicit accesses.
    csrc sstatus, s6
    addi s0, s0, RECORD_BYTES
    addi s1, s1, RESULT_BYTES
    addi s2, s2, -1
    j next

done:
    li a0, -1                     # no value of menvcfg: the end
    ecall

    .balign 4
machine_trap:
    csrr t0, mcause
    li t1, 9
    bne t0, t1, unexpected
    li t1, -1
    beq a0, t1, complete
    csrw menvcfg, a0
    csrr t0, mepc
    addi t0, t0, 4
    csrw mepc, t0
    mret

complete:
    li t0, 1
    j end
unexpected:
    li t0, 2
end:
    li s4, HEAD
    sd t0, HEAD_STATE(s4)
    li t0, FINISHER
    li t1, FINISHED
    sw t1, 0(t0)
    j .
