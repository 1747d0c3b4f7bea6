/// In which order the frames of a range become tables.
public enum TableOrder: Sendable, Hashable {
  /// From the start upwards: tables that are made one after the other lie side by side.
  case ascending
  /// All over the range, as frames come from memory that was long in use; the seed says how.
  case scattered(seed: UInt64)
}
