// Micro-architecture: this file can be skipped at first reading.

/// The TLBs and walk caches of one virtual processor.
///
/// They are handed to a processor's `translate(_:_:in:through:)`, which looks into them before it walks
/// and lets its walk use them and fill them. They never notice an edit of a table: whoever makes one
/// invalidates what the architecture's manual asks for, by ``apply(_:)``.
public struct TranslationCaches: ~Copyable {
  /// The core that they are those of.
  public let model: CoreModel
  private let words: WordBlock
  private let probes: Owned<TLBProbe>
  private let levels: Owned<WalkLevel>
  private let contexts: Owned<CacheContexts>
  private let state: Owned<CacheState>

  /// The empty caches of a core.
  public init(_ model: CoreModel) {
    self.model = model
    words = WordBlock(count: CacheLayout.wordCount(model))
    var layout = CacheLayout(words.words)
    let hasTLBs = model.design != .none
    let instruction = layout.add(hasTLBs ? model.instruction : [])
    let data = layout.add(hasTLBs ? model.data : [])
    let secondInstruction = layout.add(hasTLBs ? model.secondInstruction : [])
    let second = layout.add(hasTLBs ? model.second : [])
    let nested = layout.add(model.nested)
    layout.add(model.guestTables)
    layout.add(model.hostTables)
    let allProbes = layout.probes
    let allLevels = layout.levels
    probes = Owned(count: allProbes.count) { allProbes[$0] }
    levels = Owned(count: allLevels.count) { allLevels[$0] }
    contexts = Owned(CacheContexts())
    let probes = probes.run
    func bank(_ range: Range<Int>, or other: Range<Int>? = nil) -> Run<TLBProbe> {
      let range = range.isEmpty ? other ?? range : range
      return probes.part(from: range.lowerBound, range.count)
    }
    state = Owned(
      CacheState(
        instruction: bank(instruction, or: data), data: bank(data),
        secondInstruction: bank(secondInstruction, or: second), second: bank(second),
        nested: bank(nested), guestTables: levels.run.part(from: 0, PagingLevels.most),
        hostTables: levels.run.part(from: PagingLevels.most, PagingLevels.most),
        contexts: contexts.handle, hasInstruction: !instruction.isEmpty,
        hasSecondInstruction: !secondInstruction.isEmpty, isSplit: model.design == .split,
        nestedServesData: model.design == .split || model.nested?.servesData == true,
        tablesAreTranslated: model.guestTablesAreTranslated))
  }

  /// The way to what the caches hold; it must not outlive them.
  var handle: Handle<CacheState> { state.handle }

  /// What the caches have counted since they were made.
  public var counters: CacheCounters { handle.value.counters }

  /// The table reads that were made so far, those of walks that a fault stopped among them.
  package var reads: Int { handle.value.reads }

  /// Forgets what an instruction or an event says, and says how many entries that were.
  @discardableResult
  public mutating func apply(_ flush: CacheFlush) -> Int {
    let dropped = handle.value.apply(flush)
    handle.value.contexts.value.flushes[flush.scope, default: 0] += 1
    handle.value.entriesDropped += dropped
    return dropped
  }

  /// The same for the instruction of another processor.
  @discardableResult
  mutating func receive(_ flush: CacheFlush) -> Int {
    handle.value.broadcastsReceived += 1
    return apply(flush)
  }
}

/// Gives the caches of a core their words.
private struct CacheLayout {
  private let words: WordRun
  private var used = 0
  private(set) var probes: [TLBProbe] = []
  private(set) var levels: [WalkLevel] = []

  init(_ words: WordRun) { self.words = words }

  static func wordCount(_ model: CoreModel) -> Int {
    var count = 0
    if model.design != .none {
      for tlb in model.instruction + model.data + model.secondInstruction + model.second {
        count += CacheArray.wordCount(tlb.shape, extraWords: CacheState.Leaf.words)
      }
    }
    for cache in model.guestTables + model.hostTables {
      count += CacheArray.wordCount(cache.shape, extraWords: CacheState.Table.words)
    }
    if let nested = model.nested {
      count += CacheArray.wordCount(nested.shape, extraWords: CacheState.Leaf.words)
    }
    return count
  }

  private mutating func array(_ shape: CacheShape, extraWords: Int) -> CacheArray {
    let count = CacheArray.wordCount(shape, extraWords: extraWords)
    defer { used += count }
    return CacheArray(shape, extraWords: extraWords, words.part(from: used, count))
  }

  private func probes(_ array: CacheArray, _ pageSizes: [UInt64]) -> [TLBProbe] {
    pageSizes.map { TLBProbe(array: array, shift: UInt64($0.trailingZeroBitCount)) }
  }

  /// Adds a level of TLBs, and says which probes are its own.
  mutating func add(_ tlbs: [CoreModel.TLB]) -> Range<Int> {
    let start = probes.count
    var own: [TLBProbe] = []
    for tlb in tlbs {
      let array = array(tlb.shape, extraWords: CacheState.Leaf.words)
      own += probes(array, tlb.pageSizes)
    }
    probes += own.sorted { $0.shift < $1.shift }
    return start..<probes.count
  }

  mutating func add(_ nested: CoreModel.NestedCache?) -> Range<Int> {
    let start = probes.count
    if let nested {
      let array = array(nested.shape, extraWords: CacheState.Leaf.words)
      probes += probes(array, nested.pageSizes)
    }
    return start..<probes.count
  }

  /// Adds the walk caches of one stage.
  mutating func add(_ caches: [CoreModel.WalkCache]) {
    var own = [CacheArray](
      repeating: CacheArray(none: words), count: PagingLevels.most)
    for cache in caches {
      let array = array(cache.shape, extraWords: CacheState.Table.words)
      for level in cache.levels { own[level] = array }
    }
    levels += own.map { WalkLevel(array: $0) }
  }
}
