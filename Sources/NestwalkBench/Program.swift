import Console

/// The benchmarks' command.
@main
enum Program: CommandProgram {
  static let name = "nestwalk-bench"
  static let summary = "measure nestwalk beside floors in C"
  static let version = "0.1.0"

  /// The benchmarks in the order of the help.
  static let commands: [any Command.Type] = [
    WalkBenchmark.self, ObserverBenchmark.self, MapBenchmark.self, TLBBenchmark.self,
    MergeBenchmark.self,
    ReplayBenchmark.self, FaultBenchmark.self, StormBenchmark.self,
  ]

  static let example = CommandExample(
    "nestwalk-bench walk --only sv39 --pages 512", "Measures the walks of sv39 over 512 pages.")
}
