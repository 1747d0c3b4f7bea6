/// A format of a hypervisor's second-stage tables, under its name in every command and scenario.
public enum HostFormat: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  case ept4
  case ept5
  case npt4
  case npt5
  case arm4K = "arm-s2-4k"
  case arm16K = "arm-s2-16k"
  case arm64K = "arm-s2-64k"
  case sv39x4
  case sv48x4
  case sv57x4

  /// The format's name.
  public var description: String { rawValue }

  /// The architecture whose hypervisors use the format.
  public var isa: ISA {
    switch self {
    case .ept4, .ept5, .npt4, .npt5: .x86
    case .arm4K, .arm16K, .arm64K: .arm
    case .sv39x4, .sv48x4, .sv57x4: .riscv
    }
  }

  /// The shape of the format's tables; Arm's for intermediate physical addresses of 48 bits.
  public var shape: TableShape {
    switch self {
    case .ept4, .npt4: .x86(4)
    case .ept5, .npt5: .x86(5)
    case .arm4K: .arm(pageShift: 12, inputBits: 48, levels: 4)
    // A walk of stage 2 starts at level 0 with the 4K granule only (or FEAT_LPA2): the 48th bit is
    // that of two concatenated tables at level 1.
    case .arm16K: .arm(pageShift: 14, inputBits: 48, levels: 3)
    case .arm64K: .arm(pageShift: 16, inputBits: 48, levels: 3)
    case .sv39x4: .riscv(3, rootExtraBits: 2)
    case .sv48x4: .riscv(4, rootExtraBits: 2)
    case .sv57x4: .riscv(5, rootExtraBits: 2)
    }
  }

  /// The shape of the format's tables for guest-physical addresses of a given width.
  ///
  /// Only Arm has a choice: VTCR_EL2.T0SZ gives the width and SL0 the level at which the walk starts,
  /// with up to 16 concatenated tables there. Without a number of levels it is the fewest possible.
  public func shape(inputBits: Int, levels: Int? = nil) throws(TableShapeError) -> TableShape {
    guard isa == .arm else {
      guard levels == nil || levels == shape.levels else {
        throw TableShapeError(rawValue, inputBits: inputBits, levels: levels, nil)
      }
      guard inputBits == shape.inputBits else {
        throw TableShapeError(rawValue, inputBits: inputBits, shape.inputBits...shape.inputBits)
      }
      return shape
    }
    let pageShift = shape.pageShift
    let indexBits = shape.indexBits
    // The values of VTCR_EL2.T0SZ without FEAT_LPA2 and with FEAT_TTST.
    let possible = (pageShift == 16 ? 17 : 16)...48
    guard possible ~= inputBits else {
      throw TableShapeError(rawValue, inputBits: inputBits, possible)
    }
    // Arm ARM D8.2.8, "Concatenated translation tables": the initial lookup may take up to 4 bits
    // more than one table has.
    let fewest = (inputBits - 4 - pageShift + indexBits - 1) / indexBits
    // The encodings of SL0: the 4K granule starts at level 0 to 3, the others at 1 to 3.
    let lengths = 1...(pageShift == 12 ? 4 : 3)
    let levels = levels ?? min(max(fewest, lengths.lowerBound), lengths.upperBound)
    guard lengths ~= levels else {
      throw TableShapeError(rawValue, inputBits: inputBits, levels: levels, nil)
    }
    let widest = min(48, pageShift + indexBits * levels + 4)
    let narrowest = max(possible.lowerBound, pageShift + indexBits * (levels - 1) + 1)
    guard narrowest...widest ~= inputBits else {
      throw TableShapeError(rawValue, inputBits: inputBits, levels: levels, narrowest...widest)
    }
    return .arm(pageShift: pageShift, inputBits: inputBits, levels: levels)
  }
}
