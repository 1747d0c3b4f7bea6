/// A field of an entry under the manual's name.
struct EntryField: Sendable {
  let name: String
  let bits: Bits

  init(_ name: String, _ bits: Bits) {
    self.name = name
    self.bits = bits
  }

  /// The field in words, if it isn't zero: a flag by its name, a number by its name and value.
  func text(of entry: UInt64) -> String? {
    let value = bits.of(entry)
    guard value != 0 else { return nil }
    return bits.mask.nonzeroBitCount == 1 ? name : "\(name)=\(value)"
  }
}
