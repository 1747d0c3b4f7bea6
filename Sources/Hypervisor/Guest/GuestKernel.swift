public import Paging

/// A guest's kernel, as far as its memory goes: it takes the faults of its own tables.
///
/// It hands out the pages of a range of the machine's memory and writes its tables itself: each of its
/// own accesses is one through the second stage, at the guest-physical address, as by a kernel that maps
/// all memory for itself in large pages.
public struct GuestKernel: Sendable {
  /// The areas that are filled as they are touched.
  public var areas: [GuestArea] = []
  /// The pages that are handed out.
  public let memory: Range<UInt64>
  /// The bytes of a page of the guest's: those of its tables' granule.
  public let pageBytes: UInt64
  /// The kernel's page of zeros, once it has one.
  public internal(set) var zeroPage: GuestPhysical?
  /// How many tables map a page, for pages that more than one does.
  var shares: [UInt64: Int] = [:]
  private var next: UInt64
  private var freed: [UInt64] = []

  /// A kernel that hands out the pages from `start` on, and fills these areas.
  ///
  /// The memory is ordinary memory of the machine that nothing else uses, from a multiple of `pageBytes`
  /// on, which are the smallest pages of the guest's tables.
  public init(
    memory start: GuestPhysical, bytes: UInt64, pageBytes: UInt64 = 4096, areas: [GuestArea] = []
  ) {
    precondition(
      pageBytes.nonzeroBitCount == 1 && pageBytes >= 4096 && start.isAligned(to: pageBytes),
      "a guest's memory is of whole pages")
    self.pageBytes = pageBytes
    memory = start.value..<start.value + bytes
    next = start.value
    self.areas = areas
  }

  /// How many pages are left.
  public var freePages: Int { freed.count + Int((memory.upperBound - next) / pageBytes) }

  /// A page of the kernel's free memory.
  mutating func take() -> GuestPhysical? {
    if let page = freed.popLast() { return GuestPhysical(page) }
    guard memory.upperBound - next >= pageBytes else { return nil }
    defer { next += pageBytes }
    return GuestPhysical(next)
  }

  /// Notes that one more space maps a page.
  mutating func share(_ page: GuestPhysical) { shares[page.value, default: 1] += 1 }

  /// Notes that one space fewer maps a page, which is free when none is left.
  mutating func release(_ page: GuestPhysical) {
    guard page != zeroPage else { return }
    guard let count = shares[page.value] else {
      freed.append(page.value)
      return
    }
    shares[page.value] = count > 2 ? count - 1 : nil
  }

  /// How many spaces map a page that is mapped.
  func mappers(of page: GuestPhysical) -> Int { shares[page.value] ?? 1 }

  /// The area of an address.
  func area(of address: GuestVirtual) -> GuestArea? { areas.first { $0.contains(address) } }
}

/// What became of an access whose guest's kernel takes part.
public struct GuestAccessOutcome: Sendable, Hashable {
  /// The access itself: its last touch, with the tries, exits and cascades of all its touches.
  public internal(set) var touch: TouchOutcome
  /// The guest's own faults that it took.
  public internal(set) var guestFaults = 0
  /// The faults of the second stage that the kernel's own accesses took meanwhile.
  public internal(set) var kernelExits = 0
}
