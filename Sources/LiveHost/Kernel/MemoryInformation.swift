internal import Records

/// The numbers of a `meminfo` file, of the host or of one of its nodes.
public struct MemoryInformation: Sendable, Hashable {
  /// Bytes, and for the counts of huge pages pages, by the kernel's names.
  private let numbers: [String: UInt64]

  /// The number of a name: bytes where the file says kB.
  public subscript(name: String) -> UInt64? { numbers[name] }

  /// The numbers of a text; what is wrong with it is added to `problems`.
  ///
  /// A line is `Name: 12 kB`, in a node's file with `Node 0` in front, or a bare count.
  init(_ bytes: [UInt8], name: String, _ problems: inout [ImportProblem]) {
    var numbers: [String: UInt64] = [:]
    for (index, line) in String(decoding: bytes, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false
    ).enumerated() {
      var words = line.split { $0 == " " || $0 == "\t" }
      guard !words.isEmpty else { continue }
      if words[0] == "Node", words.count > 2 { words.removeFirst(2) }
      guard 2...3 ~= words.count, words[0].last == ":", let number = UInt64(words[1]),
        words.count == 2 || words[2] == "kB", number < 1 << 53
      else {
        problems.append(
          ImportProblem(
            "“\(line.prefix(60))” is no line of this file; it must be such as “MemTotal: 1024 kB”",
            in: name, at: TextPosition(line: index + 1, column: 1)))
        continue
      }
      numbers[String(words[0].dropLast())] = words.count == 3 ? number << 10 : number
    }
    self.numbers = numbers
  }
}
