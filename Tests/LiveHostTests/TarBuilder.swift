/// Writes archives for tests: plain files in POSIX ustar, as tar does.
struct TarBuilder {
  private(set) var bytes: [UInt8] = []

  /// Adds a file; one whose path is long takes a header of pax before its own.
  mutating func add(_ path: String, _ content: [UInt8], kind: UInt8 = UInt8(ascii: "0")) {
    if path.utf8.count > 100 {
      var length = path.utf8.count + " path=\n".utf8.count
      while "\(length)".utf8.count + path.utf8.count + " path=\n".utf8.count != length {
        length = "\(length)".utf8.count + path.utf8.count + " path=\n".utf8.count
      }
      entry("pax", Array("\(length) path=\(path)\n".utf8), kind: UInt8(ascii: "x"))
      entry("long", content, kind: kind)
    } else {
      entry(path, content, kind: kind)
    }
  }

  mutating func add(_ path: String, _ text: String) { add(path, Array(text.utf8)) }

  /// The archive with the empty blocks at its end.
  var archive: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }

  private mutating func entry(_ path: String, _ content: [UInt8], kind: UInt8) {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at start: Int) {
      for (index, byte) in text.utf8.enumerated() { header[start + index] = byte }
    }
    func octal(_ number: Int, digits: Int) -> String {
      let text = String(number, radix: 8)
      return String(repeating: "0", count: digits - text.utf8.count) + text
    }
    put(path, at: 0)
    put(octal(0o644, digits: 7), at: 100)
    put(octal(content.count, digits: 11), at: 124)
    put(octal(0, digits: 11), at: 136)
    header[156] = kind
    put("ustar\u{0}00", at: 257)
    put("        ", at: 148)
    put(octal(header.reduce(0) { $0 + Int($1) }, digits: 6) + "\u{0} ", at: 148)
    bytes += header + content
    bytes += [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
  }
}
