/// How tables are edited while walks run through them.
public struct LiveOptions: Sendable, Hashable {
  /// When an entry is made invalid before it is made anew.
  public enum Breaking: Sendable, Hashable {
    /// Where the architecture demands it: on Arm, for the changes that ``BreakBeforeMake`` names.
    case whereDemanded
    /// Whenever an entry is split, collapsed or mapped to another address.
    case always
    /// Never; an edit of which the architecture demands it is refused.
    case never
  }

  /// When an entry is made invalid before it is made anew.
  public var breaking = Breaking.whereDemanded
  /// Whether blocks may change their size without it (Arm's FEAT_BBM, level 2).
  ///
  /// Level 1 asks for the nT bit meanwhile, which the model doesn't have.
  public var hasBlockSizeChanges = false
  /// Whether new pages come to be seen without a fence, in time (RISC-V's Svvptc).
  public var hasTimelyValidity = false
  /// Whether a page that a range ends in is split; otherwise such a range is refused.
  public var splitsPages = false

  /// What every processor of each architecture allows.
  public init() {}
}

extension LiveOptions {
  /// Whether the processors do without break-before-make for a change.
  func waives(_ rule: BreakBeforeMake) -> Bool {
    switch rule {
    case .blockSize, .contiguous: hasBlockSizeChanges
    case .outputAddress, .memoryType, .global: false
    }
  }
}
