import Testing

@testable import Paging

/// An observer that keeps what it sees, and lets closures look at memory after each store and tell
/// caches.
struct Onlooker: EditObserver {
  var look: (inout PhysicalMemory, Moment) -> Void = { _, _ in }
  var tell: (Invalidation) -> Void = { _ in }
  private(set) var stores: [EntryStore] = []
  private(set) var events: [Event] = []

  /// What happened, in its order.
  enum Event: Equatable {
    case stored(place: UInt64, old: UInt64, new: UInt64)
    case invalidated(Invalidation)
    case freed(UInt64)
  }

  var invalidations: [Invalidation] {
    events.compactMap { if case .invalidated(let invalidation) = $0 { invalidation } else { nil } }
  }

  enum Moment {
    case filled
    case stored
  }

  mutating func filled(_ table: UInt64, in memory: inout PhysicalMemory) { look(&memory, .filled) }

  mutating func stored(_ store: EntryStore, in memory: inout PhysicalMemory) {
    stores.append(store)
    events.append(.stored(place: store.place, old: store.old, new: store.new))
    look(&memory, .stored)
  }

  mutating func invalidate(_ invalidation: Invalidation) {
    events.append(.invalidated(invalidation))
    tell(invalidation)
  }

  mutating func freed(_ table: UInt64) { events.append(.freed(table)) }
}

extension EditedTables {
  var stage: TranslationStage {
    GuestFormat(rawValue: name)?.translationStage ?? HostFormat(rawValue: name)?.translationStage
      ?? .x86
  }

  /// Carries out an edit under the eyes of an onlooker.
  mutating func perform(
    _ change: LiveChange, _ options: LiveOptions = LiveOptions(), _ onlooker: inout Onlooker
  ) throws(TableError) -> LiveEdit {
    var session = LiveSession(stage, options, onlooker)
    defer { onlooker = session.observer }
    try encoding.perform(change, on: &tables, &session, &memory)
    return session.edit
  }

  mutating func perform(
    _ change: LiveChange, _ options: LiveOptions = LiveOptions()
  ) throws(TableError) -> LiveEdit {
    var onlooker = Onlooker()
    return try perform(change, options, &onlooker)
  }

  /// A memory that holds the same.
  mutating func copiedMemory() throws -> PhysicalMemory {
    let words = words()
    var copy = try PhysicalMemory(
      at: HostPhysical(memory.region(0).lowerBound), bytes: words.count * 8)
    for (number, word) in words.enumerated() where word != 0 {
      copy.store(word, at: HostPhysical(memory.region(0).lowerBound + UInt64(number) * 8))
    }
    return copy
  }

  var dump: String { encoding.describe(tables.root, lines: 1000, memory.handle) }

  /// Pages that the host formats of every architecture can say.
  static var attributes: PageAttributes {
    PageAttributes(
      read: true, write: true, executeUser: false, executeSupervisor: false, user: true,
      isAccessed: true, isDirty: true)
  }

  /// The place of the entry of a level that maps an address, or of a page above it, and whether the
  /// entry leads to a table; nothing where the way there breaks off.
  func place(of address: UInt64, level: Int) throws -> (EntryPlace, isTable: Bool)? {
    func find<Format: LiveFormat>(_: Format.Type) throws -> (EntryPlace, isTable: Bool)? {
      guard let place = try tables.place(of: address, downTo: level, Format.self, memory) else {
        return nil
      }
      let entry = try tables.entry(at: place, memory)
      return (place, Format.isTable(entry, level: place.level))
    }
    return switch (stage, shape.pageShift) {
    case (.x86, _), (.npt, _): try find(X86Format.self)
    case (.ept, _): try find(EPTFormat.self)
    case (.riscv, _), (.riscvGuest, _): try find(RISCVFormat.self)
    case (.armStage1, 12): try find(ArmStage1Format<ArmGranule4K>.self)
    case (.armStage1, 14): try find(ArmStage1Format<ArmGranule16K>.self)
    case (.armStage1, _): try find(ArmStage1Format<ArmGranule64K>.self)
    case (.armStage2, 12): try find(ArmStage2Format<ArmGranule4K>.self)
    case (.armStage2, 14): try find(ArmStage2Format<ArmGranule16K>.self)
    case (.armStage2, _): try find(ArmStage2Format<ArmGranule64K>.self)
    }
  }

  /// Maps one page.
  mutating func map(
    _ address: UInt64, to target: UInt64, _ bytes: UInt64,
    _ attributes: PageAttributes = Self.attributes
  ) throws {
    _ = try perform(
      TableEdit(
        kind: .map(target: target, attributes, pageBytes: bytes), range: address..<address + bytes))
  }
}
