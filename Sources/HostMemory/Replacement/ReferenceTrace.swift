/// The references of a trace to pages, numbered in the order of their first reference.
///
/// Which numbers the pages had is all the same to a policy, and from dense ones it finds what it knows of
/// a page without a search.
public struct ReferenceTrace: Sendable {
  /// The page of each reference.
  public private(set) var pages: [UInt32] = []
  /// How many pages there are.
  public var pageCount: Int { numbering.count }
  /// One bit for each reference, whether it writes; empty where none does.
  private var writeBits: [UInt64] = []
  private var numbering = PageNumbering()

  /// The most references that a trace may have.
  public static let mostReferences = 4_000_000_000

  /// A trace without references.
  public init() {}

  /// A trace of references that read.
  public init(_ numbers: some Sequence<UInt64>) {
    for number in numbers { append(number) }
  }

  /// Makes room for so many references.
  public mutating func reserve(_ references: Int) { pages.reserveCapacity(references) }

  /// Adds a reference to the page with a number.
  public mutating func append(_ number: UInt64, isWrite: Bool = false) {
    precondition(pages.count < Self.mostReferences, "the trace is too long")
    if isWrite {
      let word = pages.count >> 6
      while writeBits.count <= word { writeBits.append(0) }
      writeBits[word] |= 1 << UInt64(pages.count & 63)
    }
    pages.append(numbering.place(of: number))
  }

  /// How many references there are.
  public var count: Int { pages.count }

  /// Whether any reference writes.
  public var hasWrites: Bool { !writeBits.isEmpty }

  /// Whether a reference writes.
  public func isWrite(_ reference: Int) -> Bool {
    let word = reference >> 6
    return word < writeBits.count && writeBits[word] >> UInt64(reference & 63) & 1 != 0
  }

  /// How many references write.
  public var writes: Int { writeBits.reduce(0) { $0 + $1.nonzeroBitCount } }
}

/// Page numbers and the dense numbers that stand for them: open addressing over two plain arrays.
struct PageNumbering: Sendable {
  private var numbers: [UInt64] = Array(repeating: 0, count: 1024)
  /// The dense number, plus one; 0 where the place is free.
  private var places: [UInt32] = Array(repeating: 0, count: 1024)
  private(set) var count = 0

  /// The dense number of a page, which is the next one where the page is new.
  mutating func place(of number: UInt64) -> UInt32 {
    if count * 2 >= places.count { grow() }
    let slot = slot(of: number)
    if places[slot] != 0 { return places[slot] - 1 }
    numbers[slot] = number
    count += 1
    places[slot] = UInt32(count)
    return UInt32(count - 1)
  }

  private func slot(of number: UInt64) -> Int {
    let mask = places.count - 1
    var slot = Int(truncatingIfNeeded: Self.mix(number)) & mask
    while places[slot] != 0, numbers[slot] != number { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func grow() {
    let (oldNumbers, oldPlaces) = (numbers, places)
    numbers = Array(repeating: 0, count: oldNumbers.count * 2)
    places = Array(repeating: 0, count: oldPlaces.count * 2)
    for (number, place) in zip(oldNumbers, oldPlaces) where place != 0 {
      let slot = slot(of: number)
      numbers[slot] = number
      places[slot] = place
    }
  }

  private static func mix(_ number: UInt64) -> UInt64 {
    let product = (number ^ number >> 32) &* 0x9e37_79b9_7f4a_7c15
    return product ^ product >> 29
  }
}
