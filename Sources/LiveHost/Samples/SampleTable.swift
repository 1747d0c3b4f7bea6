internal import Quantities
internal import Records

/// Reads a table of what virtual machines used: CSV with the columns `time,vm,resident,workingSet`.
///
/// A time is a number of seconds, a size a number of bytes or one with a unit; a working set may be
/// left empty.
public struct SampleTable {
  /// How large a table may be.
  enum Limits {
    static let bytes = 256 << 20
    static let rows = 5_000_000
  }

  static let columns = ["time", "vm", "resident", "workingSet"]

  private let bytes: [UInt8]
  private let name: String
  private var offset = 0
  private var line = 1
  private var lineStart = 0
  private var problems: [ImportProblem] = []

  private init(_ bytes: [UInt8], name: String) {
    self.bytes = bytes
    self.name = name
  }

  /// The machines of a table in the order in which they first appear, or everything that is wrong.
  public static func read(_ bytes: [UInt8], name: String) throws(ImportError) -> [MachineSamples] {
    var table = Self(bytes, name: name)
    let machines = table.machines()
    guard table.problems.isEmpty else { throw ImportError(table.problems) }
    return machines
  }

  private mutating func machines() -> [MachineSamples] {
    guard bytes.count <= Limits.bytes else {
      report("the file holds \(bytes.count) bytes; at most \(Limits.bytes) are read")
      return []
    }
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { (offset, lineStart) = (3, 3) }
    guard let order = header() else { return [] }
    var machines: [MachineSamples] = []
    var places: [String: Int] = [:]
    var rows = 0
    while offset < bytes.count, problems.count < ImportError.most {
      let position = TextPosition(line: line, column: 1)
      guard let fields = record() else { return [] }
      if fields.count == 1, fields[0].text.isEmpty { continue }
      rows += 1
      guard rows <= Limits.rows else {
        report("there are more than \(Limits.rows) rows; leave some out", at: position)
        return []
      }
      guard let (machine, sample) = sample(fields, order, at: position) else { continue }
      if let place = places[machine] {
        machines[place].samples.append(sample)
      } else {
        places[machine] = machines.count
        machines.append(MachineSamples(machine, [sample]))
      }
    }
    if rows == 0, problems.isEmpty { report("there is no row below the header; one is needed") }
    for index in machines.indices { sort(&machines[index]) }
    return machines
  }

  private mutating func sort(_ machine: inout MachineSamples) {
    machine.samples.sort { $0.microseconds < $1.microseconds }
    for (left, right) in zip(machine.samples, machine.samples.dropFirst())
    where left.microseconds == right.microseconds {
      report("“\(machine.name)” has two rows of one time; keep one of them", at: nil)
      return
    }
  }

  /// Where each column stands.
  private mutating func header() -> [Int]? {
    let position = TextPosition(line: line, column: 1)
    let wanted = "it must be “\(Self.columns.joined(separator: ","))”"
    guard let fields = record() else { return nil }
    let words = fields.map { String(trimming: $0.text[...]) }
    guard words != [""] else {
      report("the first line is empty; \(wanted)", at: position)
      return nil
    }
    var isSound = true
    for (index, word) in words.enumerated() {
      if words[..<index].contains(word) {
        report("the column “\(word)” is there twice; keep one", at: fields[index].position)
        isSound = false
      } else if !Self.columns.contains(word) {
        let guess = Spelling.nearest(to: word, among: Self.columns)
        let right = guess.map { "is “\($0)” meant?" } ?? wanted
        report("“\(word.prefix(60))” is no column; \(right)", at: fields[index].position)
        isSound = false
      }
    }
    for column in Self.columns.dropLast() where !words.contains(column) && isSound {
      report("the column “\(column)” is missing; \(wanted)", at: position)
      isSound = false
    }
    return isSound ? Self.columns.map { words.firstIndex(of: $0) ?? -1 } : nil
  }

  private mutating func sample(
    _ fields: [Field], _ order: [Int], at position: TextPosition
  ) -> (String, MachineSamples.Sample)? {
    let width = order.filter { $0 >= 0 }.count
    guard fields.count == width else {
      report("the row has \(fields.count) fields; it must have \(width)", at: position)
      return nil
    }
    func text(_ column: Int) -> String { String(trimming: fields[order[column]].text[...]) }
    func place(_ column: Int) -> TextPosition { fields[order[column]].position }
    let before = problems.count
    let time = microseconds(text(0))
    if time == nil {
      report("“\(text(0).prefix(60))” is no time; it must be a number of seconds", at: place(0))
    }
    let machine = text(1)
    if machine.isEmpty { report("the machine has no name; give it one", at: place(1)) }
    let resident = size(text(2), at: place(2))
    let isKnown = order[3] >= 0 && !text(3).isEmpty
    let workingSet = isKnown ? size(text(3), at: place(3)) : nil
    guard problems.count == before, let time, let resident else { return nil }
    return (
      machine,
      MachineSamples.Sample(
        microseconds: time, residentBytes: resident, workingSetBytes: workingSet)
    )
  }

  private func microseconds(_ text: String) -> Int64? {
    guard let number = try? ExactDecimal(parsing: text[...]),
      let value = try? number.multiplied(by: 1_000_000)
    else { return nil }
    return Int64(exactly: value)
  }

  private mutating func size(_ text: String, at position: TextPosition) -> UInt64? {
    guard let size = try? ByteSize(parsing: text), size.bytes < 1 << 56 else {
      report(
        "“\(text.prefix(60))” is no size; it must be a number of bytes such as 4096 or 512 MiB",
        at: position)
      return nil
    }
    return size.bytes
  }

  // MARK: Text (RFC 4180)

  private struct Field {
    var text: String
    var position: TextPosition
  }

  /// The fields of the next line; nothing where it can't be read, and then nothing after it can.
  private mutating func record() -> [Field]? {
    var fields: [Field] = []
    while true {
      let position = TextPosition(line: line, column: offset - lineStart + 1)
      var text: [UInt8] = []
      if offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") {
        guard let quoted = quoted() else {
          report("a quote opens here and is not closed; close it", at: position)
          return nil
        }
        text = quoted
      } else {
        let end =
          bytes[offset...].firstIndex { $0 == UInt8(ascii: ",") || $0 == 0x0a || $0 == 0x0d }
          ?? bytes.count
        text = Array(bytes[offset..<end])
        offset = end
      }
      guard let string = String(validating: text, as: UTF8.self) else {
        report("the text is not UTF-8 here; save the file in UTF-8", at: position)
        return nil
      }
      fields.append(Field(text: string, position: position))
      if offset < bytes.count, bytes[offset] == UInt8(ascii: ",") {
        offset += 1
        continue
      }
      if offset < bytes.count, bytes[offset] == 0x0d { offset += 1 }
      if offset < bytes.count {
        guard bytes[offset] == 0x0a else {
          report(
            "something stands behind a field; it must be a comma or the line’s end",
            at: TextPosition(line: line, column: offset - lineStart + 1))
          return nil
        }
        newLine()
      }
      return fields
    }
  }

  /// The text between quotes, in which two quotes are one.
  private mutating func quoted() -> [UInt8]? {
    var text: [UInt8] = []
    offset += 1
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte == UInt8(ascii: "\"") {
        offset += 1
        guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") else { return text }
      }
      text.append(byte)
      if byte == 0x0a { newLine() } else { offset += 1 }
    }
    return nil
  }

  private mutating func newLine() {
    offset += 1
    line += 1
    lineStart = offset
  }

  private mutating func report(_ sentence: String, at position: TextPosition? = nil) {
    problems.append(ImportProblem(sentence, in: name, at: position))
  }
}
