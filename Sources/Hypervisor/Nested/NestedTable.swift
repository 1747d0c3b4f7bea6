/// One of the trees of tables between an address of L2's and the machine's memory.
public enum NestedTable: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  /// L2's own: from its linear addresses to what it takes for physical ones.
  case guest2 = "GPT2"
  /// L1's, of what L2 takes for physical to what L1 takes for physical.
  case extended12 = "EPT12"
  /// L0's, of what L1 takes for physical to the machine's addresses.
  case extended01 = "EPT01"
  /// L0's, merged from the two before.
  case extended02 = "EPT02"
  /// L1's, of L2's linear addresses to what L1 takes for physical.
  case shadow12 = "SPT12"

  /// The name in the literature.
  public var description: String { rawValue }
}
