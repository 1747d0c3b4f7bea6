// The only file of this module with pointers. Everything else sees an owner, which can't be copied
// and frees what it holds, or a handle made from one for the length of a walk.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// One region of host-physical memory.
@safe
struct MemoryRegion {
  let base: UInt64
  /// The address of the region's last whole word, relative to `base`.
  let lastWord: UInt64
  fileprivate let start: UnsafeMutableRawPointer
  let bytes: Int

  func contains(_ address: UInt64) -> Bool { address &- base <= lastWord }

  fileprivate func free() { unsafe munmap(start, bytes) }
}

/// The machine's memory: one or more regions of host-physical addresses.
@safe
public struct PhysicalMemory: ~Copyable {
  /// The regions in the order in which they were added; never empty of a first one, which the
  /// walk's fast path looks in before all others.
  fileprivate let regions: UnsafeMutablePointer<MemoryRegion>
  /// How many regions there are.
  public private(set) var regionCount = 0
  /// The most regions that a memory may have.
  public static let mostRegions = 64

  /// A memory without any region.
  public init() {
    unsafe regions = UnsafeMutablePointer<MemoryRegion>.allocate(capacity: Self.mostRegions)
  }

  /// A memory of one zeroed region at `base`.
  public init(at base: HostPhysical = HostPhysical(0), bytes: Int) throws(MemoryError) {
    self.init()
    try addRegion(at: base, bytes: bytes)
  }

  deinit {
    for number in 0..<regionCount { unsafe regions[number].free() }
    unsafe regions.deallocate()
  }

  /// Adds a zeroed region of `bytes` bytes, a multiple of 8, at `base`.
  public mutating func addRegion(at base: HostPhysical, bytes: Int) throws(MemoryError) {
    guard bytes > 0, bytes % 8 == 0 else { throw .notWholeWords(bytes: bytes) }
    guard base.isAligned(to: 8) else { throw .misaligned(base: base) }
    let (end, wraps) = base.value.addingReportingOverflow(UInt64(bytes) - 1)
    guard !wraps, end < 1 << 56 else { throw .tooHigh(base: base, bytes: bytes) }
    for number in 0..<regionCount {
      let other = unsafe regions[number]
      if base.value <= other.base + UInt64(other.bytes) - 1, other.base <= end {
        throw .overlapping(base: base, bytes: bytes, other: HostPhysical(other.base))
      }
    }
    guard regionCount < Self.mostRegions else { throw .tooManyRegions(limit: Self.mostRegions) }
    let mapping = unsafe mmap(
      nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let start = unsafe mapping, unsafe start != MAP_FAILED else {
      throw .noRoom(bytes: bytes)
    }
    let region = unsafe MemoryRegion(
      base: base.value, lastWord: UInt64(bytes) - 8, start: start, bytes: bytes)
    unsafe (regions + regionCount).initialize(to: region)
    regionCount += 1
  }

  /// The addresses of a region.
  public func region(_ number: Int) -> Range<UInt64> {
    precondition(number >= 0 && number < regionCount, "there is no region \(number)")
    let region = unsafe regions[number]
    return region.base..<region.base + UInt64(region.bytes)
  }

  /// Whether the aligned word at `address` is part of this memory.
  public func contains(_ address: HostPhysical) -> Bool {
    address.isAligned(to: 8) && handle.locate(address.value) != nil
  }

  /// The aligned word at `address`; nothing where there is no memory.
  public func word(at address: HostPhysical) -> UInt64? {
    guard address.isAligned(to: 8) else { return nil }
    return handle.read(address.value)
  }

  /// Stores an aligned word and says whether there is memory at `address`.
  @discardableResult
  public mutating func store(_ word: UInt64, at address: HostPhysical) -> Bool {
    guard address.isAligned(to: 8) else { return false }
    return handle.write(address.value, word)
  }

  /// Lets `body` use the bytes of a region, to fill it from a file or to save it.
  public mutating func withBytes<Result, Failure: Error>(
    ofRegion number: Int, _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(number >= 0 && number < regionCount, "there is no region \(number)")
    let region = unsafe regions[number]
    let bytes = unsafe UnsafeMutableRawBufferPointer(start: region.start, count: region.bytes)
    return try unsafe body(bytes)
  }

  /// The handle through which a walk reads and writes; it must not outlive the memory.
  var handle: MemoryHandle {
    guard regionCount > 0 else {
      return unsafe MemoryHandle(
        origin: 0, base: ~0, lastWord: 0, tableBase: ~0, lastTable: 0, regions: regions, count: 0)
    }
    let first = unsafe regions[0]
    // Where not one table has room, the compare is one that no table's address passes.
    let hasTables = first.lastWord >= MemoryHandle.tableReach
    return unsafe MemoryHandle(
      origin: UInt(bitPattern: first.start) &- UInt(first.base), base: first.base,
      lastWord: first.lastWord, tableBase: hasTables ? first.base : ~0,
      lastTable: hasTables ? first.lastWord &- MemoryHandle.tableReach : 0, regions: regions,
      count: regionCount)
  }
}

/// A thin copy of what a walk needs of a memory, so that its reads are one compare and one load.
@safe
struct MemoryHandle {
  /// Where the host-physical address 0 would lie if the first region reached down to it: a number, for
  /// no pointer may point there.
  fileprivate let origin: UInt
  fileprivate let base: UInt64
  fileprivate let lastWord: UInt64
  fileprivate let tableBase: UInt64
  /// The last address, relative to `tableBase`, from which on the first region has room for any table.
  fileprivate let lastTable: UInt64
  fileprivate let regions: UnsafeMutablePointer<MemoryRegion>
  fileprivate let count: Int

  /// How far the last word of the largest table lies behind its first: Arm's root of sixteen tables of
  /// 64 KiB.
  fileprivate static let tableReach: UInt64 = 1 << 20 - 8

  /// The way to tables that lie in the first region as a whole.
  @inline(__always)
  var tables: TableReader { TableReader(origin: origin, base: tableBase, last: lastTable) }

  /// The word at an aligned address, or nothing where there is no memory.
  @inline(__always)
  func read(_ address: UInt64) -> UInt64? { read(address, 0) }

  /// The word `offset` bytes into the table at `table`, or nothing where there is no memory.
  ///
  /// The two come apart because the table is what a walk waits for: where its word would lie without
  /// it is known before.
  @inline(__always)
  func read(_ table: UInt64, _ offset: UInt64) -> UInt64? {
    let place = (origin &+ UInt(offset)) &+ UInt(table)
    if table &+ offset &- base <= lastWord {
      return unsafe UnsafePointer<UInt64>(bitPattern: place).unsafelyUnwrapped.pointee
    }
    return unsafe Self.readElsewhere(regions, count, table &+ offset)
  }

  /// Stores a word at an aligned address and says whether there is memory.
  @inline(__always)
  func write(_ address: UInt64, _ word: UInt64) -> Bool {
    if address &- base <= lastWord {
      unsafe UnsafeMutablePointer<UInt64>(bitPattern: origin &+ UInt(address)).unsafelyUnwrapped
        .pointee = word
      return true
    }
    return unsafe Self.writeElsewhere(regions, count, address, word)
  }

  @inline(never)
  private static func writeElsewhere(
    _ regions: UnsafeMutablePointer<MemoryRegion>, _ count: Int, _ address: UInt64, _ word: UInt64
  ) -> Bool {
    guard let place = unsafe locate(regions, count, address) else { return false }
    unsafe place.pointer.storeBytes(of: word, as: UInt64.self)
    return true
  }

  // The slow way takes what it needs in registers, so that the fast way keeps no copy of the handle.
  @inline(never)
  private static func readElsewhere(
    _ regions: UnsafeMutablePointer<MemoryRegion>, _ count: Int, _ address: UInt64
  ) -> UInt64? {
    guard let place = unsafe locate(regions, count, address) else { return nil }
    return unsafe place.pointer.load(as: UInt64.self)
  }

  /// Where the word at an address lies, if anywhere.
  fileprivate func locate(_ address: UInt64) -> Place? {
    unsafe Self.locate(regions, count, address)
  }

  private static func locate(
    _ regions: UnsafeMutablePointer<MemoryRegion>, _ count: Int, _ address: UInt64
  ) -> Place? {
    for number in 0..<count {
      let region = unsafe regions[number]
      let offset = address &- region.base
      if offset <= region.lastWord {
        return unsafe Place(pointer: region.start + Int(bitPattern: UInt(offset)))
      }
    }
    return nil
  }

  @safe
  fileprivate struct Place {
    let pointer: UnsafeMutableRawPointer
  }
}

/// What a walk needs to read tables that lie in the first region of a memory as a whole; valid while the
/// memory is.
struct TableReader {
  fileprivate let origin: UInt
  fileprivate let base: UInt64
  fileprivate let last: UInt64

  /// The word `offset` bytes into the table at `table`, or nothing where the table may lie elsewhere.
  ///
  /// The table alone is compared: one that has room has it for all its words, and its place does not wait
  /// for the sum.
  @inline(__always)
  func read(_ table: UInt64, _ offset: UInt64) -> UInt64? {
    guard table &- base <= last else { return nil }
    let place = (origin &+ UInt(offset)) &+ UInt(table)
    return unsafe UnsafePointer<UInt64>(bitPattern: place).unsafelyUnwrapped.pointee
  }
}

/// The owner of one stage of translation as the registers set it up: its geometry, its rules, and
/// the checks that follow from them, precomputed as they are needed.
@safe
struct Stage<Rules: Sendable>: ~Copyable {
  /// What lies at the start of a stage's memory; the checks follow.
  fileprivate struct Header {
    var geometry: StageGeometry
    var rules: Rules
    /// The bits of an index of the root.
    var rootIndexMask: UInt64
    /// One bit for each class of access whose row of checks has been computed.
    var filled: UInt32 = 0

    init(geometry: StageGeometry, rules: Rules) {
      self.geometry = geometry
      self.rules = rules
      rootIndexMask = (1 << (geometry.inputBits - geometry.topShift)) - 1
    }
  }

  private let header: UnsafeMutablePointer<Header>
  private let checks: UnsafeMutablePointer<EntryCheck>

  /// A stage with this geometry and these rules.
  init(_ geometry: StageGeometry, rules: Rules) {
    unsafe header = UnsafeMutablePointer<Header>.allocate(capacity: 1)
    unsafe header.initialize(to: Header(geometry: geometry, rules: rules))
    unsafe checks = UnsafeMutablePointer<EntryCheck>.allocate(
      capacity: WalkAccess.count * PagingLevels.most)
  }

  deinit {
    unsafe header.deinitialize(count: 1)
    unsafe header.deallocate()
    unsafe checks.deallocate()
  }

  /// Takes over new registers, and forgets the checks that followed from the old ones.
  mutating func set(_ geometry: StageGeometry, rules: Rules) {
    unsafe header.pointee = Header(geometry: geometry, rules: rules)
  }

  /// The handle through which a walk sees the stage; it must not outlive it.
  var view: StageView<Rules> { unsafe StageView(header: header, checks: checks) }
}

/// What a walk carries of a stage: two words; valid while the stage lives.
@safe
struct StageView<Rules: Sendable> {
  fileprivate let header: UnsafeMutablePointer<Stage<Rules>.Header>
  fileprivate let checks: UnsafeMutablePointer<EntryCheck>

  /// The shape of the tables.
  var geometry: StageGeometry {
    @inline(__always) get { unsafe header.pointee.geometry }
  }

  /// The bits of an index of the root.
  var rootIndexMask: UInt64 {
    @inline(__always) get { unsafe header.pointee.rootIndexMask }
  }

  /// What the registers say beyond the shape.
  var rules: Rules {
    @inline(__always) get { unsafe header.pointee.rules }
  }

  /// The row of checks for a class of access, computed at its first use.
  @inline(__always)
  func row<Format: PagingFormat>(_ access: WalkAccess, _: Format.Type) -> CheckRow
  where Format.Rules == Rules {
    if unsafe header.pointee.filled & (1 &<< UInt32(access.rawValue)) == 0 {
      fill(access, Format.self)
    }
    return unsafe CheckRow(first: checks + Int(access.rawValue) &* PagingLevels.most)
  }

  @inline(never)
  private func fill<Format: PagingFormat>(_ access: WalkAccess, _: Format.Type)
  where Format.Rules == Rules {
    for level in 0..<PagingLevels.most {
      let place = unsafe checks + Int(access.rawValue) * PagingLevels.most + level
      unsafe place.initialize(to: Format.check(level: level, access: access, rules: rules))
    }
    unsafe header.pointee.filled |= 1 << UInt32(access.rawValue)
  }
}

/// The checks of one class of access, by level; valid while its stage is.
@safe
struct CheckRow {
  fileprivate let first: UnsafeMutablePointer<EntryCheck>

  /// Whether an entry passes for a table that needs no closer look.
  @inline(__always)
  func isPlainTable(_ entry: UInt64, _ level: Int) -> Bool {
    unsafe entry & first[level].tableMask == first[level].tableValue
  }

  /// Whether an entry passes for a leaf that needs no closer look, at the end of this path.
  @inline(__always)
  func isPlainLeaf<Format: PagingFormat>(
    _ entry: UInt64, _ level: Int, path: UInt64, _: Format.Type
  ) -> Bool {
    guard unsafe entry & first[level].leafMask == first[level].leafValue else { return false }
    guard Format.accumulates else { return true }
    return unsafe path & first[level].pathMask == first[level].pathValue
  }
}

extension MemoryHandle {
  /// Up to `most` words that lie side by side from an aligned address on; nothing where there is no
  /// memory.
  @inline(__always)
  func words(at address: UInt64, most: Int) -> WordRun? {
    for number in 0..<count {
      let region = unsafe regions[number]
      let offset = address &- region.base
      if offset <= region.lastWord {
        let words = unsafe (region.start + Int(bitPattern: UInt(offset)))
          .assumingMemoryBound(to: UInt64.self)
        let left = Int(bitPattern: UInt((region.lastWord &- offset) &>> 3)) &+ 1
        return unsafe WordRun(start: words, count: min(most, left))
      }
    }
    return nil
  }
}

/// Words that lie side by side; valid while their memory is.
@safe
struct WordRun {
  fileprivate let start: UnsafeMutablePointer<UInt64>
  /// How many words there are.
  let count: Int

  @inline(__always)
  subscript(number: Int) -> UInt64 {
    @inline(__always) get {
      assert(number >= 0 && number < count)
      return unsafe start[number]
    }
    @inline(__always) nonmutating set {
      assert(number >= 0 && number < count)
      unsafe start[number] = newValue
    }
  }

  /// Stores `first` at `number` and in each of the `length - 1` words behind it `step` more.
  @inline(__always)
  func fill(from number: Int, _ length: Int, first: UInt64, step: UInt64) {
    assert(number >= 0 && length >= 0 && number + length <= count)
    let start = unsafe start + number
    // The plainest loop there is: the compiler makes vectors of it.
    for place in 0..<length {
      unsafe start[place] = first &+ UInt64(truncatingIfNeeded: place) &* step
    }
  }

  /// Whether all words are zero.
  var isZero: Bool {
    for number in 0..<count where unsafe start[number] != 0 { return false }
    return true
  }
}

/// The owner of words that lie side by side: the lines of a processor's translation caches.
@safe
struct WordBlock: ~Copyable {
  private let start: UnsafeMutablePointer<UInt64>
  private let count: Int

  /// So many words, all zero.
  init(count: Int) {
    self.count = count
    unsafe start = UnsafeMutablePointer<UInt64>.allocate(capacity: count)
    unsafe start.initialize(repeating: 0, count: count)
  }

  deinit { unsafe start.deallocate() }

  /// The handle through which the words are read and changed; it must not outlive them.
  var words: WordRun { unsafe WordRun(start: start, count: count) }
}

extension WordRun {
  /// The `length` words from `number` on.
  func part(from number: Int, _ length: Int) -> WordRun {
    precondition(number >= 0 && length >= 0 && number + length <= count)
    return unsafe WordRun(start: start + number, count: length)
  }
}

/// The owner of values that are changed in place by whoever has a handle to them.
@safe
struct Owned<Value: ~Copyable>: ~Copyable {
  private let first: UnsafeMutablePointer<Value>
  private let count: Int

  /// The owner of `value`.
  init(_ value: consuming Value) {
    unsafe first = UnsafeMutablePointer<Value>.allocate(capacity: 1)
    unsafe first.initialize(to: value)
    count = 1
  }

  /// The owner of `count` values, each of which `make` gives for its number.
  init(count: Int, _ make: (Int) -> Value) {
    precondition(count >= 0, "there can't be \(count) values")
    unsafe first = UnsafeMutablePointer<Value>.allocate(capacity: max(count, 1))
    for number in 0..<count { unsafe (first + number).initialize(to: make(number)) }
    self.count = count
  }

  deinit {
    unsafe first.deinitialize(count: count)
    unsafe first.deallocate()
  }

  /// The handle to the first value; it must not outlive the owner.
  var handle: Handle<Value> { unsafe Handle(place: first) }

  /// The handle to all values; it must not outlive the owner.
  var run: Run<Value> { unsafe Run(first: first, count: count) }
}

/// The way to a value that someone else owns: one word; valid while the owner lives.
@safe
struct Handle<Value: ~Copyable> {
  fileprivate let place: UnsafeMutablePointer<Value>

  /// The value where it lies: using a part of it copies no more than that part.
  var value: Value {
    @inline(__always) unsafeAddress { unsafe UnsafePointer(place) }
    @inline(__always) nonmutating unsafeMutableAddress { unsafe place }
  }
}

/// The way to values side by side that someone else owns; valid while the owner lives.
@safe
struct Run<Value: ~Copyable> {
  fileprivate let first: UnsafeMutablePointer<Value>
  /// How many values there are.
  let count: Int

  /// A value where it lies.
  @inline(__always)
  subscript(number: Int) -> Value {
    @inline(__always) unsafeAddress {
      assert(number >= 0 && number < count)
      return unsafe UnsafePointer(first + number)
    }
    @inline(__always) nonmutating unsafeMutableAddress {
      assert(number >= 0 && number < count)
      return unsafe first + number
    }
  }

  /// The handle to one value.
  @inline(__always)
  func handle(_ number: Int) -> Handle<Value> {
    assert(number >= 0 && number < count)
    return unsafe Handle(place: first + number)
  }

  /// The `length` values from `number` on.
  func part(from number: Int, _ length: Int) -> Run {
    precondition(number >= 0 && length >= 0 && number + length <= count)
    return unsafe Run(first: first + number, count: length)
  }
}
