/// The network between the hosts, and how pages are written to it.
public struct MigrationLink: Sendable, Hashable {
  /// How much passes in a second, in bits.
  public var bitsPerSecond: UInt64 = 10_000_000_000
  /// How long a byte is under way, in picoseconds.
  public var latencyPicoseconds: Int64 = 50_000_000
  /// How many streams send side by side.
  public var channels = 1
  /// How much one stream can send in a second, in bits, as its thread and its connection allow; all that
  /// passes without it.
  public var channelBitsPerSecond: UInt64?
  /// Whether pages of zeros are found, and told in a few bytes.
  public var findsZeroPages = true
  /// How fast a stream's thread looks for zeros, in bytes a second.
  public var scanBytesPerSecond: UInt64 = 10_000_000_000
  /// How many times smaller a page becomes before it is sent.
  public var compression = 1.0
  /// The bytes that say which page follows: QEMU writes 8.
  public var headerBytes: UInt64 = 8

  /// What a link may pass in a second, in bits.
  public static let rates: ClosedRange<UInt64> = 1_000_000...80_000_000_000_000

  /// 10 Gbit/s, 50 µs, one stream.
  public init() {}

  /// What passes in a second, as the streams allow.
  public var usableBitsPerSecond: UInt64 {
    guard let channelBitsPerSecond else { return bitsPerSecond }
    let (all, overflows) = channelBitsPerSecond.multipliedReportingOverflow(by: UInt64(channels))
    return overflows ? bitsPerSecond : min(bitsPerSecond, all)
  }

  /// The bytes of a page that is no page of zeros.
  var pageBytes: UInt64 {
    headerBytes + (compression <= 1 ? 4096 : UInt64((4096 / compression).rounded(.up)))
  }

  /// The bytes of a page of zeros.
  var zeroPageBytes: UInt64 { findsZeroPages ? headerBytes + 1 : pageBytes }

  /// How long bytes take to pass, in picoseconds.
  func picoseconds(_ bytes: UInt64) -> Int64 {
    let rate = UInt128(max(1, usableBitsPerSecond))
    return Int64(clamping: (UInt128(bytes) * 8 * 1_000_000_000_000 + rate - 1) / rate)
  }

  /// How long the streams' threads look for zeros in so many pages, in picoseconds.
  func scanPicoseconds(pages: Int) -> Int64 {
    guard findsZeroPages else { return 0 }
    let rate = max(1, UInt128(scanBytesPerSecond) * UInt128(channels))
    return Int64(clamping: (UInt128(pages) * 4096 * 1_000_000_000_000 + rate - 1) / rate)
  }
}
