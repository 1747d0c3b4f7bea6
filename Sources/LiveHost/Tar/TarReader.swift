/// Reads the files of a tar archive: POSIX ustar, with pax and GNU names.
///
/// Only what a captured host consists of is taken: plain files, and folders to pass over. Nothing is
/// unpacked; a path that would leave its folder is refused all the same, as is everything whose
/// header does not add up.
public struct TarReader {
  /// How much of an archive is read.
  public enum Limits {
    /// The bytes of an archive.
    public static let bytes = 256 << 20
    /// The files in it.
    public static let files = 100_000
    /// The bytes of a path.
    public static let path = 4096
  }

  private static let block = 512

  private let bytes: [UInt8]
  private let name: String
  private var offset = 0
  /// The path that a header before the file's own gives.
  private var longPath: String?

  private init(_ bytes: [UInt8], name: String) {
    self.bytes = bytes
    self.name = name
  }

  /// The files of an archive, or what is wrong with it.
  public static func read(
    _ bytes: [UInt8], name: String
  ) throws(ImportError) -> HostFiles {
    var reader = Self(bytes, name: name)
    do throws(TarProblem) {
      return try reader.files()
    } catch {
      throw ImportError(
        ImportProblem("at byte \(reader.offset): \(error)", in: name))
    }
  }

  private mutating func files() throws(TarProblem) -> HostFiles {
    guard bytes.count <= Limits.bytes else { throw .tooLarge(bytes.count) }
    if bytes.starts(with: [0x1f, 0x8b]) { throw .compressed("gzip", "gunzip") }
    if bytes.starts(with: [0xfd, 0x37, 0x7a]) { throw .compressed("xz", "unxz") }
    if bytes.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) { throw .compressed("zstd", "unzstd") }
    var files: [HostFiles.File] = []
    var paths: Set<String> = []
    while true {
      guard offset + Self.block <= bytes.count else {
        // An archive ends with two empty blocks; one that stops before is cut off.
        throw bytes.isEmpty ? .empty : .cutOff
      }
      if isEmptyBlock(at: offset) {
        guard longPath == nil else { throw .cutOff }
        guard bytes[offset...].allSatisfy({ $0 == 0 }) else { throw .afterEnd }
        break
      }
      if let file = try next() {
        guard paths.insert(file.path).inserted else { throw .twice(file.path) }
        guard files.count < Limits.files else { throw .tooManyFiles }
        files.append(file)
      }
    }
    guard !files.isEmpty else { throw .empty }
    return HostFiles(files, origin: name + ":")
  }

  /// The file whose header comes next; nothing where the header is of something else.
  private mutating func next() throws(TarProblem) -> HostFiles.File? {
    let header = offset
    try checkSum(header)
    guard field(header + 257, 5) == "ustar" else { throw .notPOSIX }
    let size = try octal(header + 124, 12, "size")
    let kind = bytes[header + 156]
    let body = header + Self.block
    guard size <= UInt64(bytes.count - body) else { throw .cutOff }
    let content = body..<body + Int(size)
    let padded = (Int(size) + Self.block - 1) / Self.block * Self.block
    guard body + padded <= bytes.count else { throw .cutOff }
    defer { offset = body + padded }
    switch kind {
    case UInt8(ascii: "0"), 0:
      let path = try path(longPath ?? shortPath(header))
      longPath = nil
      return HostFiles.File(path, Array(bytes[content]))
    case UInt8(ascii: "5"):
      longPath = nil
      return nil
    case UInt8(ascii: "L"):
      longPath = text(bytes[content].prefix { $0 != 0 })
      return nil
    case UInt8(ascii: "x"):
      longPath = try paxPath(content) ?? longPath
      return nil
    case UInt8(ascii: "g"):
      _ = try paxPath(content)
      return nil
    default:
      throw .otherKind(kind, text(shortPath(header).utf8[...]))
    }
  }

  /// The sum of a header's bytes with its own field taken for spaces (POSIX, pax, ustar format).
  private func checkSum(_ header: Int) throws(TarProblem) {
    var sum: UInt64 = 0
    for index in 0..<Self.block {
      sum += 148..<156 ~= index ? 0x20 : UInt64(bytes[header + index])
    }
    guard try octal(header + 148, 8, "check sum") == sum else { throw .badCheckSum }
  }

  private func isEmptyBlock(at start: Int) -> Bool {
    bytes[start..<start + Self.block].allSatisfy { $0 == 0 }
  }

  /// A number in octal digits, with spaces in front and a space or NUL behind.
  private func octal(_ start: Int, _ length: Int, _ what: String) throws(TarProblem) -> UInt64 {
    let digits = bytes[start..<start + length].drop { $0 == 0x20 }.prefix { $0 != 0 && $0 != 0x20 }
    guard !digits.isEmpty, digits.count <= 12, digits.allSatisfy({ 0x30...0x37 ~= $0 }) else {
      throw .notOctal(what)
    }
    return digits.reduce(0) { $0 << 3 | UInt64($1 - 0x30) }
  }

  private func field(_ start: Int, _ length: Int) -> String {
    text(bytes[start..<start + length].prefix { $0 != 0 })
  }

  private func text(_ bytes: some Sequence<UInt8>) -> String {
    String(decoding: Array(bytes), as: UTF8.self)
  }

  private func shortPath(_ header: Int) -> String {
    // GNU's own format keeps times where ustar keeps the front of a path.
    let isGNU = bytes[header + 262] == 0x20
    let front = isGNU ? "" : field(header + 345, 155)
    let back = field(header, 100)
    return front.isEmpty ? back : "\(front)/\(back)"
  }

  /// The path among pax records, each `length key=value` and a line's end.
  private func paxPath(_ content: Range<Int>) throws(TarProblem) -> String? {
    var path: String?
    var start = content.lowerBound
    while start < content.upperBound {
      let digits = bytes[start..<content.upperBound].prefix { 0x30...0x39 ~= $0 }
      guard 1...9 ~= digits.count, let length = Int(text(digits)),
        length > digits.count + 2, start + length <= content.upperBound,
        bytes[start + digits.count] == 0x20, bytes[start + length - 1] == 0x0a
      else { throw .badRecord }
      let record = bytes[start + digits.count + 1..<start + length - 1]
      guard let equals = record.firstIndex(of: UInt8(ascii: "=")) else { throw .badRecord }
      if text(record[..<equals]) == "path" { path = text(record[(equals + 1)...]) }
      if text(record[..<equals]) == "size" { throw .badRecord }
      start += length
    }
    return path
  }

  /// A path without its dots and the slash at the front.
  private func path(_ path: String) throws(TarProblem) -> String {
    guard path.utf8.count <= Limits.path else { throw .badPath(String(path.prefix(60)) + "…") }
    let parts = path.split(separator: "/").filter { $0 != "." }
    guard !parts.isEmpty, !parts.contains(".."), !path.utf8.contains(where: { $0 < 0x20 }) else {
      throw .badPath(path)
    }
    return parts.joined(separator: "/")
  }
}
