// Intel SDM volume 3A (the edition of 2023), sections 3.3.7.1 "Canonical Addressing", 4.7 "Page-Fault
// Exceptions" and 6.15.

/// An exception that the guest takes itself: a page fault or a general-protection exception.
public struct X86Exception: Sendable, Hashable {
  /// The exception's vector: 13 or 14.
  public var vector: UInt8
  /// The error code that is pushed.
  public var errorCode: UInt64
  /// CR2, which a page fault loads with the linear address.
  public var cr2: UInt64?
  /// The address that the program used.
  private let linear: GuestVirtual

  init(_ failure: WalkFailure, _ registers: X86Registers) {
    linear = registers.linear(failure.guestVirtual)
    guard failure.reason != .notCanonical else {
      vector = 13
      errorCode = 0
      return
    }
    vector = 14
    cr2 = linear.value
    var code: UInt64 = 0
    switch failure.reason {
    case .notPresent: break
    // "bit 3 of the error code can be set only if bit 0 is also set".
    case .reserved: code |= Self.present | Self.reserved
    case .protectionKey: code |= Self.present | Self.key
    default: code |= Self.present
    }
    if failure.asked.kind == .write { code |= Self.write }
    if failure.asked.privilege == .user { code |= Self.user }
    // The flag tells of a fetch only where fetches can be forbidden; CR4.PAE is always set here.
    if failure.asked.kind == .fetch, registers.hasNoExecute || registers.hasSMEP {
      code |= Self.fetch
    }
    errorCode = code
  }

  private static let present: UInt64 = 1 << 0
  private static let write: UInt64 = 1 << 1
  private static let user: UInt64 = 1 << 2
  private static let reserved: UInt64 = 1 << 3
  private static let fetch: UInt64 = 1 << 4
  private static let key: UInt64 = 1 << 5

  var kind: String { vector == 13 ? "general-protection" : "page-fault" }

  var fields: [ReportField] {
    var fields = [
      ReportField("vector", UInt64(vector), isNumber: true), ReportField("error_code", errorCode),
    ]
    if let cr2 { fields.append(ReportField("cr2", cr2)) }
    return fields
  }

  /// The exception in words.
  public var words: String {
    guard vector == 14 else {
      return "general-protection exception (vector 13): \(linear) is not canonical"
    }
    let who = errorCode & Self.user != 0 ? "user" : "supervisor"
    let what =
      if errorCode & Self.write != 0 {
        "write"
      } else if errorCode & Self.fetch != 0 {
        "fetch"
      } else {
        // Without XD and SMEP the error code of a fetch is that of a read.
        "read"
      }
    let why =
      if errorCode & Self.present == 0 {
        "a guest entry is not present"
      } else if errorCode & Self.reserved != 0 {
        "a guest entry has a reserved bit set"
      } else if errorCode & Self.key != 0 {
        "the page's protection key denies it"
      } else {
        "the guest's entries do not allow it"
      }
    let code = String(errorCode, radix: 16)
    return "page fault (vector 14, error code 0x\(code)): \(who) \(what) of \(linear), \(why)"
  }
}
