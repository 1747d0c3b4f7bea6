import Testing

@testable import Paging

/// The words of a case that its flags decide, in the order in which a walk comes to them.
struct X86PermutationWords: Hashable {
  /// The guest's entry above the leaf.
  var guestUpper: UInt64 = 0
  /// The second stage's leaf for the page that holds the guest's last table.
  var hostTable: UInt64 = 0
  /// The guest's leaf.
  var guestLeaf: UInt64 = 0
  /// The second stage's entry above the leaf, on the path of the final page.
  var hostUpper: UInt64 = 0
  /// The second stage's leaf for the final page.
  var hostLeaf: UInt64 = 0
}

/// The memory of the cases of one shape: the tables of both stages, with five words to set.
///
/// The guest's tables lie at guest-physical 0x1000 (that of level 0), 0x2000, … and at host-physical
/// addresses 1 MiB above that. The final page is elsewhere in both spaces, so that its path through the
/// second stage shares nothing with those of the tables.
struct X86PermutationMemory: ~Copyable {
  let shape: X86PermutationShape
  private var memory: PhysicalMemory
  /// The flags of a permissive table entry and leaf of the second stage.
  private let hostTableFlags: UInt64
  private let hostLeafFlags: UInt64

  static let guestRoot: UInt64 = 0x1000
  static let hostRoot: UInt64 = 0x20_0000
  private static let guestTables: UInt64 = 0x10_0000
  private static let finalTables: UInt64 = 0x21_0000
  /// Where the final page goes: host-physical memory that nobody reads.
  private static let target: UInt64 = 1 << 38

  init(
    _ shape: X86PermutationShape, hostTableFlags: UInt64, hostLeafFlags: UInt64
  ) throws {
    self.shape = shape
    self.hostTableFlags = hostTableFlags
    self.hostLeafFlags = hostLeafFlags
    memory = try PhysicalMemory(at: HostPhysical(0x10_0000), bytes: 0x20_0000)
    // The guest's tables, all permissive.
    for level in shape.guestLeaf..<shape.guestLevels where level > shape.guestLeaf {
      store(Self.guestTable(level - 1) | 0x27, at: guestEntry(level))
    }
    // The second stage's path to them: one table a level, all of whose entries used are number 0.
    for level in 1..<shape.hostLevels {
      let below = Self.hostRoot + UInt64(shape.hostLevels - level) << 12
      store(below | hostTableFlags, at: Self.hostRoot + UInt64(shape.hostLevels - 1 - level) << 12)
    }
    let last = Self.hostRoot + UInt64(shape.hostLevels - 1) << 12
    for page in 1...5 as ClosedRange<UInt64> {
      store(Self.guestTables + page << 12 | hostLeafFlags, at: last + page * 8)
    }
    // Its path to the final page.
    for level in shape.hostLeaf..<shape.hostLevels where level > shape.hostLeaf {
      store(Self.finalTable(level - 1) | hostTableFlags, at: hostEntry(level))
    }
  }

  private mutating func store(_ word: UInt64, at place: UInt64) {
    memory.store(word, at: HostPhysical(place))
  }

  /// The linear address of all cases: a number of its own at each level.
  static func linear(_ shape: X86PermutationShape) -> GuestVirtual {
    var address: UInt64 = 0x128
    for level in 0..<shape.guestLevels { address |= UInt64(10 + 3 * level) << (12 + 9 * level) }
    return GuestVirtual(address)
  }

  private static func guestTable(_ level: Int) -> UInt64 { UInt64(level + 1) << 12 }
  private static func finalTable(_ level: Int) -> UInt64 { finalTables + UInt64(level) << 12 }

  /// The guest-physical address of the guest's leaf entry and of the entry above.
  func guestPhysical(ofEntryAt level: Int) -> UInt64 {
    let index = Self.linear(shape).value >> (12 + 9 * level) & 511
    return level == shape.guestLevels - 1
      ? rootTable(level) + index * 8 : Self.guestTable(level) + index * 8
  }

  /// The root is the table of the highest level.
  private func rootTable(_ level: Int) -> UInt64 { Self.guestTable(level) }

  /// CR3.
  var root: UInt64 { Self.guestTable(shape.guestLevels - 1) }

  private func guestEntry(_ level: Int) -> UInt64 {
    Self.guestTables + guestPhysical(ofEntryAt: level)
  }

  private func hostEntry(_ level: Int) -> UInt64 {
    let table = level == shape.hostLevels - 1 ? Self.hostRoot : Self.finalTable(level)
    return table + (finalPhysical >> (12 + 9 * level) & 511) * 8
  }

  /// The final page's frame in guest-physical memory: aligned for any size, and so high that already the
  /// root's entry differs from that of the tables.
  var finalFrame: UInt64 { (shape.hostLevels == 5 ? 1 << 48 : 0) | 1 << 40 }

  /// The final guest-physical address.
  var finalPhysical: UInt64 {
    let size = 1 << (12 + 9 * UInt64(shape.guestLeaf)) as UInt64
    return finalFrame | Self.linear(shape).value & (size - 1)
  }

  /// The final page's frame in host-physical memory, aligned for any size.
  var targetFrame: UInt64 { Self.target }

  /// The final host-physical address.
  var finalTarget: UInt64 {
    let size = 1 << (12 + 9 * UInt64(shape.hostLeaf)) as UInt64
    return Self.target | finalPhysical & (size - 1)
  }

  /// The table that the guest's upper entry points to.
  var belowGuestUpper: UInt64 { Self.guestTable(shape.guestUpper - 1) }

  /// The table that the second stage's upper entry points to.
  var belowHostUpper: UInt64 { Self.finalTable(shape.hostUpper - 1) }

  /// The page that holds the guest's last table, in the machine's memory.
  var tablePage: UInt64 { Self.guestTables + Self.guestTable(shape.guestLeaf) }

  private var tableLeaf: UInt64 {
    Self.hostRoot + UInt64(shape.hostLevels - 1) << 12 + UInt64(shape.guestLeaf + 1) * 8
  }

  /// The words that a case decides.
  var words: X86PermutationWords {
    get {
      X86PermutationWords(
        guestUpper: word(guestEntry(shape.guestUpper)), hostTable: word(tableLeaf),
        guestLeaf: word(guestEntry(shape.guestLeaf)), hostUpper: word(hostEntry(shape.hostUpper)),
        hostLeaf: word(hostEntry(shape.hostLeaf)))
    }
    set {
      store(newValue.guestUpper, at: guestEntry(shape.guestUpper))
      store(newValue.hostTable, at: tableLeaf)
      store(newValue.guestLeaf, at: guestEntry(shape.guestLeaf))
      store(newValue.hostUpper, at: hostEntry(shape.hostUpper))
      store(newValue.hostLeaf, at: hostEntry(shape.hostLeaf))
    }
  }

  private func word(_ place: UInt64) -> UInt64 { memory.word(at: HostPhysical(place)) ?? 0 }

  /// Makes a case's access and compares everything with what a formula expects.
  ///
  /// It returns the kind of fault that was found, or "page", so that a test can tell how much it has seen.
  mutating func test(
    _ expected: X86PermutationOutcome, _ access: Access, _ processor: borrowing X86Processor,
    _ name: @autoclosure () -> String
  ) -> String {
    var fault: ExpectedFault?
    var hostPhysical: UInt64?
    var updates: Int?
    do {
      let found = try processor.translate(Self.linear(shape), access, in: &memory)
      hostPhysical = found.hostPhysical.value
      updates = found.updates
      // The entries are carried as the walk leaves them.
      if found.guestEntry != expected.words.guestLeaf || found.hostEntry != expected.words.hostLeaf
      {
        Issue.record("\(name()): the entries carried are not those left in memory")
      }
    } catch {
      let report = processor.report(error)
      fault = ExpectedFault(kind: report.kind, fields: report.fields)
    }
    let words = words
    if fault == expected.fault, words == expected.words,
      updates == nil || updates == expected.updates,
      hostPhysical == (expected.fault == nil ? finalTarget : nil)
    {
      return fault?.kind ?? "page"
    }
    Issue.record(
      """
      \(name()) [\(shape)]
      expected \(String(describing: expected.fault)) leaving \(expected.words), \(expected.updates) updates
      found \(String(describing: fault)) leaving \(words), \(String(describing: updates)) updates
      """)
    return "mismatch"
  }
}

/// What a formula expects of a case.
struct X86PermutationOutcome {
  var fault: ExpectedFault?
  /// The words as the walk leaves them.
  var words: X86PermutationWords
  /// How many writes that took, if the walk succeeds.
  var updates = 0

  /// Sets bits in a word: a write, unless they are all there.
  mutating func set(_ word: WritableKeyPath<X86PermutationWords, UInt64>, _ bits: UInt64) {
    if words[keyPath: word] & bits != bits { updates += 1 }
    words[keyPath: word] |= bits
  }
}
