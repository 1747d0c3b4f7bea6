/// The advisor that chooses `pages_to_scan` so that a scan of all memory takes a wanted time.
///
/// Everything is whole numbers, cut off at each step, as the kernel reckons.
public struct ScanTimeAdvisor: Hashable, Sendable {
  /// `advisor_target_scan_time`, in seconds.
  public var targetSeconds = 200
  /// `advisor_max_cpu`, in percent of one CPU.
  public var maxCPUPercent = 70
  /// `advisor_min_pages_to_scan`, with which the advisor starts.
  public var minPagesToScan = 500
  /// `advisor_max_pages_to_scan`.
  public var maxPagesToScan = 30_000

  /// The CPU percentage that is always allowed.
  public static let minCPUPercent = 10
  /// The weight of the newest change in the moving average, in percent.
  public static let newestWeight = 30

  private var change = 0
  private var lastScanSeconds = 0

  /// The kernel's defaults.
  public init() {}

  /// The next `pages_to_scan`, after a scan that took so long and so much CPU time.
  public mutating func pagesToScan(
    after pages: Int, scanMilliseconds: Int, cpuMilliseconds: Int
  ) -> Int {
    let seconds = max(scanMilliseconds / 1000, 1)
    let cpuPercent = max(cpuMilliseconds * 100 / (seconds * 1000), 1)
    let last = lastScanSeconds > 0 ? lastScanSeconds : seconds
    // How the scan compares with what is wanted, and how it has changed, both in percent.
    let factor = max(targetSeconds * 100 / seconds, 1)
    let newest = max(seconds * 100 / last, 1)
    change = ((100 - Self.newestWeight) * change + Self.newestWeight * newest) / 100
    var next = pages * 100 / factor * change / 100
    let pagesPerPercent = max(pages / cpuPercent, 1)
    next = min(next, pagesPerPercent * maxCPUPercent)
    next = max(next, pagesPerPercent * Self.minCPUPercent)
    lastScanSeconds = seconds
    return min(next, maxPagesToScan)
  }
}
