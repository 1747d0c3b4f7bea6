/// A part of a guest's life: its work and what it touches.
public struct GuestPhase: Sendable, Hashable {
  /// Pages that are touched one after another.
  public struct Run: Sendable, Hashable {
    /// The number of the first page.
    public var page: UInt64
    /// How many pages are touched.
    public var count: UInt64
    /// How many pages lie from one to the next.
    public var stride: UInt64
    /// Who touches them, and how.
    public var kind: BootTouch.Kind
    /// What is new about each touch.
    public var novelty: GuestTouch.Novelty
    /// What the guest has the pages for.
    public var use: GuestPageUse

    /// Touches of `count` pages from `page` on.
    public init(
      page: UInt64, count: UInt64, stride: UInt64 = 1, kind: BootTouch.Kind,
      novelty: GuestTouch.Novelty = .page, use: GuestPageUse = .other
    ) {
      self.page = page
      self.count = count
      self.stride = stride
      self.kind = kind
      self.novelty = novelty
      self.use = use
    }
  }

  /// What is touched, and how long the processor works.
  public enum Work: Sendable, Hashable {
    /// A phase of the profile's recording, with the recording's times.
    case recorded(phase: Int)
    /// Runs of touches, over which so many nanoseconds of work are spread evenly.
    case runs([Run], nanoseconds: UInt64)
  }

  /// How the guest's processor finds the pages.
  public enum Addressing: Sendable, Hashable {
    /// The guest doesn't run yet: this is the monitor's work.
    case none
    /// Without paging, or through a few tables of its own that map every address to itself.
    case physical
    /// Through the guest's tables.
    case mapped
  }

  /// What the phase is called.
  public var name: String
  /// What is touched, and how long the processor works.
  public var work: Work
  /// How long the guest waits for devices at the end of the phase.
  public var waitNanoseconds: UInt64
  /// How the guest's processor finds the pages.
  public var addressing: Addressing
  /// Whether the guest is ready at the end of the phase.
  public var endsReady: Bool
  /// Where the figures are from.
  public var source: String

  /// A phase of a name.
  public init(
    _ name: String, _ work: Work, waitNanoseconds: UInt64 = 0, addressing: Addressing = .mapped,
    endsReady: Bool = false, source: String
  ) {
    self.name = name
    self.work = work
    self.waitNanoseconds = waitNanoseconds
    self.addressing = addressing
    self.endsReady = endsReady
    self.source = source
  }
}
