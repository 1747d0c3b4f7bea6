/// Guesses what somebody meant who wrote a word that isn't one.
public enum Spelling {
  /// The word of `known` that is nearest to `word`, if one is near enough to be meant.
  ///
  /// Near enough is a third of the letters; among equals the first one is taken.
  public static func nearest(to word: String, among known: some Sequence<String>) -> String? {
    let letters = lowercased(word)
    guard letters.count <= 64 else { return nil }
    var best: (word: String, distance: Int)?
    for candidate in known {
      let count = candidate.utf8.count
      let limit = min(max(1, max(letters.count, count) / 3), (best?.distance ?? .max) - 1)
      // Each letter more or less is one to add or to leave out.
      guard abs(count - letters.count) <= limit else { continue }
      let distance = distance(letters, lowercased(candidate))
      if distance <= limit { best = (candidate, distance) }
    }
    return best?.word
  }

  /// `“x”, “y” or “z”`, for a sentence that lists what is right.
  public static func list(_ words: some Collection<String>, last: String = "or") -> String {
    let quoted = words.map { "“\($0)”" }
    guard let final = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
    return quoted.dropLast().joined(separator: ", ") + " \(last) " + final
  }

  private static func lowercased(_ word: String) -> [UInt8] {
    word.utf8.map { 0x41...0x5a ~= $0 ? $0 | 0x20 : $0 }
  }

  /// The letters to add, to leave out, to change or to swap with their neighbour.
  private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var before = Array(repeating: 0, count: right.count + 1)
    var above = Array(0...right.count)
    var current = above
    for row in 0..<left.count {
      current[0] = row + 1
      for column in 0..<right.count {
        let change = above[column] + (left[row] == right[column] ? 0 : 1)
        var least = min(change, above[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          least = min(least, before[column - 1] + 1)
        }
        current[column + 1] = least
      }
      (before, above, current) = (above, current, before)
    }
    return above[right.count]
  }
}
