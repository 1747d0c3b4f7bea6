// Arm ARM (DDI 0487) D8.2, "Translation process", and D8.3, "Translation table descriptor formats".

/// A translation granule: the size of one table and of the smallest page.
protocol ArmGranule: Sendable {
  /// Bits of the offset in the smallest page.
  static var pageShift: UInt64 { get }
  /// The highest level, counted from the leaf, at which a descriptor may be a block.
  static var highestBlock: Int { get }
  /// The same on a PE with 52-bit physical addresses (FEAT_LPA).
  static var highestBlockOfLargeAddresses: Int { get }
}

/// Tables and pages of 4 KiB, blocks of 2 MiB and 1 GiB.
enum ArmGranule4K: ArmGranule {
  static var pageShift: UInt64 { 12 }
  static var highestBlock: Int { 2 }
  static var highestBlockOfLargeAddresses: Int { 2 }
}

/// Tables and pages of 16 KiB, blocks of 32 MiB.
enum ArmGranule16K: ArmGranule {
  static var pageShift: UInt64 { 14 }
  static var highestBlock: Int { 1 }
  static var highestBlockOfLargeAddresses: Int { 1 }
}

/// Tables and pages of 64 KiB, blocks of 512 MiB; FEAT_LPA adds blocks of 4 TiB.
enum ArmGranule64K: ArmGranule {
  static var pageShift: UInt64 { 16 }
  static var highestBlock: Int { 1 }
  static var highestBlockOfLargeAddresses: Int { 2 }
}

/// Which tables a stage walks.
enum ArmTables: UInt8, Sendable {
  /// None: the stage is off.
  case off
  case granule4K
  case granule16K
  case granule64K

  /// Bits of the offset in the smallest page.
  var pageShift: UInt64 {
    switch self {
    case .off: 0
    case .granule4K: ArmGranule4K.pageShift
    case .granule16K: ArmGranule16K.pageShift
    case .granule64K: ArmGranule64K.pageShift
    }
  }

  /// Bits of the address that index one table.
  var indexBits: UInt64 { pageShift - 3 }
}
