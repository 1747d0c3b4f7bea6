extension CostProfile {
  /// The architecture of a profile's machine, under the name that it has everywhere.
  public enum Architecture: String, Sendable, Hashable, CaseIterable {
    case x86 = "x86-64"
    case arm = "arm64"
    case riscv = "riscv64"
  }
}
