import Guests
import Paging

/// Tables of one pair of formats, and the accesses that walk them.
///
/// Guest pages, guest tables and hypervisor's pages lie scattered over their ranges, so that every read
/// of a walk is somewhere else. The data pages lie outside the memory: a walk does not read them.
struct WalkSubject: ~Copyable {
  let guest: GuestRoot
  let host: HostRoot
  var memory: PhysicalMemory
  let addresses: [GuestVirtual]
  let accesses: [Access]
  /// The memory before the first access, to return to.
  private let fresh: [UInt8]

  /// Where the memory that holds all tables begins.
  static let memoryBase: UInt64 = 1 << 31
  /// Where the data pages would be.
  private static let dataBase: UInt64 = 1 << 40
  /// Where the guest keeps its tables.
  private static let guestTables: UInt64 = 1 << 36

  /// Tables for `pages` guest pages, with accessed and dirty flags set or (`isFresh`) clear.
  init(
    _ guestFormat: GuestFormat, _ hostFormat: HostFormat, pages: Int, isFresh: Bool, count: Int
  ) throws {
    var generator = SplitMix64(seed: 1)
    let memoryBytes = pages > 1000 ? 128 << 20 : 8 << 20
    var memory = try PhysicalMemory(at: HostPhysical(Self.memoryBase), bytes: memoryBytes)
    let guestPage = UInt64(1) << UInt64(guestFormat.shape.pageShift)
    let hostPage = UInt64(1) << UInt64(hostFormat.shape.pageShift)
    // The hypervisor's tables have the lower half of the memory, the guest's the upper.
    let half = UInt64(memoryBytes / 2)
    var hostTables = try HostTables(
      hostFormat, at: HostPhysical(Self.memoryBase), bytes: half, in: &memory)
    var attributes = HostAttributes.readWriteExecute
    attributes.isAccessed = !isFresh
    attributes.isDirty = !isFresh

    // The guest's tables: a range of guest-physical memory whose pages are scattered.
    let tableBytes: UInt64 = pages > 1000 ? 16 << 20 : 2 << 20
    let tablePages = (0..<tableBytes / hostPage).shuffled(using: &generator)
    for (number, page) in tablePages.enumerated() {
      try hostTables.map(
        GuestPhysical(Self.guestTables + UInt64(number) * hostPage), bytes: hostPage,
        to: HostPhysical(Self.memoryBase + half + page * hostPage), .readWriteExecute,
        pageBytes: hostPage, in: &memory)
    }
    var guestTables = try GuestTables(
      guestFormat, at: GuestPhysical(Self.guestTables), bytes: tableBytes,
      placed: .through(hostTables.root), in: &memory)
    var guestAttributes = GuestAttributes.userReadExecute
    guestAttributes.permissions.insert(.write)
    guestAttributes.isAccessed = !isFresh
    guestAttributes.isDirty = !isFresh

    // The data pages: each guest page somewhere in guest-physical memory, and of it as much mapped as
    // the smaller of the two page sizes.
    let used = min(guestPage, hostPage)
    let perHostPage = max(1, hostPage / guestPage)
    var mapped = Set<UInt64>()
    for (number, place) in (0..<UInt64(pages)).shuffled(using: &generator).enumerated() {
      let target = place * guestPage
      try guestTables.map(
        GuestVirtual(UInt64(number) * guestPage), bytes: guestPage, to: GuestPhysical(target),
        guestAttributes, pageBytes: guestPage, in: &memory)
      let covering = target / hostPage
      if mapped.insert(covering).inserted {
        let scattered = (covering &* 0x9e37_79b1) & 0xff_ffff
        try hostTables.map(
          GuestPhysical(covering * hostPage), bytes: hostPage,
          to: HostPhysical(Self.dataBase + scattered * hostPage), attributes, pageBytes: hostPage,
          in: &memory)
      }
    }
    precondition(mapped.count == max(1, pages / Int(perHostPage)))

    guest = guestTables.root
    host = hostTables.root
    var addresses: [GuestVirtual] = []
    var accesses: [Access] = []
    for _ in 0..<count {
      let page = UInt64.random(in: 0..<UInt64(pages), using: &generator)
      let offset = UInt64.random(in: 0..<used, using: &generator) & ~7
      addresses.append(GuestVirtual(page * guestPage + offset))
      let kind = [Access.Kind.read, .write, .fetch].randomElement(using: &generator) ?? .read
      accesses.append(Access(kind, .user))
    }
    self.addresses = addresses
    self.accesses = accesses
    var bytes: [UInt8] = []
    unsafe memory.withBytes(ofRegion: 0) { unsafe bytes = Array($0) }
    fresh = bytes
    self.memory = memory
  }

  /// Takes back what the accesses have set.
  mutating func refresh() {
    let fresh = fresh
    unsafe memory.withBytes(ofRegion: 0) { bytes in
      unsafe fresh.withUnsafeBytes { unsafe bytes.copyMemory(from: $0) }
    }
  }
}
