/// What became of a figure that the source texts state.
public enum Verdict: String, Sendable, Hashable, CaseIterable {
  /// The model, run on the figure's own setup, gives it.
  case reproduced
  /// The model gives another figure.
  case corrected
  /// The figure is an input: a cost profile has it under its name.
  case parameter
  /// The figure is about nothing that the model has.
  case outside
}
