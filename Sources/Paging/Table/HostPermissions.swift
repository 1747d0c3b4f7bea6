/// What a page of a hypervisor's tables lets a guest do.
public struct HostPermissions: OptionSet, Sendable, Hashable {
  /// One bit for each right.
  public let rawValue: UInt8

  /// The rights whose bits are set.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The guest may load from the page.
  public static let read = Self(rawValue: 1)
  /// The guest may store to the page.
  public static let write = Self(rawValue: 2)
  /// The guest's user mode may execute the page.
  public static let executeUser = Self(rawValue: 4)
  /// The guest's supervisor mode may execute the page.
  public static let executeSupervisor = Self(rawValue: 8)
  /// The guest may execute the page.
  ///
  /// Only EPT with mode-based execute control and Arm with FEAT_XNX tell user mode from supervisor
  /// mode.
  public static let execute: Self = [.executeUser, .executeSupervisor]
}
