/// A format of a guest's own tables, under its name in every command and scenario.
public enum GuestFormat: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  case x86Level4 = "x86-4"
  case x86Level5 = "x86-5"
  case arm4K = "arm-s1-4k"
  case arm16K = "arm-s1-16k"
  case arm64K = "arm-s1-64k"
  case sv39
  case sv48
  case sv57

  /// The format's name.
  public var description: String { rawValue }

  /// The architecture whose guests use the format.
  public var isa: ISA {
    switch self {
    case .x86Level4, .x86Level5: .x86
    case .arm4K, .arm16K, .arm64K: .arm
    case .sv39, .sv48, .sv57: .riscv
    }
  }

  /// The shape of the format's tables; Arm's for addresses of 48 bits.
  public var shape: TableShape {
    switch self {
    case .x86Level4: .x86(4)
    case .x86Level5: .x86(5)
    case .arm4K: .arm(pageShift: 12, inputBits: 48, levels: 4)
    case .arm16K: .arm(pageShift: 14, inputBits: 48, levels: 4)
    case .arm64K: .arm(pageShift: 16, inputBits: 48, levels: 3)
    case .sv39: .riscv(3)
    case .sv48: .riscv(4)
    case .sv57: .riscv(5)
    }
  }

  /// The shape of the format's tables for addresses of a given width.
  ///
  /// Only Arm has a choice: TCR_EL1.T0SZ and T1SZ give the width, and the number of levels follows.
  public func shape(inputBits: Int) throws(TableShapeError) -> TableShape {
    guard isa == .arm else {
      guard inputBits == shape.inputBits else {
        throw TableShapeError(rawValue, inputBits: inputBits, shape.inputBits...shape.inputBits)
      }
      return shape
    }
    let pageShift = shape.pageShift
    let indexBits = shape.indexBits
    // The values of TCR_EL1.TnSZ without FEAT_LVA and with FEAT_TTST.
    let possible = (pageShift == 16 ? 17 : 16)...48
    guard possible ~= inputBits else {
      throw TableShapeError(rawValue, inputBits: inputBits, possible)
    }
    return .arm(
      pageShift: pageShift, inputBits: inputBits,
      levels: (inputBits - pageShift + indexBits - 1) / indexBits)
  }
}
