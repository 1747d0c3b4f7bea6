/// How a recorded trace is written.
public enum TraceFormat: String, Sendable, Hashable, CaseIterable {
  /// Valgrind's lackey with `--trace-mem=yes`: ` L 1ffeffe7e0,8`.
  case lackey
  /// `perf mem report -D`: process, thread, instruction, address, weight and source in columns.
  case perfMem = "perf-mem"
  /// `perf script` of samples with addresses: the event's name, a colon, and the address.
  case perfScript = "perf-script"
  /// One hexadecimal address a line, each a read.
  case addresses
}
