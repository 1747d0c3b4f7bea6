/// How reclaim's scan is divided between anonymous pages and files (get_scan_count).
///
/// A kind that costs more to reclaim, by reads of what comes back and pages that are still wanted, is
/// scanned less.
public struct ScanBalance: Sendable, Hashable {
  /// Parts for anonymous pages, and for files.
  public let anon: UInt64
  /// Parts for files.
  public let file: UInt64

  /// The balance at a swappiness from 0 to 200.
  public init(swappiness: UInt64, anonCost: UInt64 = 0, fileCost: UInt64 = 0) {
    let total = anonCost + fileCost
    let (anonCost, fileCost) = (total + anonCost, total + fileCost)
    let both = anonCost + fileCost
    anon = swappiness * (both + 1) / (anonCost + 1)
    file = (200 - swappiness) * (both + 1) / (fileCost + 1)
  }

  /// The part of a scan that is a kind's.
  public func share(_ scan: UInt64, _ kind: PageKind) -> UInt64 {
    let all = anon + file
    return all == 0 ? 0 : scan * (kind == .anon ? anon : file) / all
  }
}
