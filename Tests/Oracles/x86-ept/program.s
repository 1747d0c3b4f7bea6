# Makes the accesses of an EPT test on an emulated processor, and records what came of each.
#
# This is the whole firmware of the machine: 64 KiB of ROM that ends at 4 GiB. It reads the disk
# (bochs.py makes it), enters VMX operation, makes each access in a guest of one or two
# instructions, and writes the results and the memory back to the disk.
#
# Physical memory: the image is at 0x01000000 to 0x01ffffff. All that the program itself needs is
# at 0x0e000000 and up: three address bits away from every byte of the image, so that no single
# flipped bit of an entry reaches it.

        .intel_syntax noprefix

        .set    IMAGE_BASE,     0x01000000
        .set    OWN,            0x0e000000
        .set    HOST_PML4,      OWN + 0x1000
        .set    HOST_PDPT,      OWN + 0x2000
        .set    VMXON_REGION,   OWN + 0x3000
        .set    VMCS_REGION,    OWN + 0x4000
        .set    HEADER,         OWN + 0x5000
        .set    STACK_TOP,      OWN + 0x10000
        .set    RECORDS,        OWN + 0x00100000
        .set    RESULTS,        OWN + 0x00800000

        # Fields of the header, the disk's first sector.
        .set    COUNT,          HEADER + 8      # how many records
        .set    RECORDS_LBA,    HEADER + 12
        .set    RESULTS_LBA,    HEADER + 16
        .set    RESULTS_SECTORS, HEADER + 20
        .set    IMAGE_LBA,      HEADER + 24
        .set    IMAGE_SECTORS,  HEADER + 28
        .set    RECORDS_SECTORS, HEADER + 32
        .set    PROTECTION_KEYS, HEADER + 36    # 1 where the processor has protection keys
        .set    EPT_VPID_CAP,   HEADER + 40     # written back: IA32_VMX_EPT_VPID_CAP
        .set    PHYSICAL_BITS,  HEADER + 48     # written back: CPUID 0x80000008 EAX
        .set    DONE,           HEADER + 56     # written back: 1 when everything was written

        # Fields of a record, 64 bytes (the last four are not used).
        .set    R_ADDRESS, 0
        .set    R_CR3, 8
        .set    R_EPTP, 16
        .set    R_RIP, 24
        .set    R_CR0, 32
        .set    R_CR4, 36
        .set    R_EFER, 40
        .set    R_RFLAGS, 44
        .set    R_PKRU, 48
        .set    R_CS_RIGHTS, 52
        .set    R_SS_RIGHTS, 56

        # Fields of a result, 64 bytes.
        .set    S_REASON, 0
        .set    S_INTERRUPTION, 4
        .set    S_ERROR_CODE, 8
        .set    S_QUALIFICATION, 16
        .set    S_GUEST_PHYSICAL, 24
        .set    S_GUEST_LINEAR, 32
        .set    S_RAX, 40
        .set    S_RIP, 48
        .set    S_CR2, 56

        # VMCS fields (SDM 3C, appendix B).
        .set    GUEST_ES_SELECTOR, 0x0800
        .set    GUEST_CS_SELECTOR, 0x0802
        .set    GUEST_SS_SELECTOR, 0x0804
        .set    GUEST_TR_SELECTOR, 0x080e
        .set    HOST_ES_SELECTOR, 0x0c00
        .set    HOST_CS_SELECTOR, 0x0c02
        .set    HOST_SS_SELECTOR, 0x0c04
        .set    HOST_DS_SELECTOR, 0x0c06
        .set    HOST_FS_SELECTOR, 0x0c08
        .set    HOST_GS_SELECTOR, 0x0c0a
        .set    HOST_TR_SELECTOR, 0x0c0c
        .set    EPT_POINTER, 0x201a
        .set    GUEST_PHYSICAL_ADDRESS, 0x2400
        .set    VMCS_LINK_POINTER, 0x2800
        .set    GUEST_DEBUGCTL, 0x2802
        .set    GUEST_EFER, 0x2806
        .set    HOST_EFER, 0x2c02
        .set    PIN_CONTROLS, 0x4000
        .set    PRIMARY_CONTROLS, 0x4002
        .set    EXCEPTION_BITMAP, 0x4004
        .set    PAGE_FAULT_MASK, 0x4006
        .set    PAGE_FAULT_MATCH, 0x4008
        .set    CR3_TARGET_COUNT, 0x400a
        .set    EXIT_CONTROLS, 0x400c
        .set    ENTRY_CONTROLS, 0x4012
        .set    SECONDARY_CONTROLS, 0x401e
        .set    INSTRUCTION_ERROR, 0x4400
        .set    EXIT_REASON, 0x4402
        .set    EXIT_INTERRUPTION, 0x4404
        .set    EXIT_ERROR_CODE, 0x4406
        .set    GUEST_CS_RIGHTS, 0x4816
        .set    GUEST_SS_RIGHTS, 0x4818
        .set    EXIT_QUALIFICATION, 0x6400
        .set    GUEST_LINEAR_ADDRESS, 0x640a
        .set    GUEST_CR0, 0x6800
        .set    GUEST_CR3, 0x6802
        .set    GUEST_CR4, 0x6804
        .set    GUEST_DR7, 0x681a
        .set    GUEST_RIP, 0x681e
        .set    GUEST_RFLAGS, 0x6820
        .set    HOST_CR0, 0x6c00
        .set    HOST_CR3, 0x6c02
        .set    HOST_CR4, 0x6c04
        .set    HOST_GDTR_BASE, 0x6c0c
        .set    HOST_RSP, 0x6c14
        .set    HOST_RIP, 0x6c16

        .section .text, "ax"

        # Protected mode, from the real mode that the reset vector starts in.
        .code16
from_reset:
        cli
        data32 lgdt cs:[descriptor_offset]
        mov     eax, cr0
        or      eax, 1
        mov     cr0, eax
        .byte   0x66, 0xea                      # jmp far 8:protected
        .long   protected
        .word   8
        .set    descriptor_offset, gdt_pointer - 0xffff0000

        .code32
protected:
        mov     eax, 0x10
        mov     ds, eax
        mov     es, eax
        mov     ss, eax
        mov     fs, eax
        mov     gs, eax
        mov     esp, STACK_TOP

        # The host's own tables: 4 GiB, one to one, in four 1-GiB pages.
        mov     edi, HOST_PML4
        mov     ecx, 0x2000 / 4
        xor     eax, eax
        cld
        rep stosd
        mov     dword ptr [HOST_PML4], HOST_PDPT + 3
        mov     dword ptr [HOST_PDPT], 0x00000083
        mov     dword ptr [HOST_PDPT + 8], 0x40000083
        mov     dword ptr [HOST_PDPT + 16], 0x80000083
        mov     dword ptr [HOST_PDPT + 24], 0xc0000083

        mov     eax, 0x20                       # CR4.PAE
        mov     cr4, eax
        mov     eax, HOST_PML4
        mov     cr3, eax
        mov     ecx, 0xc0000080                 # IA32_EFER
        rdmsr
        or      eax, 0x100                      # LME
        wrmsr
        mov     eax, 0x80000021                 # PG, NE, PE; WP stays clear
        mov     cr0, eax
        .byte   0xea                            # jmp far 0x18:long_mode
        .long   long_mode
        .word   0x18

        .code64
long_mode:
        mov     ax, 0x20
        ltr     ax

        # The disk: the header, then the records, then the image.
        mov     edi, HEADER
        xor     eax, eax
        mov     ecx, 1
        call    read_disk
        mov     edi, RECORDS
        mov     eax, [RECORDS_LBA]
        mov     ecx, [RECORDS_SECTORS]
        call    read_disk
        mov     edi, IMAGE_BASE
        mov     eax, [IMAGE_LBA]
        mov     ecx, [IMAGE_SECTORS]
        call    read_disk

        mov     eax, 0x80000008
        cpuid
        mov     [PHYSICAL_BITS], eax

        # CR4.VMXE, and PKE where it exists: WRPKRU needs it.
        mov     rax, 0x2020
        cmp     dword ptr [PROTECTION_KEYS], 0
        je      1f
        or      rax, 0x400000
1:      mov     cr4, rax
        mov     ecx, 0x3a                       # IA32_FEATURE_CONTROL: lock, VMX outside SMX
        rdmsr
        test    al, 1
        jnz     1f
        or      eax, 5
        wrmsr
1:      mov     ecx, 0x48c                      # IA32_VMX_EPT_VPID_CAP
        rdmsr
        mov     [EPT_VPID_CAP], eax
        mov     [EPT_VPID_CAP + 4], edx

        mov     ecx, 0x480                      # IA32_VMX_BASIC: the revision identifier
        rdmsr
        and     eax, 0x7fffffff
        mov     [VMXON_REGION], eax
        mov     [VMCS_REGION], eax
        push    VMXON_REGION
        vmxon   [rsp]
        jbe     failed
        mov     qword ptr [rsp], VMCS_REGION
        vmclear [rsp]
        jbe     failed
        vmptrld [rsp]
        jbe     failed
        pop     rax

        # The fields that never change.
        lea     rsi, constant_fields[rip]
1:      mov     edx, [rsi]
        test    edx, edx
        jz      2f
        mov     rax, [rsi + 8]
        vmwrite rdx, rax
        jbe     failed
        add     rsi, 16
        jmp     1b
2:
        # The controls: what is wanted, with what IA32_VMX_..._CTLS demands and permits.
        lea     rsi, controls[rip]
1:      mov     edi, [rsi]
        test    edi, edi
        jz      2f
        mov     ecx, [rsi + 4]
        rdmsr
        or      eax, [rsi + 8]
        and     eax, edx
        mov     edx, [rsi + 8]
        and     edx, eax
        cmp     edx, [rsi + 8]                  # everything wanted must be there
        jne     failed
        vmwrite rdi, rax
        jbe     failed
        add     rsi, 12
        jmp     1b
2:
        mov     rax, cr0
        mov     edx, HOST_CR0
        vmwrite rdx, rax
        mov     rax, cr4
        mov     edx, HOST_CR4
        vmwrite rdx, rax

        # The loop over the records.
        mov     r14d, RECORDS
        mov     r15d, RESULTS
        mov     r13d, [COUNT]
        xor     r12d, r12d                      # 1 once the VMCS is launched

next:
        test    r13d, r13d
        jz      finished
        dec     r13d

        mov     rax, [r14 + R_CR3]
        mov     edx, GUEST_CR3
        vmwrite rdx, rax
        mov     rax, [r14 + R_EPTP]
        mov     edx, EPT_POINTER
        vmwrite rdx, rax
        mov     rax, [r14 + R_RIP]
        mov     edx, GUEST_RIP
        vmwrite rdx, rax
        mov     eax, [r14 + R_CR0]
        mov     edx, GUEST_CR0
        vmwrite rdx, rax
        mov     ebx, eax
        mov     eax, [r14 + R_CR4]
        mov     edx, GUEST_CR4
        vmwrite rdx, rax
        mov     eax, [r14 + R_EFER]
        mov     edx, GUEST_EFER
        vmwrite rdx, rax
        mov     eax, [r14 + R_RFLAGS]
        mov     edx, GUEST_RFLAGS
        vmwrite rdx, rax
        mov     eax, [r14 + R_CS_RIGHTS]
        mov     edx, GUEST_CS_RIGHTS
        vmwrite rdx, rax
        mov     eax, [r14 + R_SS_RIGHTS]
        mov     edx, GUEST_SS_RIGHTS
        vmwrite rdx, rax
        shr     eax, 5                          # the privilege level, from SS.DPL
        and     eax, 3
        mov     ecx, eax
        mov     edx, GUEST_SS_SELECTOR
        or      eax, 0x10
        vmwrite rdx, rax
        mov     eax, ecx
        or      eax, 8
        mov     edx, GUEST_CS_SELECTOR
        vmwrite rdx, rax

        # IA-32e mode guest (bit 9 of the entry controls) goes with CR0.PG.
        mov     edx, ENTRY_CONTROLS
        vmread  rax, rdx
        and     eax, ~0x200
        bt      ebx, 31
        jnc     1f
        or      eax, 0x200
1:      vmwrite rdx, rax

        cmp     dword ptr [PROTECTION_KEYS], 0
        je      1f
        mov     eax, [r14 + R_PKRU]
        xor     ecx, ecx
        xor     edx, edx
        wrpkru
1:
        # Nothing may be remembered from one access to the next (SDM 3C 29.4.3.1).
        push    0
        push    0
        mov     eax, 2                          # all contexts
        invept  rax, [rsp]
        add     rsp, 16

        push    r12
        push    r13
        push    r14
        push    r15
        mov     rax, rsp
        mov     edx, HOST_RSP
        vmwrite rdx, rax

        mov     rdi, [r14 + R_ADDRESS]
        xor     eax, eax
        test    r12d, r12d
        jnz     1f
        vmlaunch
        jmp     2f
1:      vmresume
2:
        # The processor refused: the result says so, and the driver stops at it.
        pop     r15
        pop     r14
        pop     r13
        pop     r12
        mov     edx, INSTRUCTION_ERROR
        vmread  rax, rdx
        or      eax, 0xffff0000
        mov     [r15 + S_REASON], eax
        jmp     recorded

exited:
        mov     rbx, rax
        pop     r15
        pop     r14
        pop     r13
        pop     r12
        mov     [r15 + S_RAX], rbx
        mov     edx, EXIT_REASON
        vmread  rax, rdx
        mov     [r15 + S_REASON], eax
        test    eax, eax                        # bit 31: the entry itself failed
        js      1f
        mov     r12d, 1
1:      mov     edx, EXIT_INTERRUPTION
        vmread  rax, rdx
        mov     [r15 + S_INTERRUPTION], eax
        mov     edx, EXIT_ERROR_CODE
        vmread  rax, rdx
        mov     [r15 + S_ERROR_CODE], eax
        mov     edx, EXIT_QUALIFICATION
        vmread  rax, rdx
        mov     [r15 + S_QUALIFICATION], rax
        mov     edx, GUEST_PHYSICAL_ADDRESS
        vmread  rax, rdx
        mov     [r15 + S_GUEST_PHYSICAL], rax
        mov     edx, GUEST_LINEAR_ADDRESS
        vmread  rax, rdx
        mov     [r15 + S_GUEST_LINEAR], rax
        mov     edx, GUEST_RIP
        vmread  rax, rdx
        mov     [r15 + S_RIP], rax
        mov     rax, cr2
        mov     [r15 + S_CR2], rax

recorded:
        add     r14, 64
        add     r15, 64
        jmp     next

finished:
        mov     esi, RESULTS
        mov     eax, [RESULTS_LBA]
        mov     ecx, [RESULTS_SECTORS]
        call    write_disk
        mov     esi, IMAGE_BASE
        mov     eax, [IMAGE_LBA]
        mov     ecx, [IMAGE_SECTORS]
        call    write_disk
        mov     dword ptr [DONE], 1
        mov     esi, HEADER
        xor     eax, eax
        mov     ecx, 1
        call    write_disk
        lea     rsi, text_done[rip]
        jmp     shut_down

failed:
        lea     rsi, text_failed[rip]

        # Says how it ended on port 0xe9, and ends the emulation.
shut_down:
        lodsb
        test    al, al
        jz      1f
        out     0xe9, al
        jmp     shut_down
1:      lea     rsi, text_shutdown[rip]
        mov     edx, 0x8900
        mov     ecx, 8
        rep outsb
        cli
2:      hlt
        jmp     2b

        # Any exception of the host itself.
unexpected:
        lea     rsi, text_exception[rip]
        jmp     shut_down

        # Reads ECX sectors from sector EAX to RDI, in commands of up to 256.
read_disk:
        mov     ebx, eax
        mov     r8d, ecx
1:      test    r8d, r8d
        jz      3f
        mov     al, 0x20                        # READ SECTORS
        call    start_command
2:      call    wait_for_data
        mov     edx, 0x1f0
        mov     ecx, 256
        rep insw
        inc     ebx
        dec     r8d
        dec     r9d
        jnz     2b
        jmp     1b
3:      ret

        # Writes ECX sectors from RSI to sector EAX.
write_disk:
        mov     ebx, eax
        mov     r8d, ecx
1:      test    r8d, r8d
        jz      3f
        mov     al, 0x30                        # WRITE SECTORS
        call    start_command
2:      call    wait_for_data
        mov     edx, 0x1f0
        mov     ecx, 256
        rep outsw
        inc     ebx
        dec     r8d
        dec     r9d
        jnz     2b
        call    wait_until_idle
        jmp     1b
3:      ret

        # Gives the command AL for sector EBX and as many of the R8 left as fit; R9 counts them.
start_command:
        mov     r10d, eax
        mov     r9d, 256
        cmp     r8d, r9d
        cmovb   r9d, r8d
        call    wait_until_idle
        mov     edx, 0x1f6
        mov     eax, ebx
        shr     eax, 24
        or      al, 0xe0                        # LBA, first drive
        out     dx, al
        mov     edx, 0x1f2
        mov     eax, r9d
        out     dx, al                          # 0 is 256
        inc     edx
        mov     eax, ebx
        out     dx, al
        inc     edx
        shr     eax, 8
        out     dx, al
        inc     edx
        shr     eax, 8
        out     dx, al
        mov     edx, 0x1f7
        mov     eax, r10d
        out     dx, al
        ret

wait_until_idle:
        mov     edx, 0x1f7
1:      in      al, dx
        test    al, 0x80                        # BSY
        jnz     1b
        ret

wait_for_data:
        mov     edx, 0x1f7
1:      in      al, dx
        test    al, 0x80                        # BSY
        jnz     1b
        test    al, 0x21                        # DF, ERR
        jnz     failed
        test    al, 8                           # DRQ
        jz      1b
        ret

        .balign 16
gdt:
        .quad   0
        .quad   0x00cf9b000000ffff              # 0x08: 32-bit code
        .quad   0x00cf93000000ffff              # 0x10: data
        .quad   0x00af9b000000ffff              # 0x18: 64-bit code
        .quad   0x0000890000000067              # 0x20: a task-state segment, never used
        .quad   0
gdt_pointer:
        .word   gdt_pointer - gdt - 1
        .long   gdt

        .balign 16
constant_fields:
        .macro  field number, value
        .long   \number, 0
        .quad   \value
        .endm
        field   EXCEPTION_BITMAP, 0xffffffff
        field   PAGE_FAULT_MASK, 0              # mask 0, match 0: every #PF exits
        field   PAGE_FAULT_MATCH, 0
        field   CR3_TARGET_COUNT, 0
        field   VMCS_LINK_POINTER, 0xffffffffffffffff
        field   GUEST_DEBUGCTL, 0
        field   GUEST_DR7, 0x400
        field   HOST_CR3, HOST_PML4
        field   HOST_EFER, 0x500
        field   HOST_RIP, exited
        field   HOST_CS_SELECTOR, 0x18
        field   HOST_SS_SELECTOR, 0x10
        field   HOST_DS_SELECTOR, 0x10
        field   HOST_ES_SELECTOR, 0x10
        field   HOST_FS_SELECTOR, 0x10
        field   HOST_GS_SELECTOR, 0x10
        field   HOST_TR_SELECTOR, 0x20
        field   HOST_GDTR_BASE, gdt
        # ES, DS, FS, GS: flat data. LDTR: unusable. GDTR, IDTR: empty. TR: busy.
        field   0x0800, 0x13
        field   0x0806, 0x13
        field   0x0808, 0x13
        field   0x080a, 0x13
        field   GUEST_TR_SELECTOR, 0x20
        field   0x4800, 0xffffffff
        field   0x4802, 0xffffffff
        field   0x4804, 0xffffffff
        field   0x4806, 0xffffffff
        field   0x4808, 0xffffffff
        field   0x480a, 0xffffffff
        field   0x480e, 0x67
        field   0x4814, 0xc0f3
        field   0x481a, 0xc0f3
        field   0x481c, 0xc0f3
        field   0x481e, 0xc0f3
        field   0x4820, 0x10000
        field   0x4822, 0x8b
        .long   0, 0

        # Field, capability register, bits wanted.
controls:
        .long   PIN_CONTROLS, 0x481, 0
        # HLT, MWAIT, RDPMC, CR3, CR8, debug registers, input and output, MONITOR, and the
        # secondary controls: whatever an instruction executed by accident could do, exits.
        .long   PRIMARY_CONTROLS, 0x482, 0xa1998c80
        # EPT, descriptor-table exiting, unrestricted guest.
        .long   SECONDARY_CONTROLS, 0x48b, 0x86
        # 64-bit host, load IA32_EFER.
        .long   EXIT_CONTROLS, 0x483, 0x00200200
        # IA-32e mode guest, load IA32_EFER.
        .long   ENTRY_CONTROLS, 0x484, 0x00008200
        .long   0

text_done:
        .asciz  "DONE\n"
text_failed:
        .asciz  "FAILED\n"
text_exception:
        .asciz  "EXCEPTION\n"
text_shutdown:
        .ascii  "Shutdown"

        .section .reset, "ax"
        .code16
        .byte   0xe9                            # jmp near from_reset
        .word   from_reset - . - 2
