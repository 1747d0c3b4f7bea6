// Intel SDM volume 3C (the edition of 2023), sections 28.2.1 and 29.3.3.1 "EPT Misconfigurations".

/// The VM exit of an access that met an entry which the extended page tables can't have.
public struct EPTMisconfiguration: Sendable, Hashable {
  /// What is wrong with an entry.
  ///
  /// The exit doesn't tell; the model does.
  public enum Cause: Sendable, Hashable {
    /// Writes are allowed and reads are not.
    case writeWithoutRead
    /// Fetches are allowed and reads are not, which this processor doesn't offer.
    case executeOnly
    /// These bits are set, and reserved.
    case reservedBits(UInt64)
    /// The memory type is one of the reserved values 2, 3 and 7.
    case memoryType(UInt64)
  }

  /// The basic exit reason.
  public let exitReason: UInt64 = 49
  /// The address that was translated by EPT.
  public var guestPhysical: GuestPhysical
  /// What is wrong with the entry.
  public var cause: Cause?
  /// The entry.
  public var entry: UInt64
  private let level: Int

  init(_ failure: WalkFailure, _ rules: EPTRules) {
    guestPhysical = failure.guestPhysical ?? GuestPhysical(0)
    entry = failure.entry ?? 0
    level = failure.level ?? 0
    cause = EPTFormat.misconfiguration(of: entry, level: level, rules: rules)
  }

  /// "For an EPT misconfiguration" the exit qualification and the guest-linear address are undefined.
  var fields: [ReportField] {
    [
      ReportField("exit_reason", exitReason, isNumber: true),
      ReportField("guest_physical_address", guestPhysical.value),
    ]
  }

  /// The exit in words.
  public var words: String {
    let why =
      switch cause {
      case .writeWithoutRead: "allows writes without reads"
      case .executeOnly: "allows fetches without reads, which this processor does not offer"
      case .reservedBits(let bits): "has reserved bits 0x\(String(bits, radix: 16)) set"
      case .memoryType(let type): "has the reserved memory type \(type)"
      case nil: "is reserved"
      }
    return "EPT misconfiguration (exit reason 49) at guest-physical \(guestPhysical): the entry"
      + " 0x\(String(entry, radix: 16)) of level \(level + 1) \(why)"
  }
}
