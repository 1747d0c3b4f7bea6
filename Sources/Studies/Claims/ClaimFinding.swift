/// A figure of the source texts, recomputed.
public struct ClaimFinding: Sendable, Hashable {
  /// The figure's row.
  public let id: String
  /// What it is about.
  public let subject: String
  /// The numbers that were compared.
  public let checks: [ClaimCheck]
  /// What a reader has to know: the setup, or why the model's number is another.
  public let note: String

  /// What became of the figure: it follows from the checks alone.
  ///
  /// It is corrected if any number that the model worked out is another, reproduced if all are the
  /// stated ones, a parameter where there is nothing to work out, and outside where there is nothing to
  /// compare.
  public var verdict: Verdict {
    guard !checks.isEmpty else { return .outside }
    let worked = checks.filter { !$0.isInput }
    guard worked.allSatisfy(\.holds) else { return .corrected }
    return worked.isEmpty ? .parameter : .reproduced
  }

  /// The inputs that the profile does not have as the figure states them; there must be none.
  public var strayInputs: [ClaimCheck] { checks.filter { $0.isInput && !$0.holds } }
}
