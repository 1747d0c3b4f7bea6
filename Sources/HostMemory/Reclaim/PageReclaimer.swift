/// A host that has less memory than its groups touch: Linux's active and inactive lists of anonymous pages
/// and of files', for each memory cgroup, with what takes pages from them (mm/vmscan.c, mm/workingset.c,
/// mm/swap.c and mm/memcontrol.c of 6.12).
///
/// A touch says when it begins and is told when it is over: reclaim that it has to do itself, the read that
/// it waits for and the penalty of its limits are in that time. kswapd is an actor of its own, made to
/// work by ``kswapd(at:)``. Which pages leave is chosen by a ``ReclaimPolicy``; the lists are the default. A
/// page costs 22 bytes.
public struct PageReclaimer: ~Copyable {
  /// What the host has.
  public let host: HostLimits
  /// What steps take.
  public let times: ReclaimTimes
  /// How it is chosen which pages leave.
  public let policy: ReclaimPolicy
  /// What has been done, by group; the host's own work is with the group that it was done to.
  public internal(set) var counters: [ReclaimCounters]
  /// Whether kswapd has been woken and not gone to sleep.
  public internal(set) var isKswapdAwake = false

  /// Whether is kept what happens to pages that are mapped, for machines whose second stages map them.
  public var keepsEvents = false
  var events: [ReclaimEvent] = []

  let lists: PageLists
  let states: FlatArray<PageState>
  let owners: FlatArray<UInt16>
  let shadows: FlatArray<PageShadow>
  /// How many lists a group has: two kinds of four generations each, or as many as its policy needs of them.
  static let listStride = 8
  /// How long each list is, eight for each group.
  let sizes: FlatArray<Int>
  /// How long the lists were, and the activations at refault, when the kernel's counts of groups were last
  /// brought together: much of what it decides, it decides by those.
  let seenSizes: FlatArray<Int>
  var seenActivations: [ReclaimCounters.PerKind]
  var nextFlushOfCounts: UInt64 = 0
  var groups: [Group]
  var usedFrames: UInt64 = 0
  var usedSlots: UInt64 = 0
  /// Changed pages of files.
  var dirtyPages: UInt64 = 0
  var flushQueue: [UInt32] = []
  var flushed = 0
  /// How many pages the flusher has still been asked to write.
  var flushWanted = 0
  /// Pages of files that are being written.
  var fileWrites: UInt64 = 0
  /// How long reclaim has waited for storage so far.
  var waited: UInt64 = 0
  /// Whether all that kswapd took at last was being written (PGDAT_WRITEBACK).
  var isWriteBound = false
  var storage: Storage
  var underWay = WritesUnderWay()
  var kswapdPriority = 12
  var kswapdFailures = 0
  var kswapdFreed: UInt64 = 0
  var kswapdTakesProtected = false
  var kswapdSkipped = false
  let pageCount: Int

  /// A group and what reclaim remembers of it.
  struct Group {
    var settings: MemoryGroupSettings
    let parent: Int?
    /// The group and all below it, from above.
    var subtree: [Int] = []
    /// The group and all above it, from below.
    let path: [Int]
    /// Pages in frames and in swap, with those of all groups below.
    var usage: UInt64 = 0
    var swapped: UInt64 = 0
    /// Evictions and activations (nonresident_age).
    var age: UInt64 = 0
    var anonCost: UInt64 = 0
    var fileCost: UInt64 = 0
    /// Activations at refault when reclaim last ended here, by kind.
    var lastActivations = ReclaimCounters.PerKind()
    /// Frames of page tables, which are its, and never on a list.
    var tables: UInt64 = 0
    /// What reclaim by generations remembers.
    var generations = PageGenerations()
    /// How many of its own pages in a ring are of files.
    var ringFiles = 0
    /// Its own pages.
    var pages: [Range<UInt32>] = []
    /// Pages that came while it was above its high limit, since the last penalty.
    var pagesAboveHigh = 0
    var isAlive = true
  }

  /// A host with groups: `parents` names the group above each, or none for one below the root.
  ///
  /// Group 0 is the root.
  public init(
    _ host: HostLimits, pages: Int, groups: [(MemoryGroupSettings, parent: Int?)] = [],
    times: ReclaimTimes = ReclaimTimes(), policy: ReclaimPolicy = .twoLists
  ) {
    precondition(groups.count < 1 << 16, "there can be 65,535 groups")
    self.host = host
    self.times = times
    self.policy = policy
    pageCount = pages
    let count = groups.count + 1
    lists = PageLists(count * Self.listStride, pages: pages)
    states = FlatArray(repeating: [], count: pages)
    owners = FlatArray(repeating: 0, count: pages)
    shadows = FlatArray(repeating: .none, count: pages)
    sizes = FlatArray(repeating: 0, count: count * Self.listStride)
    seenSizes = FlatArray(repeating: 0, count: count * Self.listStride)
    seenActivations = [ReclaimCounters.PerKind](
      repeating: ReclaimCounters.PerKind(), count: count)
    counters = [ReclaimCounters](repeating: ReclaimCounters(), count: count)
    var all = [Group(settings: MemoryGroupSettings(), parent: nil, path: [0])]
    for (settings, parent) in groups {
      let parent = parent ?? 0
      precondition(parent < all.count, "a group stands after the one above it")
      all.append(
        Group(settings: settings, parent: parent, path: [all.count] + all[parent].path))
    }
    for number in all.indices {
      for above in all[number].path { all[above].subtree.append(number) }
    }
    self.groups = all
    storage = Storage(depth: times.depth, queue: times.queue ?? 2 * min(times.depth, 128))
  }

  /// Says whose pages are and of which kind, before anything touches them.
  public mutating func assign(_ pages: Range<UInt32>, to group: Int, _ kind: PageKind) {
    groups[group].pages.append(pages)
    for page in pages {
      precondition(states[page].isDisjoint(with: [.resident, .shadow]), "page \(page) is in use")
      owners[page] = UInt16(group)
      states[page] = kind == .file ? .file : []
    }
  }

  /// How many frames are free.
  public var freeFrames: UInt64 { host.frames - min(usedFrames, host.frames) }

  /// How many pages of swap are in use.
  public var swapUsed: UInt64 { usedSlots }

  /// How many pages of a group, and of those below it, are in frames.
  public func usage(_ group: Int) -> UInt64 { groups[group].usage }

  /// How many of them are in swap.
  public func swapped(_ group: Int) -> UInt64 { groups[group].swapped }

  /// Whether a group has not been killed.
  public func isAlive(_ group: Int) -> Bool { groups[group].isAlive }

  /// Whose a page is.
  public func group(of page: UInt32) -> Int { Int(owners[page]) }

  /// Whether a page table maps a page.
  public func isMapped(_ page: UInt32) -> Bool { states[page].contains(.mapped) }

  /// Whether a page's accessed bit is set.
  public func isAccessed(_ page: UInt32) -> Bool { states[page].contains(.accessed) }

  /// Whether a page is in a frame.
  public func isResident(_ page: UInt32) -> Bool { states[page].contains(.resident) }

  /// How many pages of a group's own are on one of the two lists of a kind.
  public func size(_ group: Int, _ kind: PageKind, active: Bool) -> Int {
    policy == .twoLists ? sizes[group * Self.listStride + Self.list(kind, active: active)] : 0
  }

  /// How many pages of a group's own are in frames.
  public func count(_ group: Int) -> Int {
    (0..<Self.listStride).reduce(0) { $0 + sizes[group * Self.listStride + $1] }
  }

  /// How many pages of files of a group's own are in frames.
  public func fileCount(_ group: Int) -> Int {
    let base = group * Self.listStride
    switch policy {
    case .twoLists: return sizes[base + 2] + sizes[base + 3]
    case .generations: return (4..<8).reduce(0) { $0 + sizes[base + $1] }
    case .clock, .twoHands: return groups[group].ringFiles
    }
  }

  /// How many groups have been killed.
  public internal(set) var killCount = 0

  /// All groups' counters together.
  public var total: ReclaimCounters { counters.reduce(ReclaimCounters()) { $0 + $1 } }

  /// Gives a group frames for page tables, or takes them back.
  public mutating func setTables(_ frames: UInt64, of group: Int) {
    let before = groups[group].tables
    groups[group].tables = frames
    usedFrames = usedFrames - before + frames
  }

  // MARK: Lists

  @inline(__always)
  static func list(_ kind: PageKind, active: Bool) -> Int {
    Int(kind.rawValue) * 2 + (active ? 1 : 0)
  }

  /// How many pages of a group and those below it were on a list when counts were last brought together.
  func seenSize(_ group: Int, list: Int) -> Int {
    groups[group].subtree.reduce(0) { $0 + seenSizes[$1 * Self.listStride + list] }
  }

  /// Brings the counts of groups together, where that is due.
  mutating func flushCounts(by now: UInt64) {
    guard now >= nextFlushOfCounts else { return }
    nextFlushOfCounts = now + times.countsInterval
    for list in 0..<sizes.count { seenSizes[list] = sizes[list] }
    for group in groups.indices { seenActivations[group] = counters[group].refaultActivations }
  }

  @inline(__always)
  func listOf(_ page: UInt32) -> Int {
    let state = states[page]
    let base = Int(owners[page]) * Self.listStride
    switch policy {
    case .twoLists: return base + Self.list(state.kind, active: state.contains(.active))
    case .generations: return base + Int(state.kind.rawValue) * 4 + Int(state.generation)
    case .clock, .twoHands: return base + (state.contains(.active) ? 1 : 0)
    }
  }

  /// Puts a page in front of the list that its state says, or at the back.
  @inline(__always)
  func enlist(_ page: UInt32, atBack: Bool = false) {
    let list = listOf(page)
    sizes[list] += 1
    if atBack {
      lists.pushBack(page, UInt32(list))
    } else {
      lists.pushFront(page, UInt32(list))
    }
  }

  /// Takes a page off its list.
  @inline(__always)
  func delist(_ page: UInt32) {
    sizes[listOf(page)] -= 1
    lists.remove(page)
  }

  /// Advances the age of a group and of those above it.
  mutating func grow(_ group: Int) {
    for above in groups[group].path { groups[above].age &+= 1 }
  }

  /// Frees frames of a group on request (`memory.reclaim`): as many as wanted, or what can be had.
  ///
  /// Gives how many, and when that was over.
  public mutating func reclaim(
    _ frames: UInt64, of group: Int, at start: UInt64
  ) -> (freed: UInt64, at: UInt64) {
    var now = start
    var freed: UInt64 = 0
    while freed < frames {
      let more = reclaim(from: group, frames: frames - freed, &now)
      if more == 0 {
        // What is being written can be freed when that is done.
        guard let next = underWay.next else { break }
        now = max(now, next)
        finishWrites(by: now)
      }
      freed += more
    }
    return (freed, now)
  }

  /// Clears all accessed bits, as if none of the touches so far had been recent.
  public mutating func forgetAccesses() {
    for page in 0..<UInt32(pageCount) {
      if states[page].contains(.accessed) { forgetAccess(page, flushes: true) }
      states[page].remove(.referenced)
    }
  }

  /// What has happened to mapped pages since this was asked last, in its order.
  public mutating func takeEvents() -> [ReclaimEvent] {
    defer { events.removeAll(keepingCapacity: true) }
    return events
  }
}
