/// Which children a page that is split leaves behind.
public enum SplitChildren: Sendable, Hashable {
  /// All of them, so that nothing is lost to a walk.
  case all
  /// The one with the address that the split is for: the others are mapped again when they are missed.
  case one
}
