import Console
import Guests

/// How a trace for `replay` is written, under its name.
enum ReplayFormat: String, CaseIterable, ArgumentValue {
  case u32
  case pages
  case lackey
  case perfMem = "perf-mem"
  case perfScript = "perf-script"
  case addresses

  /// The format of the lines that hold addresses.
  var addressFormat: TraceFormat? { TraceFormat(rawValue: rawValue) }
}
