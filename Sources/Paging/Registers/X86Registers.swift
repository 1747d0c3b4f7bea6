/// The registers that steer translation on x86-64 under VMX or SVM, under the manuals' names.
///
/// Exactly one of ``eptp`` and ``ncr3`` gives a second stage: Intel's extended page tables or AMD's
/// nested page tables. With neither, guest-physical addresses are host-physical ones, and the
/// processor is taken for one of Intel's where the two differ.
public struct X86Registers: Sendable, Hashable {
  /// CR0: PG is bit 31, WP is bit 16.
  public var cr0: UInt64 = 0
  /// CR3: the root of the guest's tables.
  public var cr3: UInt64 = 0
  /// CR4: PAE is bit 5, LA57 12, SMEP 20, SMAP 21, PKE 22, PKS 24.
  public var cr4: UInt64 = 0
  /// IA32_EFER: LME is bit 8, LMA 10, NXE 11.
  public var efer: UInt64 = 0
  /// RFLAGS: AC is bit 18.
  public var rflags: UInt64 = 0
  /// PKRU: the rights of the protection keys of user pages.
  public var pkru: UInt64 = 0
  /// IA32_PKRS: the rights of the protection keys of supervisor pages.
  public var ia32PKRS: UInt64 = 0
  /// The width of physical addresses, as CPUID 0x80000008 tells it.
  public var maxphyaddr: UInt64 = 52
  /// The EPT pointer of the VMCS: memory type 2:0, walk length less one 5:3, A/D flags 6.
  public var eptp: UInt64?
  /// The secondary processor-based VM-execution controls: mode-based execute control is bit 22.
  public var secondaryControls: UInt64 = 0
  /// IA32_VMX_EPT_VPID_CAP: what the processor's EPT offers; by default everything except advanced
  /// VM-exit information (bit 22), which defines more bits of the exit qualification.
  public var ia32VMXEPTVPIDCap: UInt64 = 0xf01_0633_41c1
  /// The VPID of the VMCS, which tags the guest's entries in an Intel processor's caches; 0 where VPIDs
  /// are not enabled.
  public var vpid: UInt16 = 0
  /// The guest's ASID of the VMCB, which tags its entries in an AMD processor's caches.
  public var guestASID: UInt16 = 0
  /// The nested CR3 of the VMCB.
  public var ncr3: UInt64?
  /// The host's CR0, whose WP counts for nested tables.
  public var hostCR0: UInt64 = 0x8001_0001
  /// The host's CR4, whose LA57 makes nested tables 5-level.
  public var hostCR4: UInt64 = 0x20
  /// The host's IA32_EFER, whose NXE gives nested tables their no-execute bit.
  public var hostEFER: UInt64 = 0x1d00

  /// When the accessed flags of the entries above a leaf are set: no register, but a choice that the
  /// manuals leave open.
  public var accessedFlags = AccessedFlags.eachLevel

  /// Whether an address without paging has its full width.
  ///
  /// It is no mode of a processor: it stands for a guest in 64-bit mode that maps all memory one to one,
  /// of whose tables nothing is to be seen.
  package var isPhysical = false

  /// Registers that are all at their defaults: paging is off.
  public init() {}
}
