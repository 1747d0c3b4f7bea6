import Foundation
import Records
import Scenarios

/// A file whose comments say what is wrong with it, and where.
///
/// Below a line, `# ^ message` expects the message at the caret's column; `#@ column message` names
/// the column, for those that a comment can't reach; `#@ line:column message` the line as well. The file
/// is read as it is: comments mean nothing to it.
struct MarkedFile: CustomStringConvertible {
  let name: String
  let bytes: [UInt8]
  /// `line:column: message`, in the order of the file.
  let expected: [String]

  var description: String { name }

  init(name: String, bytes: [UInt8]) throws {
    self.name = name
    self.bytes = bytes
    var expected: [(position: TextPosition, message: String)] = []
    var subject = 0
    let lines = String(decoding: bytes, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      let comment = line.drop { $0 == " " }
      if comment.hasPrefix("#@") {
        let words = comment.dropFirst(2).split(separator: " ", maxSplits: 1)
        let numbers = words[0].split(separator: ":").compactMap { Int($0) }
        let position =
          numbers.count == 2
          ? TextPosition(line: numbers[0], column: numbers[1])
          : TextPosition(line: subject, column: numbers[0])
        expected.append((position, String(words[1])))
      } else if comment.hasPrefix("#"), let caret = line.firstIndex(of: "^"),
        line[..<caret].allSatisfy({ $0 == " " || $0 == "#" })
      {
        // Bytes before the caret, as columns count them: markers line up with ASCII lines.
        let column = line[..<caret].utf8.count + 1
        let message = line[line.index(after: caret)...].drop { $0 == " " }
        expected.append((TextPosition(line: subject, column: column), String(message)))
      } else {
        subject = index + 1
      }
    }
    self.expected = expected.map { "\($0.position): \($0.message)" }
  }

  /// The files of a folder of marked files beside the tests, by name.
  static func all(in folder: String) throws -> [MarkedFile] {
    let files = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Files/\(folder)")
    return try FileManager.default.contentsOfDirectory(atPath: files.path).sorted().map { name in
      let data = try Data(contentsOf: files.appendingPathComponent(name))
      return try MarkedFile(name: name, bytes: Array(data))
    }
  }

  /// What a check of the file as one of these kinds says, in the same words as `expected`.
  func found(among kinds: [DocumentKindDeclaration]) -> [String] {
    let (_, log) = DocumentKindDeclaration.check(bytes, file: name, among: kinds)
    return log.lines.map { line in
      line.hasPrefix("\(name):") ? String(line.dropFirst(name.utf8.count + 1)) : line
    }
  }
}
