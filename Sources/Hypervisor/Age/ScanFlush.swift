/// When a scan has the processors forget the pages that it found accessed.
///
/// As long as a TLB knows a page, an access through it is not seen.
public enum ScanFlush: String, Sendable, Hashable, CaseIterable {
  /// Never: a page counts as accessed again once a walk has met it. Linux does so on x86, and in
  /// generations of pages everywhere.
  case never
  /// Once, behind the scan.
  case once
  /// For each page that was accessed, as Linux's clear_flush_young does for one page at a time.
  case eachPage
}
