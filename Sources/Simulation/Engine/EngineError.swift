/// Why a simulation could not end.
public enum EngineError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Actors wait for what will never happen.
  case stuck(actors: [ActorNumber], at: VirtualTime)
  /// Something happens later than any moment that has a number: 2^63 picoseconds are 106 days.
  case tooLong

  /// The error as a sentence.
  public var description: String {
    switch self {
    case .tooLong:
      return
        "something happens more than 9,223,372 s after the start, and later moments have no number"
    case .stuck(let actors, let time):
      let shown = actors.prefix(5).map { String($0.value) }.joined(separator: ", ")
      return
        "\(actors.count) actors wait for ever after \(time.picoseconds / 1000) ns, among them \(shown)"
    }
  }
}
