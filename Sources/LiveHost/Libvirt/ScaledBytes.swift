/// A number of bytes as libvirt's XML scales it: a number, and a unit in an attribute.
enum ScaledBytes {
  /// The bytes of an element's text in its `unit`, or in KiB where it has none.
  static func read(_ element: XMLElement) -> UInt64? {
    read(element.trimmedText, unit: element.attribute("unit"))
  }

  /// The bytes of a number in a unit: `b`, or a letter, alone or with `iB` for powers of 1024, with `B` for
  /// powers of 1000 (libvirt, “Memory allocation”).
  static func read(_ number: String, unit: String?) -> UInt64? {
    guard number.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let number = UInt64(number) else {
      return nil
    }
    let unit = (unit ?? "KiB").lowercased()
    if ["b", "byte", "bytes"].contains(unit) { return number }
    guard let letter = unit.first, let power = "kmgtpe".firstIndex(of: letter) else { return nil }
    let base: UInt64
    switch unit.dropFirst() {
    case "", "ib": base = 1024
    case "b": base = 1000
    default: return nil
    }
    var bytes = number
    for _ in 0..."kmgtpe".distance(from: "kmgtpe".startIndex, to: power) {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: base)
      guard !overflow else { return nil }
      bytes = product
    }
    return bytes
  }
}
