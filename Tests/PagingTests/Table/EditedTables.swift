import Testing

@testable import Paging

/// The tables of any format at any stage, below the public types: one thing to test for all of them.
struct EditedTables: ~Copyable {
  /// Every format, by its name.
  static let names = GuestFormat.allCases.map(\.rawValue) + HostFormat.allCases.map(\.rawValue)

  let name: String
  let isa: ISA
  let isGuest: Bool
  let encoding: TableEncoding
  var tables: StageTables
  var memory: PhysicalMemory

  /// Empty tables of a format in a memory that holds them alone, with frames for so many tables of each
  /// level below the root.
  init(_ name: String, framesPerLevel: Int) throws {
    let (isa, encoding, empty) = try Self.empty(name)
    let frames = UInt64(framesPerLevel * (empty.shape.levels - 1))
    let bytes = frames * empty.shape.tableBytes + empty.shape.rootBytes
    var pool = TableFrames(frameBytes: empty.shape.tableBytes)
    try pool.add(at: 0x4000_0000, bytes: bytes)
    let memory = try PhysicalMemory(at: HostPhysical(0x4000_0000), bytes: Int(bytes))
    // Frames come as somebody has left them.
    memory.handle.words(at: 0x4000_0000, most: Int(bytes / 8))?
      .fill(from: 0, Int(bytes / 8), first: 0xdead_beef_dead_beef, step: 0)
    tables = try StageTables(empty, frames: pool, memory.handle)
    self.memory = memory
    self.name = name
    self.isa = isa
    self.encoding = encoding
    isGuest = GuestFormat(rawValue: name) != nil
  }

  private static func empty(
    _ name: String
  ) throws -> (ISA, TableEncoding, StageRoot) {
    if let format = GuestFormat(rawValue: name) {
      let root = try GuestRoot(format, at: GuestPhysical(0), placed: .identity)
      return (format.isa, format.encoding, root.stageRoot)
    }
    let format = try #require(HostFormat(rawValue: name))
    return (format.isa, format.encoding, try HostRoot(format, at: HostPhysical(0)).stageRoot)
  }

  var shape: TableShape { tables.root.shape }

  mutating func perform(_ edit: TableEdit) throws(TableError) -> EditSummary {
    try encoding.perform(edit, on: &tables, memory.handle)
  }

  func page(at address: UInt64) -> StagePage? {
    encoding.find(address, in: tables.root, memory.handle)
  }

  /// All words of the memory.
  mutating func words() -> [UInt64] {
    unsafe memory.withBytes(ofRegion: 0) { bytes in
      unsafe Array(bytes.bindMemory(to: UInt64.self))
    }
  }
}
