/// A number of bytes, written with the letter of a power of 1024 or its whole unit: `4K`, `2MiB`,
/// `1 GiB`.
package struct ByteSize: ArgumentValue, Hashable {
  package let bytes: UInt64
  private static let units: [(letter: Character, shift: UInt64)] = [
    ("P", 50), ("T", 40), ("G", 30), ("M", 20), ("K", 10),
  ]

  package init(_ bytes: UInt64) { self.bytes = bytes }

  package init(argument: String) throws(ArgumentValueError) {
    var digits = Substring(argument)
    var shift: UInt64 = 0
    if digits.hasSuffix("iB") { digits = digits.dropLast(2) }
    let isUnit = digits.count < argument.count
    if let last = digits.last, let unit = Self.units.first(where: { $0.letter == last }) {
      digits = digits.dropLast()
      shift = unit.shift
      if digits.last == " " { digits = digits.dropLast() }
    }
    guard shift > 0 || !isUnit,
      digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let number = UInt64(digits),
      (number << shift) >> shift == number
    else {
      throw ArgumentValueError("it must be a number of bytes such as 4K, 2MiB or 1G")
    }
    bytes = number << shift
  }

  /// The size in the largest unit that it is a multiple of.
  package var argument: String {
    for (letter, shift) in Self.units where bytes != 0 && bytes & (1 << shift - 1) == 0 {
      return "\(bytes >> shift)\(letter)"
    }
    return "\(bytes)"
  }
}
