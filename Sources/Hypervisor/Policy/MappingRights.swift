/// Which rights an entry of the second stage gives when a page is mapped.
///
/// What it does not give at first it gives after a permission fault, which changes nothing else.
public enum MappingRights: String, Sendable, Hashable, CaseIterable {
  /// All that the guest has to the page.
  case all
  /// All but the right to write, as long as the page has not been written: read-only mapping.
  case allButUnusedWrites
  /// Those that the access needs: a page that is fetched from is mapped execute-only where the format
  /// has that, one that is read read-only.
  case asAccessed
}
