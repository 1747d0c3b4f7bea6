/// How long Linux lets one keep its processor while others wait, unless it is told otherwise.
///
/// EEVDF's base slice (`sysctl_sched_base_slice`, kernel/sched/fair.c): 0.70 ms since Linux 6.15, 0.75 ms before,
/// times 1 + log2 of the processors, of which at most eight count (`get_update_sysctl_factor`, scaling by the
/// logarithm as it is by default).
public enum BaseSlice {
  /// The slice of one processor.
  public static let ofOneProcessor: UInt64 = 700_000

  /// The slice on so many processors, in nanoseconds.
  public static func nanoseconds(processors: Int) -> UInt64 {
    let counted = min(max(processors, 1), 8)
    let logarithm = Int.bitWidth - 1 - counted.leadingZeroBitCount
    return ofOneProcessor * UInt64(1 + logarithm)
  }
}
