// Micro-architecture: this file can be skipped at first reading.

/// The TLBs and walk caches of a core.
public struct CoreModel: Sendable, Hashable {
  /// What an entry of the TLBs translates where there are two stages.
  public enum Design: String, Sendable, Hashable, CaseIterable {
    /// A guest-virtual address to a host-physical one.
    case combined
    /// A guest-virtual address to a guest-physical one; the nested cache does the rest.
    case split
    /// Nothing: there are no TLBs, and every access walks.
    case none
  }

  /// Where a figure comes from.
  public enum Source: Sendable, Hashable, CustomStringConvertible {
    /// The vendor's manual.
    case manual(String)
    /// A measurement or description that others have published.
    case published(String)
    /// Nobody says; the text is why the figure is what it is.
    case assumed(String)

    /// The source in words.
    public var description: String {
      switch self {
      case .manual(let text), .published(let text): text
      case .assumed(let reason): "assumed: \(reason)"
      }
    }

    /// Whether the figure is only assumed.
    public var isAssumed: Bool {
      if case .assumed = self { true } else { false }
    }
  }

  /// One TLB.
  public struct TLB: Sendable, Hashable {
    /// How its entries are arranged.
    public var shape: CacheShape
    /// The sizes of page that an entry can hold, the smallest first.
    public var pageSizes: [UInt64]
    /// Where the figures come from.
    public var source: Source

    /// A TLB for pages of these sizes.
    public init(_ shape: CacheShape, pageSizes: [UInt64], _ source: Source) {
      self.shape = shape
      self.pageSizes = pageSizes.sorted()
      self.source = source
    }
  }

  /// One walk cache: entries of a walk's upper tables, by the bits of the address that lead to them.
  public struct WalkCache: Sendable, Hashable {
    /// How its entries are arranged.
    public var shape: CacheShape
    /// The levels, counted from the leaf, whose entries it holds: 1 is an entry that points to a table
    /// of pages.
    public var levels: ClosedRange<Int>
    /// Where the figures come from.
    public var source: Source

    /// A cache of entries of these levels.
    public init(_ shape: CacheShape, levels: ClosedRange<Int>, _ source: Source) {
      self.shape = shape
      self.levels = levels
      self.source = source
    }
  }

  /// The cache of guest-physical pages and where they lie in the machine's memory.
  public struct NestedCache: Sendable, Hashable {
    /// How its entries are arranged.
    public var shape: CacheShape
    /// The sizes of page that an entry can hold, the smallest first.
    public var pageSizes: [UInt64]
    /// Whether it serves the accesses of the guest's program, or only the reads of its tables.
    public var servesData: Bool
    /// Where the figures come from.
    public var source: Source

    /// A cache for guest-physical pages of these sizes.
    public init(_ shape: CacheShape, pageSizes: [UInt64], servesData: Bool, _ source: Source) {
      self.shape = shape
      self.pageSizes = pageSizes.sorted()
      self.servesData = servesData
      self.source = source
    }
  }

  /// The core's name in commands and scenarios.
  public var name: String
  /// The core's name in its vendor's words.
  public var title: String
  /// The core's architecture.
  public var isa: ISA
  /// What an entry of the TLBs translates.
  public var design = Design.combined
  /// The first-level TLBs for data, and for instructions too where those have none of their own.
  public var data: [TLB] = []
  /// The first-level TLBs for instructions.
  public var instruction: [TLB] = []
  /// The second-level TLBs, for instructions too where those have none of their own.
  public var second: [TLB] = []
  /// The second-level TLBs for instructions.
  public var secondInstruction: [TLB] = []
  /// The walk caches of the guest's tables.
  public var guestTables: [WalkCache] = []
  /// Whether the walk caches of the guest's tables hold where the tables lie in the machine's memory,
  /// so that their reads need no second stage.
  public var guestTablesAreTranslated = false
  /// The walk caches of the hypervisor's tables.
  public var hostTables: [WalkCache] = []
  /// The cache of guest-physical pages.
  public var nested: NestedCache?

  /// A core without any TLB or cache.
  public init(_ name: String, _ title: String, _ isa: ISA) {
    self.name = name
    self.title = title
    self.isa = isa
  }
}
