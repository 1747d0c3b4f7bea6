/// What a policy's text leaves open, each with the default that <doc:Replacement> gives reasons for.
public struct ReplacementSettings: Sendable, Hashable {
  /// How a page comes in under the policies with a reference bit.
  public enum ClockLoad: String, Sendable, Hashable, CaseIterable {
    /// With its bit set: the access that loads it counts as a reference.
    case set
    /// With its bit clear: only the next access counts.
    case clear
  }

  /// What LFU counts.
  public enum FrequencyCounts: String, Sendable, Hashable, CaseIterable {
    /// The references since the page was loaded: an evicted page is forgotten.
    case resident
    /// All references of the trace so far, which makes LFU a stack algorithm.
    case all
  }

  /// How a page is loaded under `clock`, `clock2` and `twohand`.
  public var clockLoad = ClockLoad.clear
  /// By how many frames the front hand of `twohand` is ahead; a quarter of the frames if not given.
  public var handSpread: Int?
  /// The window of `ws` in references; as many as there are frames if not given.
  public var window: Int?
  /// What `lfu` counts.
  public var frequencyCounts = FrequencyCounts.resident

  /// The defaults.
  public init() {}
}
