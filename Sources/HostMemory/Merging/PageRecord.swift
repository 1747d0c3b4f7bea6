/// What is known of one page: 16 bytes, so that a scan reads four pages a cache line.
struct PageRecord {
  /// The sets that a tracked page can be in.
  enum Place: UInt32 {
    case none = 0
    case unstable = 1
    case stable = 2
  }

  /// What is mapped at the page's address.
  enum Mapping: UInt32 {
    /// A frame of its own.
    case own = 0
    /// The shared copy of the stable set that `link` names.
    case copy = 1
    /// The page of zeros, put there by the scanner.
    case mergedZero = 2
    /// The page of zeros, put there by the breaking of a 2M page.
    case plainZero = 3
  }

  var content = PageContent.zero
  /// The copy, for a page that is in the stable set; else the checksum at the last visit.
  ///
  /// A page that gets there has passed the checksum's gate, so that its checksum is known from the
  /// copy's content when it leaves; `hasOlderChecksum` says where an older kernel asked no checksum.
  var link: UInt32 = 0
  private var bits: UInt32 = 0

  private func has(_ bit: UInt32) -> Bool { bits & (1 << bit) != 0 }
  private mutating func set(_ bit: UInt32, _ on: Bool) {
    bits = on ? bits | 1 << bit : bits & ~(1 << bit)
  }

  /// How many scans have met the page unmerged, up to 255.
  var age: UInt8 {
    get { UInt8(truncatingIfNeeded: bits) }
    set { bits = bits & ~0xff | UInt32(newValue) }
  }

  /// How many scans may still pass the page over.
  var skips: UInt8 {
    get { UInt8(truncatingIfNeeded: bits >> 8) & 0xf }
    set { bits = bits & ~0xf00 | UInt32(newValue) << 8 }
  }

  /// Whether anything is mapped.
  var isPresent: Bool {
    get { has(12) }
    set { set(12, newValue) }
  }

  /// Whether the scanner keeps a record of the page: from its first visit on.
  var isTracked: Bool {
    get { has(13) }
    set { set(13, newValue) }
  }

  var place: Place {
    get { Place(rawValue: bits >> 14 & 3) ?? .none }
    set { bits = bits & ~(3 << 14) | newValue.rawValue << 14 }
  }

  var mapping: Mapping {
    get { Mapping(rawValue: bits >> 16 & 3) ?? .own }
    set { bits = bits & ~(3 << 16) | newValue.rawValue << 16 }
  }

  /// Whether the scan that put the page into the unstable set had an odd number.
  var isOddScan: Bool {
    get { has(18) }
    set { set(18, newValue) }
  }

  /// Whether the page is a part of a 2M page.
  var isHuge: Bool {
    get { has(19) }
    set { set(19, newValue) }
  }

  var hasOlderChecksum: Bool {
    get { has(20) }
    set { set(20, newValue) }
  }

  /// The NUMA node of the page's frame.
  var node: UInt8 {
    get { UInt8(truncatingIfNeeded: bits >> 24) }
    set { bits = bits & 0x00ff_ffff | UInt32(newValue) << 24 }
  }

  /// A page that the scanner has to look at.
  var isVisited: Bool { bits & (1 << 12 | 2 << 16) == 1 << 12 }

  /// Forgets what the scanner kept of the page.
  mutating func untrack() {
    link = 0
    bits &= ~0x0010_ffff | 1 << 12
  }
}
