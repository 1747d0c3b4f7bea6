public import Costs
public import Paging

/// A machine whose hypervisor, L0, has a guest with a hypervisor, L1, which has a guest, L2.
///
/// All tables exist as words in the machine's memory, and each access of L2's and each store of L1's into
/// a table that L0 follows is a walk of the processor. When a walk stops, the hypervisors and L2's
/// kernel do what resolves it, step by step; a switch between levels is counted where it happens.
///
/// There is no TLB: every access walks. What is invalidated here is what a hypervisor derived from
/// its guest's tables.
public struct NestedMachine: ~Copyable {
  /// How L2's memory is translated.
  public let scheme: NestingScheme
  /// The choices of hypervisors and kernels.
  public let options: NestedOptions
  /// What everything since the machine was ready has cost.
  public internal(set) var ledger: Ledger

  let layout: NestedLayout
  var memory: PhysicalMemory

  // L0's tables, and L1's shadows. Only one of the two that follow others is used.
  var extended01: HostTables
  var extended02: HostTables
  var shadow12: GuestTables
  /// The tree that is followed starts here, in the space of its owner.
  let guest2Root: UInt64
  let extended12Root: UInt64
  var followed: FollowedTables

  // The processor, as it runs L1 and as it runs L2.
  let inner: X86Processor
  let nested: X86Processor

  // Who has which frames.
  var kernelFrames: FrameArena
  var innerTableFrames: FrameArena
  var innerPages: FrameArena
  var outerPages: FrameArena
  /// The frame that L2's kernel will give to a page, where it was told one.
  var chosenFrames: [UInt64: UInt64]
  /// Where L1 keeps each of L2's pages.
  var innerBacking: [UInt64: UInt64]
  /// The pages of L2's that L1 maps for writing only when L2 writes them.
  var innerProtected: Set<UInt64>
  /// Where L0 keeps each of L1's pages of data.
  var outerBacking: [UInt64: UInt64]
  /// Which addresses the following tables map to a page of the next space, now or before.
  var derived: [UInt64: [UInt64]]

  /// The steps of the access that is being made.
  var steps: [NestedStep]

  /// A machine whose L2 is ready to touch ``target``.
  ///
  /// The tables have `levels` levels on all floors. The memory of L2's programs is in pages of `pageBytes`
  /// bytes at L1 and L0, and of `guestPageBytes` bytes, or as many, in L2's own tables. `populated` entries
  /// on the way to the target are there before, from the root.
  public init(
    _ scheme: NestingScheme, levels: Int = 4, pageBytes: UInt64 = 4096,
    guestPageBytes: UInt64? = nil, populated: Int = 0,
    options: NestedOptions = NestedOptions()
  ) throws(NestedError) {
    let layout = try NestedLayout(
      levels: levels, pageBytes: pageBytes, guestPageBytes: guestPageBytes ?? pageBytes)
    self = try Self.made(scheme, layout, populated, options)
  }

  private static func made(
    _ scheme: NestingScheme, _ layout: NestedLayout, _ populated: Int, _ options: NestedOptions
  ) throws(NestedError) -> Self {
    let entries = max(layout.entries, layout.guestEntries)
    guard 0...entries ~= populated else { throw .populated(populated, entries: entries) }
    var memory = try Self.memory(layout)
    var extended01 = try Self.outerTables(layout, NestedLayout.tables01, &memory)
    try Self.back(&extended01, layout, &memory)
    let extended02 = try Self.outerTables(layout, NestedLayout.tables02, &memory)
    let below = extended01.root
    let shadow12 = try Self.innerTables(layout, NestedLayout.shadows12, below, &memory)
    var inner1 = try Self.innerTables(layout, NestedLayout.tablesOfInner, below, &memory)
    try Self.mapDirectly(&inner1, layout, &memory)

    var kernelFrames = FrameArena(from: 0, to: NestedLayout.kernelBytes, frameBytes: 4096)
    var innerTableFrames = FrameArena(
      from: NestedLayout.tables12.lowerBound, to: NestedLayout.tables12.upperBound,
      frameBytes: 4096)
    guard let guest2Root = kernelFrames.take() else { throw .outOfFrames(.guest2) }
    guard let extended12Root = innerTableFrames.take() else { throw .outOfFrames(.extended12) }
    let inner = try Self.processor(inner1.root, below)
    let nested =
      scheme == .extended
      ? try Self.processor(Self.guestRoot(layout, at: guest2Root), extended02.root)
      : try Self.processor(shadow12.root, below)

    var machine = Self(
      scheme, options, layout, memory, extended01, extended02, shadow12, guest2Root: guest2Root,
      extended12Root: extended12Root, inner, nested, kernelFrames, innerTableFrames)
    try machine.boot(populated: populated)
    return machine
  }

  /// The machine of parts that are ready: a value that can't be copied must not be half made when one
  /// of them is refused.
  private init(
    _ scheme: NestingScheme, _ options: NestedOptions, _ layout: NestedLayout,
    _ memory: consuming PhysicalMemory, _ extended01: consuming HostTables,
    _ extended02: consuming HostTables, _ shadow12: consuming GuestTables, guest2Root: UInt64,
    extended12Root: UInt64, _ inner: consuming X86Processor, _ nested: consuming X86Processor,
    _ kernelFrames: FrameArena, _ innerTableFrames: FrameArena
  ) {
    ledger = Ledger()
    followed = FollowedTables()
    chosenFrames = [:]
    innerBacking = [:]
    innerProtected = []
    outerBacking = [:]
    derived = [:]
    steps = []
    self.scheme = scheme
    self.options = options
    self.layout = layout
    self.memory = memory
    self.extended01 = extended01
    self.extended02 = extended02
    self.shadow12 = shadow12
    self.guest2Root = guest2Root
    self.extended12Root = extended12Root
    self.inner = inner
    self.nested = nested
    self.kernelFrames = kernelFrames
    self.innerTableFrames = innerTableFrames
    let pages = layout.dataPages * layout.pageBytes
    innerPages = FrameArena(
      from: NestedLayout.dataBacking, to: NestedLayout.dataBacking + pages,
      frameBytes: layout.pageBytes)
    outerPages = FrameArena(
      from: NestedLayout.largeBase + pages, to: NestedLayout.largeBase + 2 * pages,
      frameBytes: layout.pageBytes)
  }

  /// The page of L2's programs that the plays are about.
  public var target: GuestVirtual { GuestVirtual(layout.target) }

  /// The entries on the way to a page of L2's programs in EPT12.
  public var entries: Int { layout.entries }

  /// The entries on the way to a page of L2's programs in GPT2.
  public var guestEntries: Int { layout.guestEntries }
}
