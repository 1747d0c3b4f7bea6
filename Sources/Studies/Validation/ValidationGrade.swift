/// What a prediction proves, from the most to the least.
public enum ValidationGrade: String, Sendable, Hashable, CaseIterable {
  /// Nothing of the posting that is predicted was used.
  case predicted
  /// Other points of the same posting fit what the prediction rests on.
  case calibrated
  /// The figure itself, or what it was worked out from, is an input: it proves nothing.
  case input

  /// How little it proves.
  var place: Int {
    switch self {
    case .predicted: 0
    case .calibrated: 1
    case .input: 2
    }
  }
}
