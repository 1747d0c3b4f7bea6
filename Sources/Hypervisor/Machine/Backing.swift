import HostMemory
import Paging

/// What the host has behind each page of a machine: the page table of the hypervisor's own process.
///
/// Pages of 4 KiB have a word each and pages of 2 MiB one of their own, so that a machine in large pages
/// costs no words for small ones. Small pages that were populated together have one word as well, as long
/// as none of them becomes different.
struct Backing: ~Copyable {
  private var pages: FlatWords
  private var chunks: FlatWords

  /// Records for so many pages of 4 KiB, a multiple of 1 GiB of them.
  init(pages count: Int) {
    pages = FlatWords(count: count)
    chunks = FlatWords(count: count >> 9)
  }

  /// What is behind a page.
  @inline(__always)
  subscript(page: Int) -> BackingRecord {
    let chunk = BackingRecord(rawValue: chunks[page &>> 9])
    if chunk.isPresent { return chunk.part(page) }
    return BackingRecord(rawValue: pages[page])
  }

  /// What is behind a page, but for a mark that guests' tables are edited in it.
  ///
  /// Where nothing is known of the pages around it, their words are not even read: a word that is read for
  /// the first time costs a fault of the system that the model runs on.
  @inline(__always)
  func frame(of page: Int) -> BackingRecord {
    isUnknown(page) ? BackingRecord() : self[page]
  }

  /// Whether one word stands for the small pages around a page.
  @inline(__always)
  func isRun(_ page: Int) -> Bool { chunks[page &>> 9] & BackingRecord.runBit != 0 }

  /// Writes a word for each small page around a page, where one stands for all.
  @inline(__always)
  private mutating func writeOut(_ page: Int) {
    if isRun(page) { writeOutRun(page) }
  }

  @inline(never)
  private mutating func writeOutRun(_ page: Int) {
    let first = page & ~511
    let chunk = chunks[first >> 9]
    let record = BackingRecord(rawValue: chunk).part(first).rawValue
    // The plainest loop there is: the compiler makes vectors of it.
    for number in 0..<512 {
      pages[first &+ number] = record &+ UInt64(truncatingIfNeeded: number)
    }
    chunks[first >> 9] = 512 | chunk & BackingRecord.splitBit
  }

  /// Whether nothing at all is known of a small page.
  @inline(__always)
  func isFresh(_ page: Int) -> Bool {
    pages[page] == 0 && !BackingRecord(rawValue: chunks[page &>> 9]).isPresent
  }

  /// Notes the frame behind a small page that had none.
  @inline(__always)
  mutating func add(_ record: BackingRecord, page: Int) {
    pages[page] = record.rawValue | pages[page] & BackingRecord.tableBit
    chunks[page &>> 9] &+= 1
  }

  /// Notes another frame behind a small page that has one.
  @inline(__always)
  mutating func replace(_ record: BackingRecord, page: Int) {
    writeOut(page)
    pages[page] = record.rawValue | pages[page] & BackingRecord.tableBit
  }

  /// Notes that a small page has no frame any more, or none yet.
  mutating func remove(_ record: BackingRecord, page: Int) {
    writeOut(page)
    if BackingRecord(rawValue: pages[page]).isPresent { chunks[page >> 9] &-= 1 }
    pages[page] = record.rawValue
    if record.rawValue != 0 { chunks[page >> 9] |= BackingRecord.smallContentBit }
  }

  /// Whether no page of the run around a page has a frame.
  @inline(__always)
  func isEmpty(_ page: Int, _ order: FrameOrder) -> Bool {
    let first = (page & ~Int(truncatingIfNeeded: order.frames &- 1)) &>> 9
    for chunk in first..<first &+ Int(truncatingIfNeeded: order.frames &>> 9)
    where chunks[chunk] & ~BackingRecord.smallContentBit != 0 {
      return false
    }
    return true
  }

  /// Notes that a small page has lost its frame for good.
  ///
  /// Its neighbours stay small, as those of a page table that stays do, until they are collapsed.
  mutating func take(_ page: Int, leaving record: BackingRecord) {
    writeOut(page)
    let isTable = BackingRecord(rawValue: pages[page]).isTable
    remove(record, page: page)
    if isTable { markTable(page) }
    chunks[page >> 9] |= BackingRecord.splitBit
  }

  /// Whether nothing is known of the 2 MiB around a page.
  @inline(__always)
  func isUnknown(_ page: Int) -> Bool { chunks[page >> 9] == 0 }

  /// Puts a frame behind the 2 MiB around a page whose small pages' frames have all gone.
  mutating func makeLarge(_ frame: FrameNumber, page: Int) {
    writeOut(page)
    let first = page & ~511
    for number in first..<first + 512 { pages[number] &= BackingRecord.tableBit }
    chunks[first >> 9] = BackingRecord(frame, .large).rawValue
  }

  /// Makes pages of 2 MiB of the one of 1 GiB around a page.
  mutating func splitHuge(_ page: Int) {
    let first = (page & ~(1 << 18 - 1)) >> 9
    for chunk in first..<first + 512 {
      var record = BackingRecord(rawValue: chunks[chunk])
      record.order = .large
      chunks[chunk] = record.rawValue
    }
  }

  /// The record of a large page's 2 MiB; where there is none, how many small pages have a frame.
  func chunk(_ page: Int) -> BackingRecord {
    let chunk = chunks[page >> 9]
    return BackingRecord(rawValue: isRun(page) ? 512 | chunk & BackingRecord.splitBit : chunk)
  }

  /// Notes what is behind the 2 MiB around a page.
  mutating func setChunk(_ record: BackingRecord, page: Int) {
    chunks[page >> 9] = record.rawValue
  }

  /// Whether nothing is known of the small pages of a chunk but that they were large once or had frames.
  func isEmptyChunk(_ page: Int) -> Bool { chunks[page &>> 9] & ~BackingRecord.splitBit == 0 }

  /// The bytes of memory that the records take.
  var residentBytes: Int { pages.residentBytes + chunks.residentBytes }

  /// Notes frames side by side behind the 512 small pages of such a chunk.
  mutating func fill(_ frame: FrameNumber, page first: Int) {
    chunks[first &>> 9] =
      BackingRecord(frame).rawValue | BackingRecord.runBit
      | chunks[first &>> 9] & BackingRecord.splitBit
  }

  /// Makes small pages of the large one around a page.
  mutating func splitChunk(_ page: Int) {
    writeOut(page)
    let first = page & ~511
    let chunk = BackingRecord(rawValue: chunks[first >> 9])
    guard chunk.isPresent else { return }
    for number in 0..<512 {
      var record = chunk.advanced(by: UInt64(number))
      record.order = .small
      pages[first + number] = record.rawValue | pages[first + number] & BackingRecord.tableBit
    }
    chunks[first >> 9] = 512 | BackingRecord.splitBit
  }

  /// The record of a small page, even where a large one hides it.
  func small(_ page: Int) -> BackingRecord {
    isRun(page) ? self[page] : BackingRecord(rawValue: pages[page])
  }

  /// Notes that guests' tables are edited in a page.
  mutating func markTable(_ page: Int) {
    writeOut(page)
    pages[page] |= BackingRecord.tableBit
  }

  /// Notes that a page hidden by a large one has nothing in storage.
  mutating func forgetStored(_ page: Int) { pages[page] &= BackingRecord.tableBit }
}

/// What the host has behind one page.
struct BackingRecord: Hashable {
  var rawValue: UInt64

  private static let frameMask: UInt64 = 1 << 36 - 1
  private static let presentBit: UInt64 = 1 << 63
  private static let storedBit: UInt64 = 1 << 62
  private static let sharedBit: UInt64 = 1 << 61
  private static let zeroBit: UInt64 = 1 << 60
  fileprivate static let tableBit: UInt64 = 1 << 59
  private static let swappedBit: UInt64 = 1 << 58
  fileprivate static let smallContentBit: UInt64 = 1 << 57
  private static let imageBit: UInt64 = 1 << 56
  /// A chunk's small pages were a large one once, or have lost frames: they are not made large again by
  /// a fault.
  fileprivate static let splitBit: UInt64 = 1 << 53
  /// A chunk's record stands for 512 small pages in frames side by side.
  fileprivate static let runBit: UInt64 = 1 << 52
  private static let sizeShift: UInt64 = 54

  @inline(__always)
  init(rawValue: UInt64 = 0) { self.rawValue = rawValue }

  /// A page in a frame.
  @inline(__always)
  init(_ frame: FrameNumber, _ order: FrameOrder = .small) {
    let size: UInt64 = order == .small ? 0 : order == .large ? 1 : 2
    rawValue = Self.presentBit | frame.value | size &<< Self.sizeShift
  }

  /// Whether the process's table has the page.
  @inline(__always)
  var isPresent: Bool { rawValue & Self.presentBit != 0 }

  /// The frame that holds the page.
  @inline(__always)
  var frame: FrameNumber { FrameNumber(rawValue & Self.frameMask) }

  /// The size of the page in the process's table.
  @inline(__always)
  var order: FrameOrder {
    get {
      switch rawValue &>> Self.sizeShift & 3 {
      case 0: .small
      case 1: .large
      default: .huge
      }
    }
    set {
      let size: UInt64 = newValue == .small ? 0 : newValue == .large ? 1 : 2
      rawValue = rawValue & ~(3 << Self.sizeShift) | size << Self.sizeShift
    }
  }

  /// The page of storage with the words of a page that is not present.
  var storedPage: UInt64? {
    rawValue & Self.storedBit != 0 ? rawValue & Self.frameMask : nil
  }

  /// Whether others use the frame too, so that a write has to copy it first.
  @inline(__always)
  var isShared: Bool {
    get { rawValue & Self.sharedBit != 0 }
    set { set(Self.sharedBit, newValue) }
  }

  /// Whether the page is the host's frame of zeros.
  @inline(__always)
  var isZero: Bool {
    get { rawValue & Self.zeroBit != 0 }
    set { set(Self.zeroBit, newValue) }
  }

  /// Whether tables of the guest are edited in the page.
  var isTable: Bool {
    get { rawValue & Self.tableBit != 0 }
    set { set(Self.tableBit, newValue) }
  }

  /// Whether the page was swapped out.
  var isSwapped: Bool {
    get { rawValue & Self.swappedBit != 0 }
    set { set(Self.swappedBit, newValue) }
  }

  /// Whether a chunk's small pages have records that matter while no frame is behind them.
  var hasSmallContent: Bool {
    get { rawValue & Self.smallContentBit != 0 }
    set { set(Self.smallContentBit, newValue) }
  }

  /// A page without a frame whose words lie in a page of storage.
  init(storedIn page: UInt64, isOwned: Bool) {
    rawValue = Self.storedBit | (isOwned ? 0 : Self.imageBit) | page
  }

  /// Whether the page of storage belongs to an image that others may use too.
  var isImage: Bool { rawValue & Self.imageBit != 0 }

  /// The record of a page inside a large one.
  @inline(__always)
  func advanced(by frames: UInt64) -> BackingRecord { BackingRecord(rawValue: rawValue &+ frames) }

  /// The record of a page inside a chunk that has one.
  @inline(__always)
  fileprivate func part(_ page: Int) -> BackingRecord {
    BackingRecord(rawValue: rawValue & ~(Self.runBit | Self.splitBit))
      .advanced(by: UInt64(truncatingIfNeeded: page & 511))
  }

  @inline(__always)
  private mutating func set(_ bit: UInt64, _ value: Bool) {
    if value { rawValue |= bit } else { rawValue &= ~bit }
  }
}
