import Paging

extension RegisterTable where Registers == X86Registers {
  /// The registers of x86-64, of a guest and of its hypervisor.
  static let x86 = Self(
    [
      Entry("cr0", \.cr0),
      Entry("cr3", \.cr3),
      Entry("cr4", \.cr4),
      Entry("efer", \.efer),
      Entry("rflags", \.rflags),
      Entry("pkru", \.pkru),
      Entry("ia32_pkrs", \.ia32PKRS),
      Entry("maxphyaddr", \.maxphyaddr),
      Entry("eptp", optional: \.eptp),
      Entry("secondary_controls", \.secondaryControls),
      Entry("ia32_vmx_ept_vpid_cap", \.ia32VMXEPTVPIDCap),
      Entry("ncr3", optional: \.ncr3),
      Entry("host_cr0", \.hostCR0),
      Entry("host_cr4", \.hostCR4),
      Entry("host_efer", \.hostEFER),
    ], options: [Option("x86-accessed", \.accessedFlags)])
}
