/// An instruction set architecture, under its name in the records of `translate`.
public enum ISA: String, Sendable, Hashable, CaseIterable {
  case x86 = "x86-64"
  case arm = "arm64"
  case riscv = "riscv64"

  /// The manual's number of a level that is counted from the leaf.
  ///
  /// Intel and AMD call the page table 1 and the PML4 4; Arm counts from the root down to 3, whatever
  /// level a walk starts at; RISC-V counts from the leaf.
  public func manualLevel(_ level: Int) -> Int {
    switch self {
    case .x86: level + 1
    case .arm: 3 - level
    case .riscv: level
    }
  }
}
