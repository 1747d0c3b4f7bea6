import Paging

/// A guest's memory and its tables at both stages: the tables are real, the data is not.
///
/// Guest-physical memory starts with the range that the guest's tables are made from; its data follows.
/// The hypervisor's tables come first in the machine's memory, and all of the guest's memory lies behind
/// them, moved by one distance.
struct StudiedMemory: ~Copyable {
  var memory = PhysicalMemory()
  private var guest: GuestTables
  private var host: HostTables?
  private let pages: PagePair
  /// Where the guest's memory lies in the machine's.
  private let distance: UInt64
  /// The guest-physical memory that is not yet used for data.
  private var nextPage: UInt64
  /// Up to where the hypervisor has mapped it.
  private var hostEnd: UInt64
  private var known: Set<UInt64> = []
  private var latest = UInt64.max

  /// The room for tables where it is not known how much will be mapped.
  private static let openRoom: UInt64 = 2 << 30

  /// What the tables of both stages may take together.
  private static let mostTableBytes: UInt64 = 8 << 30
  /// More data than any format's tables can map.
  private static let mostData: UInt64 = 1 << 57

  /// Refuses data whose tables would take more memory than a machine may have.
  static func check(
    _ study: TranslationStudy, _ pages: PagePair, bytes: UInt64
  ) throws(TranslationStudyError) {
    let refusal = TranslationStudyError.tablesTooLarge(data: bytes, most: mostTableBytes)
    guard bytes <= mostData else { throw refusal }
    let data = rounded(bytes, to: max(pages.guest, pages.host ?? 1))
    var tables = tableBytes(study.guest.shape, page: pages.guest, for: data)
    if let hostBytes = pages.host {
      tables += tableBytes(study.host.shape, page: hostBytes, for: data)
    }
    guard tables <= mostTableBytes else { throw refusal }
  }

  /// Memory with tables for `bytes` bytes of data, or for as much as comes where nothing is said.
  init(
    _ study: TranslationStudy, _ pages: PagePair, bytes: UInt64?
  ) throws(TranslationStudyError) {
    self.pages = pages
    let largest = max(pages.guest, pages.host ?? 1)
    let data = bytes.map { Self.rounded($0, to: largest) + largest }
    var room = Self.openRoom
    if let data {
      room = Self.tableBytes(study.guest.shape, page: pages.guest, for: data)
      if study.order != .ascending { room = max(room, data) }
    }
    room = Self.rounded(room, to: largest)
    nextPage = room
    hostEnd = room
    guard let hostBytes = pages.host else {
      distance = 0
      do {
        try memory.addRegion(at: HostPhysical(0), bytes: Int(room))
        guest = try GuestTables(
          study.guest, at: GuestPhysical(0), bytes: room, order: study.order, placed: .identity,
          in: &memory)
      } catch {
        throw Self.studyError(error)
      }
      return
    }
    var hostRoom = Self.openRoom
    if let data {
      hostRoom = Self.tableBytes(study.host.shape, page: hostBytes, for: room + data)
      if study.order != .ascending { hostRoom = max(hostRoom, data) }
    }
    distance = Self.rounded(hostRoom, to: largest)
    do {
      try memory.addRegion(at: HostPhysical(0), bytes: Int(hostRoom))
      try memory.addRegion(at: HostPhysical(distance), bytes: Int(room))
      var host = try HostTables(
        study.host, at: HostPhysical(0), bytes: hostRoom, order: study.order, in: &memory)
      try host.map(
        GuestPhysical(0), bytes: room, to: HostPhysical(distance), .readWriteExecute,
        pageBytes: hostBytes, in: &memory)
      guest = try GuestTables(
        study.guest, at: GuestPhysical(0), bytes: room, order: study.order,
        placed: .through(host.root), in: &memory)
      self.host = consume host
    } catch {
      throw Self.studyError(error)
    }
  }

  /// The root of the guest's tables.
  var guestRoot: GuestRoot { guest.root }
  /// The root of the hypervisor's tables, if there are any.
  var hostRoot: HostRoot? {
    switch host {
    case .some(let host): host.root
    case .none: nil
    }
  }

  /// The bytes of the guest's tables.
  var guestTableBytes: UInt64 { UInt64(guest.frames.used) * guest.frames.frameBytes }
  /// The bytes of the hypervisor's tables.
  var hostTableBytes: UInt64 {
    switch host {
    case .some(let host): UInt64(host.frames.used) * host.frames.frameBytes
    case .none: 0
    }
  }

  /// Maps the pages that hold `bytes` bytes at `address`, side by side at both stages.
  mutating func map(_ address: GuestVirtual, bytes: UInt64) throws(TranslationStudyError) {
    let start = address.value & ~(pages.guest - 1)
    let length = Self.rounded(address.value - start + bytes, to: pages.guest)
    let target = Self.rounded(nextPage, to: pages.guest)
    nextPage = target + length
    do {
      try guest.map(
        GuestVirtual(start), bytes: length, to: GuestPhysical(target), .readWriteExecute,
        pageBytes: pages.guest, in: &memory)
      guard let hostBytes = pages.host, nextPage > hostEnd else { return }
      let end = Self.rounded(nextPage, to: hostBytes)
      try host?.map(
        GuestPhysical(hostEnd), bytes: end - hostEnd, to: HostPhysical(hostEnd + distance),
        .readWriteExecute, pageBytes: hostBytes, in: &memory)
      hostEnd = end
    } catch {
      throw .tables(error)
    }
  }

  /// Maps the page of an address that is met for the first time.
  @inline(__always)
  mutating func demand(_ address: GuestVirtual) throws(TranslationStudyError) {
    let page = address.value / pages.guest
    guard page != latest else { return }
    latest = page
    guard known.insert(page).inserted else { return }
    try map(address, bytes: 1)
  }

  /// The bytes that tables for a range of pages take at most, wherever it starts.
  private static func tableBytes(_ shape: TableShape, page: UInt64, for bytes: UInt64) -> UInt64 {
    let leaf = shape.level(ofPageBytes: page) ?? 0
    var tables: UInt64 = 0
    for level in leaf..<max(leaf, shape.levels - 1) {
      tables += bytes / shape.pageBytes(ofLevel: level + 1) + 2
    }
    return tables * shape.tableBytes + 2 * shape.rootBytes
  }

  private static func rounded(_ bytes: UInt64, to size: UInt64) -> UInt64 {
    (bytes + size - 1) & ~(size - 1)
  }

  private static func studyError(_ error: any Error) -> TranslationStudyError {
    switch error {
    case let error as TableError: .tables(error)
    case let error as MemoryError: .memory(error)
    default: preconditionFailure("\(error) is no error of tables or memory")
    }
  }
}
