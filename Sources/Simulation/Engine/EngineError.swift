/// Why a simulation could not end.
public enum EngineError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Actors wait for what will never happen.
  case stuck(actors: [ActorNumber], at: VirtualTime)

  /// The error as a sentence.
  public var description: String {
    switch self {
    case .stuck(let actors, let time):
      let shown = actors.prefix(5).map { String($0.value) }.joined(separator: ", ")
      return
        "\(actors.count) actors wait for ever after \(time.picoseconds / 1000) ns, among them \(shown)"
    }
  }
}
