// Micro-architecture: this file can be skipped at first reading.

/// The entries of one size of page in a level of TLBs.
struct TLBProbe {
  let array: CacheArray
  /// The bits of an offset in the page.
  let shift: UInt64
  /// Whether there was an entry of this size since the TLB was last emptied.
  var isFilled = false
  /// Whether any of those was a piece of a larger page.
  var hasPieces = false
  var hits = 0
}

/// The walk cache of one level of one stage.
struct WalkLevel {
  /// Levels may share one.
  let array: CacheArray
  var hits = 0
}

/// An entry that leads to a table of the guest's, before it is known where that lies in memory.
struct PendingTable {
  /// The entry's level; 0 where there is none.
  var level = 0
  var table: UInt64 = 0
  var entry = PassedEntry(level: 0, shift: 0, path: 0, reads: 0, readsBelow: 0)
  /// The reads that had been saved so far.
  var saved = 0
}

/// What a virtual processor's caches hold, and what they have counted.
///
/// It lies in one place and is used in parts: nothing here may need more than a load to be read.
struct CacheState {
  /// The further words of a TLB's entry and of a nested cache's: both stages' leaves.
  enum Leaf {
    static let guestEntry = 0
    static let guestPath = 1
    static let hostEntry = 2
    static let hostPath = 3
    static let words = 4
  }
  /// The further words of a walk cache's entry.
  enum Table {
    /// Where the table lies in the machine's memory, or all ones.
    static let place = 0
    /// How many reads the way to the table takes without caches.
    static let reads = 1
    static let words = 2
  }

  // Bits of a word of rights: 31:0 are the classes of access that need nothing more, 39:32 the reads
  // that the walk takes without caches, 63:48 the number of the registers' rights that this is about.
  static let rightsShift: UInt64 = 48
  static let readsShift: UInt64 = 32
  /// What stands for a place that is not known.
  static let unknownPlace = ~0 as UInt64

  var tags = TranslationTags.none
  /// The context of the guest's own pages and tables, where tags have it, and that of global pages.
  var context: UInt64 = 0
  var globalContext: UInt64 = 0
  /// The context of the second stage's entries.
  var hostContext: UInt64 = 0
  /// The number of the rights in force, where a word of rights has it.
  var rightsNow: UInt64 = 0
  var clock: UInt64 = 1

  /// The levels of TLBs: each is what is looked at for an address, the smallest pages first.
  let instruction: Run<TLBProbe>
  let data: Run<TLBProbe>
  let secondInstruction: Run<TLBProbe>
  let second: Run<TLBProbe>
  let nested: Run<TLBProbe>
  let guestTables: Run<WalkLevel>
  let hostTables: Run<WalkLevel>
  let contexts: Handle<CacheContexts>

  /// Whether instructions have TLBs of their own.
  let hasInstruction: Bool
  let hasSecondInstruction: Bool
  let isSplit: Bool
  let nestedServesData: Bool
  let tablesAreTranslated: Bool

  /// The reads that each kind of cache has saved.
  var savedByTLB = 0
  var savedByNested = 0
  var savedByGuestTables = 0
  var savedByHostTables = 0
  /// The look-ups that no level of TLBs answered, and those that the others did not.
  var misses = 0
  var nestedMisses = 0
  var guestTableMisses = 0
  var hostTableMisses = 0
  var reads = 0
  var updates = 0
  var faults = 0
  var broadcastsReceived = 0
  var entriesDropped = 0

  /// The reads that walk caches have saved the walk that is under way.
  var savedNow = 0
  /// Which level of TLBs answered last, and the size of page that it has.
  var origin = CachedTranslation.Origin.walk
  var originShift: UInt64 = 0
  /// Where the guest's table lies that the walk starts at; all ones where that is not known.
  var placeOfTable = CacheState.unknownPlace
  /// The bits of an offset in a table of the guest's.
  var tableShift: UInt64 = 12
  /// The entry of a walk cache that is to be kept once it is known where its table lies.
  var pending = PendingTable()
}

/// The numbers that contexts and rights have in tags and words of rights, and what only slow ways need.
struct CacheContexts {
  /// The contexts by number; 0 is none, so that no tag is 0.
  var list = [CacheContext(vm: 0, space: .physical, host: 0)]
  var numbers: [CacheContext: Int] = [:]
  var rights: [TranslationTags.Rights: UInt64] = [:]
  /// How often each kind of flush was carried out.
  var flushes: [CacheFlush.Scope: Int] = [:]

  /// The number of a context, where a tag has it.
  mutating func number(of context: CacheContext) -> UInt64 {
    if let number = numbers[context] { return CacheTag.context(number) }
    numbers[context] = list.count
    list.append(context)
    return CacheTag.context(list.count - 1)
  }
}
