/// The settings of the kernel's that say how much memory it keeps free, under its own names' words.
public struct WatermarkSettings: Sendable, Hashable {
  /// `vm.min_free_kbytes`, if it was set by hand; worked out if not.
  public var minFreeKibibytes: UInt64?
  /// `vm.watermark_scale_factor`: the least gap between watermarks, in parts of 10,000 of a zone.
  public var scaleFactor: UInt64 = 10
  /// `vm.watermark_boost_factor`: the most boost, in parts of 10,000 of the high watermark.
  public var boostFactor: UInt64 = 15000
  /// `vm.lowmem_reserve_ratio`, by zone from DMA up; 0 reserves nothing.
  public var lowmemReserveRatio: [UInt64] = [256, 256, 32, 0]
  /// Whether transparent huge pages are on, `always` or `madvise`: khugepaged then raises the minimum.
  public var hasTransparentHugePages = true
  /// The largest minimum that the kernel works out, in KiB: 262,144 since Linux 5.7, 65,536 before.
  public var largestMinimum: UInt64 = 262_144

  /// The defaults.
  public init() {}
}
