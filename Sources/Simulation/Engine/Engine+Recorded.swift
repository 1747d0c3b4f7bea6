extension Engine {
  /// Runs actors that make the steps of recordings, to their end.
  ///
  /// Most of a large storm's time is spent here, so there is code for just these steps with no one who
  /// watches.
  public mutating func run(
    _ program: inout RecordedProgram, observer: inout some EngineObserver
  ) throws(EngineError) {
    guard observer is NoEngineObserver else {
      return try runAny(&program, observer: &observer)
    }
    var nobody = NoEngineObserver()
    try runAny(&program, observer: &nobody)
  }
}
