import Paging

extension RegisterTable where Registers == ArmRegisters {
  /// The registers of AArch64.
  static let arm = Self(
    [
      Entry("hcr_el2", \.hcrEL2),
      Entry("vtcr_el2", \.vtcrEL2),
      Entry("vttbr_el2", \.vttbrEL2),
      Entry("tcr_el1", \.tcrEL1),
      Entry("ttbr0_el1", \.ttbr0EL1),
      Entry("ttbr1_el1", \.ttbr1EL1),
      Entry("sctlr_el1", \.sctlrEL1),
      Entry("mair_el1", \.mairEL1),
      Entry("pstate", \.pstate),
      Entry("id_aa64mmfr0_el1", \.idAA64MMFR0EL1),
    ],
    options: [
      Option("arm-size-out-of-range", \.sizeOutOfRange),
      Option("arm-device-fetch", \.deviceFetch),
      Option("arm-denied-access-flag", \.deniedAccessFlag),
    ])
}
