/// What of the registers a VM exit's report depends on.
///
/// The processor works them out when the registers are set: a report that was handed the registers
/// would be handed a copy of two hundred bytes at each fault.
struct X86ExitFacts: Sendable {
  /// The bits of the program's address that are part of the linear one.
  let linearMask: UInt64
  /// CR0.PG.
  let hasPaging: Bool
  /// Whether the entries tell supervisors' and users' fetches apart.
  let hasModeBasedExecute: Bool
  /// Whether the exit qualification tells of the guest's page.
  let hasAdvancedInformation: Bool

  init(_ registers: X86Registers) {
    linearMask = registers.linear(GuestVirtual(~0)).value
    hasPaging = registers.hasPaging
    hasModeBasedExecute = registers.hasModeBasedExecute
    hasAdvancedInformation = registers.hasAdvancedExitInformation
  }

  /// The linear address that the processor makes of the program's.
  @inline(__always)
  func linear(_ address: GuestVirtual) -> GuestVirtual { GuestVirtual(address.value & linearMask) }
}
