/// What differs in merging from one Linux release to another.
public struct MergingKernel: Hashable, Sendable {
  /// What a page that is visited is asked first.
  public enum Order: Hashable, Sendable {
    /// Has it changed since the last visit, then: is it in the stable set, then in the unstable one.
    case checksumFirst
    /// Is it in the stable set, and only then whether it has changed.
    case stableSetFirst
  }

  /// The order of the questions.
  public var order: Order
  /// Whether a chain that has one copy left is dissolved whenever a search meets it, and not only when
  /// the search prunes.
  public var dissolvesChainsAlways: Bool
  /// Whether breaking a 2M page maps its pages of zeros to the one page of zeros.
  public var breakingFreesZeroPages: Bool
  /// Whether the kernel has `smart_scan`.
  public var hasSmartScan: Bool
  /// Whether the kernel has `advisor_mode`.
  public var hasAdvisor: Bool

  /// The rules of a Linux release, such as 6.1.
  public init(major: Int, minor: Int) {
    let version = major * 1000 + minor
    order = version >= 6011 ? .checksumFirst : .stableSetFirst
    dissolvesChainsAlways = version >= 6011
    breakingFreesZeroPages = version >= 6012
    hasSmartScan = version >= 6007
    hasAdvisor = version >= 6008
  }

  /// The rules since Linux 6.12.
  public static let current = Self(major: 6, minor: 12)
}
