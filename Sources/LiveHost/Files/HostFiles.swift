/// Files of a host by their paths, without the slash at the front: read where they stand, or captured.
///
/// Whatever a host says of itself is read from these bytes, so that a live host and an archive of one
/// are read by the same code.
public struct HostFiles: Sendable, Hashable {
  /// What diagnostics write in front of a path: nothing for this host, the archive's name and a colon.
  public let origin: String
  /// Paths and bytes, in the order of the paths.
  public let files: [File]

  /// The file that says what `uname -m` names; none of the host's own.
  static let machine = "capture/machine"
  /// The file that says at which second a host was captured.
  static let second = "capture/second"

  /// A file.
  public struct File: Sendable, Hashable {
    /// The path, without the slash at the front.
    public let path: String
    /// What the file holds.
    public let bytes: [UInt8]

    /// A file.
    public init(_ path: String, _ bytes: [UInt8]) {
      self.path = path
      self.bytes = bytes
    }
  }

  /// These files; of two with one path the first counts.
  public init(_ files: [File], origin: String = "/") {
    self.origin = origin
    let sorted = files.enumerated().sorted {
      ($0.element.path, $0.offset) < ($1.element.path, $1.offset)
    }
    var kept: [File] = []
    for (_, file) in sorted where kept.last?.path != file.path { kept.append(file) }
    self.files = kept
  }

  /// The bytes of a file.
  public subscript(path: String) -> [UInt8]? {
    let index = firstIndex(notBelow: path)
    guard index < files.count, files[index].path == path else { return nil }
    return files[index].bytes
  }

  /// What diagnostics call a file.
  public func name(of path: String) -> String { "\(origin)\(path)" }

  /// A file that holds one line, without the white space around it.
  func line(_ path: String) -> String? {
    guard let bytes = self[path] else { return nil }
    return String(trimming: String(decoding: bytes, as: UTF8.self)[...])
  }

  /// What a file of one line says, as `read` takes it; what can't be taken is told, and not known.
  func value<Value>(
    _ path: String, as rule: String, _ remarks: inout [ImportProblem],
    _ read: (String) -> Value?
  ) -> Value? {
    guard let line = line(path) else { return nil }
    if let value = read(line) { return value }
    let shown = line.split(separator: "\n").first.map { String($0.prefix(60)) } ?? ""
    remarks.append(
      ImportProblem("it says “\(shown)”, which is left out; it must be \(rule)", in: name(of: path))
    )
    return nil
  }

  /// The whole number that a file of one line says.
  func number(_ path: String, _ remarks: inout [ImportProblem]) -> UInt64? {
    value(path, as: "a whole number", &remarks) { UInt64($0) }
  }

  /// The names of what a folder holds, in the order of the paths, each once.
  func names(in folder: String) -> [String] {
    let prefix = folder + "/"
    var names: [String] = []
    var index = firstIndex(notBelow: prefix)
    while index < files.count, files[index].path.hasPrefix(prefix) {
      let name = String(files[index].path.dropFirst(prefix.count).prefix { $0 != "/" })
      if names.last != name { names.append(name) }
      index += 1
    }
    return names
  }

  private func firstIndex(notBelow path: String) -> Int {
    var low = 0
    var high = files.count
    while low < high {
      let middle = (low + high) / 2
      if files[middle].path < path { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension String {
  /// A text without the white space at its ends.
  init(trimming text: Substring) {
    var text = text
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    self = String(text)
  }
}
