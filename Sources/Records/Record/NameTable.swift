/// Finds names by their bytes, without making strings: open addressing over the hash that the reader
/// computes as it passes over a string.
struct NameTable: Sendable {
  /// The names, by their numbers.
  let names: [String]
  private var slots: [UInt8]
  private var bytes: [UInt8] = []
  private var starts: [Int] = [0]
  private let mask: UInt32
  private static let empty = UInt8.max

  init(_ names: [String]) {
    precondition(names.count < Int(Self.empty), "a name's number must fit a slot")
    self.names = names
    var size = 16
    while size < names.count * 4 { size *= 2 }
    mask = UInt32(size - 1)
    slots = Array(repeating: Self.empty, count: size)
    for (number, name) in names.enumerated() {
      bytes.append(contentsOf: name.utf8)
      starts.append(bytes.count)
      var slot = Int(name.utf8.reduce(JSONText.emptyHash, JSONText.hash) & mask)
      while slots[slot] != Self.empty { slot = (slot + 1) & Int(mask) }
      slots[slot] = UInt8(number)
    }
  }

  /// The number of the name that a text writes, if it is one.
  func number(of text: JSONText, in reader: borrowing JSONReader) -> Int? {
    guard text.isPlain else {
      let bytes = reader.unescapedBytes(of: text)
      return find(bytes, 0..<bytes.count, hash: bytes.reduce(JSONText.emptyHash, JSONText.hash))
    }
    return find(reader.bytes, text.range, hash: text.hash)
  }

  @inline(__always)
  private func find(_ other: [UInt8], _ range: Range<Int>, hash: UInt32) -> Int? {
    var slot = Int(hash & mask)
    while slots[slot] != Self.empty {
      let number = Int(slots[slot])
      let start = starts[number]
      if starts[number + 1] - start == range.count {
        var index = 0
        while index < range.count, bytes[start + index] == other[range.lowerBound + index] {
          index += 1
        }
        if index == range.count { return number }
      }
      slot = (slot + 1) & Int(mask)
    }
    return nil
  }
}
