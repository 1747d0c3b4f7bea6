/// What is known of a page, one bit each.
struct PageState: OptionSet, BitwiseCopyable {
  let rawValue: UInt32

  /// It is in a frame.
  static let resident = Self(rawValue: 1)
  /// It is on an active list.
  static let active = Self(rawValue: 2)
  /// The hardware's accessed bit.
  static let accessed = Self(rawValue: 4)
  /// The kernel's note that it was accessed once (PG_referenced).
  static let referenced = Self(rawValue: 8)
  /// It has been active (PG_workingset).
  static let workingset = Self(rawValue: 16)
  /// It differs from what storage has.
  static let dirty = Self(rawValue: 32)
  /// It belongs to a file.
  static let file = Self(rawValue: 64)
  /// It has a slot of swap.
  static let slot = Self(rawValue: 128)
  /// It was evicted, and left a shadow.
  static let shadow = Self(rawValue: 256)
  /// It is being written.
  static let writeback = Self(rawValue: 512)
  /// It is to be freed when it has been written (PG_reclaim).
  static let freeSoon = Self(rawValue: 1024)
  /// A page table maps it.
  static let mapped = Self(rawValue: 2048)
  /// It waits to be written by the flusher.
  static let queued = Self(rawValue: 4096)

  private static let generationShift: UInt32 = 13
  private static let usesShift: UInt32 = 15

  /// The kernel's page of zeros is mapped in its place.
  static let zeros = Self(rawValue: 1 << 17)
  /// A page table maps it for reads alone.
  static let readOnly = Self(rawValue: 1 << 18)

  /// The page's generation, as much of it as tells those apart that there can be.
  @inline(__always)
  var generation: UInt64 {
    get { UInt64(rawValue >> Self.generationShift & 3) }
    set {
      self = Self(
        rawValue: rawValue & ~(3 << Self.generationShift)
          | UInt32(newValue & 3) << Self.generationShift)
    }
  }

  /// Accesses through descriptors beyond those that PG_referenced and PG_workingset tell of, up to 3.
  @inline(__always)
  var uses: Int {
    get { Int(rawValue >> Self.usesShift & 3) }
    set {
      self = Self(
        rawValue: rawValue & ~(3 << Self.usesShift)
          | UInt32(newValue & 3) << Self.usesShift)
    }
  }

  /// Accesses through descriptors after the first (folio_lru_refs).
  var accesses: Int { uses + (contains(.workingset) ? 1 : 0) }

  @inline(__always)
  var kind: PageKind { contains(.file) ? .file : .anon }
}

/// What an evicted page leaves behind, in one word.
struct PageShadow: BitwiseCopyable {
  private let word: UInt64

  /// The age of the group that was reclaimed, and whether the page had been active.
  init(age: UInt64, group: Int, workingset: Bool) {
    word = age << 17 | UInt64(group) << 1 | (workingset ? 1 : 0)
  }

  static let none = PageShadow(age: 0, group: 0, workingset: false)

  var age: UInt64 { word >> 17 }
  var group: Int { Int(word >> 1 & 0xffff) }
  var isWorkingset: Bool { word & 1 == 1 }
  /// Ages count round.
  static let ageMask: UInt64 = 1 << 47 - 1
}
