/// A shape that a format's tables can't have.
public struct TableShapeError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The format's name.
  public let format: String
  /// The width of the addresses that was asked for.
  public let inputBits: Int
  /// The number of levels that was asked for, if one was.
  public let levels: Int?
  /// The widths that the format has, with that number of levels if one was asked for; none at all
  /// where the format has no tables of so many levels.
  public let allowed: ClosedRange<Int>?

  init(
    _ format: String, inputBits: Int, levels: Int? = nil, _ allowed: ClosedRange<Int>?
  ) {
    self.format = format
    self.inputBits = inputBits
    self.levels = levels
    self.allowed = allowed
  }

  /// The refusal as a sentence.
  public var description: String {
    let length = levels.map { " in \($0) level\($0 == 1 ? "" : "s")" } ?? ""
    let name = "\(format) tables for addresses of \(inputBits) bits\(length)"
    guard let allowed else { return "\(name) are refused: the format has no walks of that length." }
    let low = allowed.lowerBound
    let widths = allowed.count == 1 ? "\(low)" : "\(low) to \(allowed.upperBound)"
    return "\(name) are refused: they have \(widths)."
  }
}
