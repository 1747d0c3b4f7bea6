public import Hypervisor

/// How writes are logged, by the names that `nestwalk migrate` has for it.
public enum LoggingMethod: String, Sendable, Hashable, CaseIterable {
  /// Write protection of all pages.
  case writeProtection = "wp"
  /// Manual protection, initially all set, and cleared in chunks.
  case manual
  /// A scan of the dirty flags.
  case flags = "dbit"
  /// Intel's page-modification log.
  case modificationLog = "pml"
  /// A dirty ring of each processor.
  case ring
  /// A dirty ring of each processor that Intel's page-modification log is emptied into.
  case modificationRing = "pml-ring"

  /// The method of a mechanism.
  public init(_ mechanism: DirtyMechanism) {
    self =
      switch mechanism {
      case .writeProtection: .writeProtection
      case .initiallyAllSet: .manual
      case .flags: .flags
      case .modificationLog: .modificationLog
      case .ring: .ring
      case .modificationRing: .modificationRing
      }
  }

  /// The mechanism, with rings of so many entries.
  public func mechanism(ringEntries: Int) -> DirtyMechanism {
    switch self {
    case .writeProtection: .writeProtection
    case .manual: .initiallyAllSet
    case .flags: .flags
    case .modificationLog: .modificationLog
    case .ring: .ring(entries: ringEntries)
    case .modificationRing: .modificationRing(entries: ringEntries)
    }
  }

  /// Whether the hypervisor copies a bitmap for who asks what was written.
  var hasBitmap: Bool { !hasRing }

  /// Whether processors have rings.
  public var hasRing: Bool { self == .ring || self == .modificationRing }

  /// Whether it needs a page-modification log.
  public var logsModifications: Bool { self == .modificationLog || self == .modificationRing }
}
