// The oracle's side of the AArch64 test: makes one access a record and writes down what happened.
//
// It runs at EL2 with its own translation off. The driver puts the records into memory before the
// start and reads the results afterwards, so there is no device to talk to; the run ends by
// semihosting.
//
// AT is made from here. Any other access is one instruction of the guest, at EL1 or EL0: a load or
// a store of the stub page, or whatever lies where a fetch lands. The guest runs under software
// step (MDSCR_EL1.SS) with debug exceptions routed to EL2 (MDCR_EL2.TDE), so that it always comes
// back here after that one instruction: at once where the access is complete or goes to EL2, and
// before the first instruction of its vector where it takes an exception to EL1. What then stands
// in ESR_EL1 and FAR_EL1 is what the guest was told. (DDI 0487, D2.12, the software step state
// machine.)

    // One record (machine.py: RECORD).
    .equ RECORD_HCR, 0
    .equ RECORD_VTTBR, 16
    .equ RECORD_TTBR0, 32
    .equ RECORD_SCTLR, 48
    .equ RECORD_VBAR, 64
    .equ RECORD_ADDRESS, 80
    .equ RECORD_ELR, 96
    .equ RECORD_OPERATION, 112
    .equ RECORD_BYTES, 128

    // One result (machine.py: RESULT).
    .equ RESULT_ESR_EL2, 0
    .equ RESULT_HPFAR, 16
    .equ RESULT_ESR_EL1, 32
    .equ RESULT_LOADED, 48
    .equ RESULT_PAR, 64
    .equ RESULT_BYTES, 80

    // The head of the memory that the driver fills (machine.py: HEAD).
    .equ HEAD, 0x40400000
    .equ HEAD_COUNT, 0
    .equ HEAD_RECORDS, 8
    .equ HEAD_RESULTS, 16
    .equ HEAD_STATE, 24           // 1: all records made; 2: an exception that nobody expected

    .equ STEP, 1                  // MDSCR_EL1.SS
    .equ DEBUG_TO_EL2, 1 << 8     // MDCR_EL2.TDE
    .equ FLOATING_POINT, 3 << 20  // CPACR_EL1.FPEN: nothing traps
    .equ LDR_X10_X11, 0xf940016a  // stands in the result as it is: a word that no load returns

    .text
    .globl _start
_start:
    adr x0, vectors
    msr vbar_el2, x0
    ldr x20, =HEAD
    add x1, x20, #0x1000          // one page of stack
    mov sp, x1
    msr cptr_el2, xzr
    mov x0, #FLOATING_POINT
    msr cpacr_el1, x0
    msr hstr_el2, xzr
    msr oslar_el1, xzr            // no software step while the OS lock is set
    mov x0, #DEBUG_TO_EL2
    msr mdcr_el2, x0
    mov x0, #STEP
    msr mdscr_el1, x0
    isb
    ldr x21, [x20, #HEAD_COUNT]
    ldr x22, [x20, #HEAD_RECORDS]
    ldr x23, [x20, #HEAD_RESULTS]

next:
    cbz x21, finished
    // The results of the record before must not be taken for this one's.
    msr esr_el1, xzr
    msr far_el1, xzr
    msr esr_el2, xzr
    msr far_el2, xzr
    msr hpfar_el2, xzr
    msr par_el1, xzr

    ldp x0, x1, [x22, #RECORD_HCR]
    msr hcr_el2, x0
    msr vtcr_el2, x1
    ldp x0, x1, [x22, #RECORD_VTTBR]
    msr vttbr_el2, x0
    msr tcr_el1, x1
    ldp x0, x1, [x22, #RECORD_TTBR0]
    msr ttbr0_el1, x0
    msr ttbr1_el1, x1
    ldp x0, x1, [x22, #RECORD_SCTLR]
    msr sctlr_el1, x0
    msr mair_el1, x1
    ldp x0, x12, [x22, #RECORD_VBAR]
    msr vbar_el1, x0
    mov x28, x12                  // what a store writes, in either of two registers
    ldp x11, xzr, [x22, #RECORD_ADDRESS]
    ldr x10, =LDR_X10_X11
    mov x27, x10
    isb
    tlbi alle1
    dsb ish
    isb

    ldr x0, [x22, #RECORD_OPERATION]
    cmp x0, #3
    b.hi guest
    adr x1, translations
    add x1, x1, x0, lsl #3
    br x1
translations:
    at s12e1r, x11
    b translated
    at s12e1w, x11
    b translated
    at s12e0r, x11
    b translated
    at s12e0w, x11
translated:
    isb
    b record_result

guest:
    ldp x0, x1, [x22, #RECORD_ELR]
    msr elr_el2, x0
    msr spsr_el2, x1              // with SS set: the step is active-not-pending
    stp x20, x21, [sp, #-32]!     // SP_EL2 is not the guest's
    stp x22, x23, [sp, #16]
    eret

    // The guest came back, one way or another. It may have changed any register.
from_guest:
    ldp x22, x23, [sp, #16]
    ldp x20, x21, [sp], #32

record_result:
    mrs x0, esr_el2
    mrs x1, far_el2
    stp x0, x1, [x23, #RESULT_ESR_EL2]
    mrs x0, hpfar_el2
    mrs x1, elr_el2
    stp x0, x1, [x23, #RESULT_HPFAR]
    mrs x0, esr_el1
    mrs x1, far_el1
    stp x0, x1, [x23, #RESULT_ESR_EL1]
    stp x10, x27, [x23, #RESULT_LOADED]
    mrs x0, par_el1
    mrs x1, spsr_el2
    stp x0, x1, [x23, #RESULT_PAR]
    add x22, x22, #RECORD_BYTES
    add x23, x23, #RESULT_BYTES
    sub x21, x21, #1
    b next

    // An exception at EL2 is the AT's own: a synchronous external abort on its walk. Anything else
    // is a fault of this program.
from_translation:
    mrs x0, elr_el2
    adr x1, translations
    sub x0, x0, x1
    cmp x0, #(translated - translations)
    b.lo record_result
    mov x0, #2
    b stop

finished:
    mov x0, #1
stop:
    str x0, [x20, #HEAD_STATE]
    dsb sy
    adr x1, exit_block            // semihosting SYS_EXIT
    mov w0, #0x18
    hlt #0xf000

    .balign 8
exit_block:
    .quad 0x20026                 // ADP_Stopped_ApplicationExit
    .quad 0

    .ltorg

    .balign 2048
vectors:
    .rept 4                       // from EL2 with SP_EL0: not used
    b unexpected
    .balign 128
    .endr
    b from_translation            // from EL2, synchronous
    .balign 128
    .rept 3
    b unexpected
    .balign 128
    .endr
    b from_guest                  // from a lower level, AArch64, synchronous
    .balign 128
    .rept 7
    b unexpected
    .balign 128
    .endr

unexpected:
    ldr x20, =HEAD
    mov x0, #2
    b stop
    .ltorg

    // The guest's vectors: never reached under software step, but if they were, they would come
    // back here too. The stubs that machine.py lists follow (stubs.s, made by machine.py).
    .section .stub, "ax"
    .rept 16
    hvc #1
    .balign 128
    .endr
    .include "stubs.s"
