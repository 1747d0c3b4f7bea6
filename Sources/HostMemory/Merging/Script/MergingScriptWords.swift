/// The words of a script's line, with their columns.
struct MergingScriptWords {
  private let words: [(text: Substring, column: Int)]
  private var position = 0
  private let endColumn: Int

  init(_ line: String) {
    var words: [(text: Substring, column: Int)] = []
    let text = line.prefix { $0 != "#" }
    for word in text.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" }) {
      words.append((word, line.distance(from: line.startIndex, to: word.startIndex) + 1))
    }
    self.words = words
    endColumn = line.count + 1
  }

  mutating func next() -> String? {
    position += 1
    return position <= words.count ? String(words[position - 1].text) : nil
  }

  /// A problem with the word that was read last, or that is missing.
  func problem(_ message: String) -> MergingScriptError {
    let isWord = position >= 1 && position <= words.count
    return MergingScriptError(
      column: isWord ? words[position - 1].column : endColumn, message: message)
  }

  mutating func end() throws(MergingScriptError) {
    if let more = next() { throw problem("“\(more)” is one word too many") }
  }

  mutating func number(
    _ what: String, in values: ClosedRange<Int>
  ) throws(MergingScriptError) -> Int {
    let right = "\(what) from \(values.lowerBound) to \(values.upperBound) would be right"
    guard let word = next() else { throw problem("the line ends; \(right)") }
    guard let value = Int(word), values.contains(value) else {
      throw problem("“\(word)”; \(right)")
    }
    return value
  }

  mutating func release() throws(MergingScriptError) -> (major: Int, minor: Int) {
    let right = "a release such as 6.12 would be right"
    guard let word = next() else { throw problem("the line ends; \(right)") }
    let parts = word.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let major = Int(parts[0]), let minor = Int(parts[1]),
      0...999 ~= major, 0...999 ~= minor
    else { throw problem("“\(word)”; \(right)") }
    return (major, minor)
  }

  mutating func setting() throws(MergingScriptError) -> MergingSettingName {
    let names = MergingSettingName.allCases.map(\.rawValue).joined(separator: ", ")
    guard let word = next() else { throw problem("the line ends; one of \(names) would be right") }
    guard let name = MergingSettingName(rawValue: word) else {
      throw problem("“\(word)” is no setting; one of \(names) would be right")
    }
    return name
  }

  mutating func pages() throws(MergingScriptError) -> MergingScriptPages {
    MergingScriptPages(
      space: try number("a space", in: 0...1 << 20),
      first: try number("a page", in: 0...1 << 28),
      count: try number("a number of pages", in: 0...1 << 28))
  }

  mutating func content() throws(MergingScriptError) -> PageContent {
    let right = "a content as a number, such as 7 or 0x1f, would be right"
    guard let word = next() else { throw problem("the line ends; \(right)") }
    let isHexadecimal = word.hasPrefix("0x")
    guard
      let identity = UInt64(
        isHexadecimal ? String(word.dropFirst(2)) : word, radix: isHexadecimal ? 16 : 10)
    else { throw problem("“\(word)”; \(right)") }
    return PageContent(identity)
  }
}
