# Runs a list of accesses as an SVM guest with nested paging, one VMRUN each, and records how each
# ended. It is a boot ROM, so that QEMU and Bochs run the same bytes.
#
# Memory (nothing of the program's differs in fewer than three address bits from the image, so that
# a flipped bit in a table cannot lead the processor to write here):
#   0x03000000  this program's tables, VMCB and maps
#   0x03c00000  the control block: header, records, results
#   0x04000000  the image: the tables and data of the guests
# QEMU's memory holds the last two from the start. Bochs has them on the first disk, where the
# results and the tables are written back at the end.

        .set    PML5,    0x03000000
        .set    PML4,    0x03001000
        .set    PDPT,    0x03002000
        .set    VMCB,    0x03003000
        .set    HSAVE,   0x03004000
        .set    IOPM,    0x03005000     # 12 KiB, all ones: every port is intercepted
        .set    MSRPM,   0x03008000     # 8 KiB, all ones
        .set    STACK,   0x03010000
        .set    CONTROL, 0x03c00000

# The header of the control block.
        .set    MAGIC_LOW,  0x5453454e  # "NEST"
        .set    MAGIC_HIGH, 0x4b4c4157  # "WALK"
        .set    H_COUNT,    8
        .set    H_FLAGS,    12
        .set    H_RECORDS,  16          # physical address
        .set    H_RESULTS,  20          # physical address
        .set    H_LOAD,     24          # sectors to load, from the control block on
        .set    H_SAVE,     28          # two ranges to save: first sector, count; first sector, count
        .set    H_DONE,     44          # the number of records done
        .set    F_PKU,      1
        .set    F_PKS,      2
        .set    F_LA57,     4           # the host runs, and so NPT walks, with 5 levels
        .set    F_DISK,     8           # save to the disk

# A record of 80 bytes.
        .set    R_ADDRESS,  0
        .set    R_CR3,      8
        .set    R_NCR3,     16
        .set    R_RIP,      24
        .set    R_CR0,      32
        .set    R_CR4,      36
        .set    R_EFER,     40
        .set    R_RFLAGS,   44
        .set    R_PKRU,     48
        .set    R_PKRS,     52
        .set    R_HOST_CR0, 56
        .set    R_HOST_CR4, 60
        .set    R_HOST_EFER,64
        .set    R_CPL,      68          # byte
        .set    R_CODE64,   69          # byte: 64-bit code, or else 32-bit
        .set    R_SIZE,     80

# A result of 40 bytes: EXITCODE, EXITINFO1, EXITINFO2, RAX, RIP.
        .set    S_SIZE,     40

        .text
        .code16
start16:
        cli
        lgdtl   %cs:gdt_pointer - start16
        movl    %cr0, %eax
        orb     $1, %al
        movl    %eax, %cr0
        ljmpl   $8, $start32

        .code32
start32:
        movw    $16, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss
        movl    $STACK, %esp
        cld

        # Load the control block and the image unless memory holds them.
        call    has_magic
        je      loaded
        movl    $CONTROL, %edi
        xorl    %ebx, %ebx              # the header's sector
        movl    $1, %ebp
        call    disk_read
        call    has_magic
        jne     end
        movl    $CONTROL + 512, %edi
        movl    $1, %ebx
        movl    CONTROL + H_LOAD, %ebp
        decl    %ebp
        call    disk_read
loaded:
        # Identity map of the first 4 GiB by 1 GiB leaves.
        movl    $PML5, %edi
        xorl    %eax, %eax
        movl    $(STACK - PML5) / 4, %ecx
        rep stosl
        movl    $PML4 + 0x23, PML5
        movl    $PDPT + 0x23, PML4
        movl    $0x000000e3, PDPT
        movl    $0x400000e3, PDPT + 8
        movl    $0x800000e3, PDPT + 16
        movl    $0xc00000e3, PDPT + 24
        movl    $-1, %eax
        movl    $IOPM, %edi
        movl    $0x5000 / 4, %ecx
        rep stosl

        movl    $0x20, %eax             # PAE
        movl    $PML4, %edx
        testl   $F_LA57, CONTROL + H_FLAGS
        jz      1f
        orl     $0x1000, %eax
        movl    $PML5, %edx
1:      movl    %eax, %cr4
        movl    %edx, %cr3
        movl    $0xc0000080, %ecx
        rdmsr
        orl     $0x1900, %eax           # SVME, NXE, LME
        wrmsr
        movl    %cr0, %eax
        orl     $0x80000011, %eax
        andl    $0x9fffffff, %eax       # caches on
        movl    %eax, %cr0
        ljmpl   $24, $start64

# Sets ZF where the control block is in memory.
has_magic:
        cmpl    $MAGIC_LOW, CONTROL
        jne     1f
        cmpl    $MAGIC_HIGH, CONTROL + 4
1:      ret

# Reads (or writes) EBP sectors from sector EBX on to (or from) memory at EDI, by ATA PIO.
disk_read:
        movl    $0x20, %esi
        jmp     disk
disk_write:
        movl    $0x30, %esi
disk:   testl   %ebp, %ebp
        jz      4f
        call    disk_ready
        movw    $0x1f2, %dx
        movl    $128, %ecx              # sectors of one command
        cmpl    %ecx, %ebp
        jae     1f
        movl    %ebp, %ecx
1:      movl    %ecx, %eax
        outb    %al, %dx
        movl    %ebx, %eax
        incl    %edx                    # 0x1f3: the sector's bits 7:0
        outb    %al, %dx
        shrl    $8, %eax
        incl    %edx
        outb    %al, %dx
        shrl    $8, %eax
        incl    %edx
        outb    %al, %dx
        shrl    $8, %eax
        andb    $0x0f, %al
        orb     $0xe0, %al              # LBA, first drive
        incl    %edx
        outb    %al, %dx
        movl    %esi, %eax
        incl    %edx                    # 0x1f7: the command
        outb    %al, %dx
        addl    %ecx, %ebx
        subl    %ecx, %ebp
2:      call    disk_ready
        testb   $0x08, %al              # DRQ
        jz      2b
        pushl   %ecx
        movl    $256, %ecx
        movw    $0x1f0, %dx
        cmpl    $0x20, %esi
        jne     3f
        rep insw
        jmp     5f
3:      xchgl   %esi, %edi
        rep outsw
        xchgl   %esi, %edi
5:      popl    %ecx
        loop    2b
        jmp     disk
4:      ret

disk_ready:
        movw    $0x1f7, %dx
1:      inb     %dx, %al
        testb   $0x80, %al              # BSY
        jnz     1b
        ret

        .code64
start64:
        movw    $16, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss
        movl    $0xc0010117, %ecx       # VM_HSAVE_PA
        movl    $HSAVE, %eax
        xorl    %edx, %edx
        wrmsr

        # What no record changes in the VMCB.
        movl    $VMCB, %ebx
        movl    $-1, 0x008(%rbx)        # every exception
        movl    $-1, 0x00c(%rbx)        # HLT, IOIO, MSR, INTR, ...
        movl    $0x3fff, 0x010(%rbx)    # VMRUN, VMMCALL, ...
        movq    $IOPM, 0x040(%rbx)
        movq    $MSRPM, 0x048(%rbx)
        movl    $1, 0x058(%rbx)         # ASID
        movl    $1, 0x090(%rbx)         # nested paging
        movl    $0x00070406, 0x668(%rbx) # PAT
        movl    $0x00070406, 0x66c(%rbx)

        movl    CONTROL + H_RECORDS, %esi
        movl    CONTROL + H_RESULTS, %r8d
        movl    CONTROL + H_COUNT, %r9d
        movl    CONTROL + H_FLAGS, %r10d
        testl   %r9d, %r9d
        jz      all_done

next:
        # The host's registers, which rule the nested walk.
        movl    R_HOST_CR0(%rsi), %eax
        movq    %rax, %cr0
        movl    R_HOST_CR4(%rsi), %eax
        testl   $F_PKU, %r10d
        jz      1f
        # The guest runs with the host's PKRU; WRPKRU needs CR4.PKE.
        movl    %eax, %r11d
        orl     $0x400000, %eax
        movq    %rax, %cr4
        movl    R_PKRU(%rsi), %eax
        xorl    %ecx, %ecx
        xorl    %edx, %edx
        .byte   0x0f, 0x01, 0xef        # wrpkru
        movl    %r11d, %eax
1:      movq    %rax, %cr4
        testl   $F_PKS, %r10d
        jz      1f
        movl    R_PKRS(%rsi), %eax
        xorl    %edx, %edx
        movl    $0x6e1, %ecx            # IA32_PKRS
        wrmsr
1:      movl    R_HOST_EFER(%rsi), %eax
        xorl    %edx, %edx
        movl    $0xc0000080, %ecx
        wrmsr

        # The guest.
        movb    $1, 0x05c(%rbx)         # flush every TLB entry
        movq    $0, 0x060(%rbx)
        movq    $0, 0x068(%rbx)
        movq    $0, 0x0a8(%rbx)         # EVENTINJ
        movl    $0, 0x0c0(%rbx)         # no state is clean
        movq    $-1, %rax
        movq    %rax, 0x070(%rbx)
        movq    %rax, 0x078(%rbx)
        movq    %rax, 0x080(%rbx)
        movq    R_NCR3(%rsi), %rax
        movq    %rax, 0x0b0(%rbx)
        movq    R_CR3(%rsi), %rax
        movq    %rax, 0x550(%rbx)
        movl    R_CR0(%rsi), %eax
        movq    %rax, 0x558(%rbx)
        movl    R_CR4(%rsi), %eax
        movq    %rax, 0x548(%rbx)
        movl    R_EFER(%rsi), %eax
        movq    %rax, 0x4d0(%rbx)
        movl    R_RFLAGS(%rsi), %eax
        movq    %rax, 0x570(%rbx)
        movq    $0x400, 0x560(%rbx)     # DR7
        movl    $0xffff0ff0, %eax
        movq    %rax, 0x568(%rbx)       # DR6
        movq    $0, 0x640(%rbx)         # CR2
        movq    R_RIP(%rsi), %rax
        movq    %rax, 0x578(%rbx)
        movq    $0, 0x5d8(%rbx)         # RSP: nothing uses the stack
        movq    $0x5a5a5a5a, %rax
        shlq    $32, %rax               # not canonical, and zero to 32-bit code
        movq    %rax, 0x5f8(%rbx)       # RAX

        # Segments: flat, of the record's privilege level.
        movzbl  R_CPL(%rsi), %ecx
        movb    %cl, 0x4cb(%rbx)
        leal    (,%rcx,8), %edx
        shll    $2, %edx                # DPL, in bits 6:5
        movl    $0xc9b, %eax            # code: present, 4 GiB; 32-bit
        cmpb    $0, R_CODE64(%rsi)
        je      1f
        movl    $0xa9b, %eax            # 64-bit
1:      orl     %edx, %eax
        orl     $0xc93, %edx            # data: present, writable, 4 GiB
        leal    8(%rcx), %r11d
        movw    %r11w, 0x410(%rbx)      # CS
        movw    %ax, 0x412(%rbx)
        movl    $-1, 0x414(%rbx)
        movq    $0, 0x418(%rbx)
        leal    16(%rcx), %r11d
        .irp    segment, 0x400, 0x420, 0x430, 0x440, 0x450   # ES, SS, DS, FS, GS
        movw    %r11w, \segment(%rbx)
        movw    %dx, \segment + 2(%rbx)
        movl    $-1, \segment + 4(%rbx)
        movq    $0, \segment + 8(%rbx)
        .endr

        movq    R_ADDRESS(%rsi), %rdi
        movl    %ebx, %eax
        vmrun   %rax

        movq    0x070(%rbx), %rax
        movq    %rax, (%r8)
        movq    0x078(%rbx), %rax
        movq    %rax, 8(%r8)
        movq    0x080(%rbx), %rax
        movq    %rax, 16(%r8)
        movq    0x5f8(%rbx), %rax
        movq    %rax, 24(%r8)
        movq    0x578(%rbx), %rax
        movq    %rax, 32(%r8)
        addq    $S_SIZE, %r8
        addq    $R_SIZE, %rsi
        incl    CONTROL + H_DONE
        decl    %r9d
        jnz     next

all_done:
        testl   $F_DISK, %r10d
        jz      end64
        # Back to 32-bit code for the disk.
        ljmpl   *far32(%rip)
far32:  .long   save32
        .word   8

        .code32
save32:
        movw    $16, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss
        movl    $STACK, %esp
        xorl    %ebx, %ebx              # the header, with H_DONE
        movl    $CONTROL, %edi
        movl    $1, %ebp
        call    disk_write
        movl    CONTROL + H_SAVE, %ebx
        movl    CONTROL + H_SAVE + 4, %ebp
        call    save
        movl    CONTROL + H_SAVE + 8, %ebx
        movl    CONTROL + H_SAVE + 12, %ebp
        call    save
        call    disk_ready
        jmp     end

# Writes EBP sectors of what was loaded, from sector EBX on.
save:   movl    %ebx, %edi
        shll    $9, %edi
        addl    $CONTROL, %edi
        jmp     disk_write

        .code64
end64:  movl    $1, %eax
        movw    $0xf4, %dx
        outb    %al, %dx                # QEMU ends
        hlt

        .code32
end:    movw    $0x8900, %dx            # Bochs ends
        movl    $shutdown, %esi
        movl    $8, %ecx
        rep outsb
        movb    $2, %al                 # QEMU ends: nothing to do
        movw    $0xf4, %dx
        outb    %al, %dx
1:      hlt
        jmp     1b

shutdown:
        .ascii  "Shutdown"
        .balign 8
gdt:    .quad   0
        .quad   0x00cf9b000000ffff      # 8: 32-bit code
        .quad   0x00cf93000000ffff      # 16: data
        .quad   0x00af9b000000ffff      # 24: 64-bit code
gdt_pointer:
        .word   . - gdt - 1
        .long   gdt

        .section .reset, "ax"
        .code16
        .globl  reset
reset:  jmp     start16
