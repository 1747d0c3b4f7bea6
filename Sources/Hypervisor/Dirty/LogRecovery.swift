/// How pages that the process has large are mapped large again once writes to them aren't logged any more.
public enum LogRecovery: String, Sendable, Hashable, CaseIterable {
  /// A fault on a small page maps the large one in its place; pages that don't fault stay small: KVM's way
  /// on Arm and RISC-V.
  case onFault
  /// The small entries are cleared, and the next touch of each large page maps it: KVM's way on x86 until
  /// Linux 6.12.
  case refault
  /// Each table is replaced by the large page, with the rights of its first small page: KVM's way on x86
  /// from Linux 6.13 on.
  case inPlace
}
