/// A text in which marks say where something is expected; a mark stands before the byte it means.
struct MarkedText {
  /// The text without its marks.
  let bytes: [UInt8]
  /// The bytes that are marked, in order.
  let marks: [Int]

  init(_ text: String, mark: Character = "▸") {
    var bytes: [UInt8] = []
    var marks: [Int] = []
    for character in text {
      if character == mark {
        marks.append(bytes.count)
      } else {
        bytes.append(contentsOf: String(character).utf8)
      }
    }
    self.bytes = bytes
    self.marks = marks
  }
}
