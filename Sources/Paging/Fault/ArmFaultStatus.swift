// Arm ARM D23, ESR_EL2: the encoding of DFSC and IFSC, which PAR_EL1.FST shares.

/// A fault status code: the class of a fault and its level.
struct ArmFaultStatus: Sendable, Hashable {
  /// The class of a fault that a translation meets.
  enum Class: UInt64, Sendable {
    case addressSize = 0b0000
    case translation = 0b0001
    case accessFlag = 0b0010
    case permission = 0b0011
    case externalAbort = 0b0101
  }

  var faultClass: Class
  /// The level in the manual's count; 0 where no table was read.
  var level: UInt64

  /// The status of a failure.
  @inline(__always)
  init(_ failure: WalkFailure) {
    faultClass =
      switch failure.reason {
      case .addressTooWide, .notCanonical, .walkDisabled, .sizeOutOfRange, .notPresent, .reserved:
        .translation
      case .addressSize: .addressSize
      case .accessFlag, .dirtyFlag: .accessFlag
      case .permission, .protectionKey: .permission
      case .absentMemory: .externalAbort
      }
    level = UInt64(3 - min(failure.level ?? 3, 3))
  }

  /// The status that a code tells, if a translation can meet it.
  init?(code: UInt64) {
    guard let faultClass = Class(rawValue: code >> 2 & 0xf) else { return nil }
    self.faultClass = faultClass
    level = code & 3
  }

  /// The six bits of DFSC, IFSC and FST.
  var code: UInt64 { faultClass.rawValue << 2 | level }

  /// The name of the class in the records of `translate`.
  var kind: String {
    switch faultClass {
    case .addressSize: "address-size-fault"
    case .translation: "translation-fault"
    case .accessFlag: "access-flag-fault"
    case .permission: "permission-fault"
    case .externalAbort: "external-abort"
    }
  }

  /// The class and level in words.
  var words: String {
    let name =
      switch faultClass {
      case .addressSize: "address size fault"
      case .translation: "translation fault"
      case .accessFlag: "access flag fault"
      case .permission: "permission fault"
      case .externalAbort: "external abort on a table read"
      }
    return "\(name), level \(level)"
  }
}
