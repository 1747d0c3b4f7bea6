// Micro-architecture: this file can be skipped at first reading.

extension CoreModel {
  /// All named cores, the first of each architecture being its default.
  public static let all: [CoreModel] = [
    skylakeSP, iceLakeSP, sapphireRapids, family16h, zen2, zen4, neoverseN1, neoverseN2,
    neoverseV1, cortexA55, riscvAssumed,
  ]

  /// The core of a name.
  public static func named(_ name: String) -> CoreModel? { all.first { $0.name == name } }

  /// A core whose walk caches nobody has published: the same sizes for all such cores, so that what
  /// differs between them is what is known of them.
  mutating func assumeWalkCaches(_ reason: String, nested pageSizes: [UInt64] = PageBytes.of512) {
    let source = Source.assumed(reason)
    let caches = [
      WalkCache(CacheShape(32, ways: 4), levels: 1...1, source),
      WalkCache(CacheShape(4), levels: 2...2, source),
      WalkCache(CacheShape(2), levels: 3...4, source),
    ]
    guestTables = caches
    hostTables = caches
    nested = NestedCache(CacheShape(16), pageSizes: pageSizes, servesData: false, source)
  }
}

/// Sizes of pages, as cores name them.
enum PageBytes {
  static let kilo4: UInt64 = 4 << 10
  static let kilo16: UInt64 = 16 << 10
  static let kilo64: UInt64 = 64 << 10
  static let mega2: UInt64 = 2 << 20
  static let mega32: UInt64 = 32 << 20
  static let mega512: UInt64 = 512 << 20
  static let giga1: UInt64 = 1 << 30

  /// Those of tables of 512 entries.
  static let of512 = [kilo4, mega2, giga1]
}
