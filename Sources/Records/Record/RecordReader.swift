import Paging

/// Reads the members of one record into a slot for each key, and collects what is wrong with them.
///
/// A record names its ISA anywhere among its keys, so nothing is made of a value before all have been
/// met. The slots are reused from record to record.
struct RecordReader: Sendable {
  /// The keys that the record has, as a set of bits.
  private(set) var present: UInt64 = 0
  /// What is wrong with the record, in the order in which it was found.
  private(set) var problems: [RecordProblem] = []
  /// The members of `options`.
  private(set) var options: [RecordOption] = []
  private var members = Array(repeating: RecordMember(), count: RecordKey.count)
  private var unknown: [(key: String, offset: Int)] = []
  private var reader = JSONReader([])

  /// Reads the record that is the whole of these bytes, and forgets the one before.
  mutating func read(_ bytes: [UInt8], in range: Range<Int>) {
    present = 0
    if !problems.isEmpty { problems = [] }
    if !options.isEmpty { options = [] }
    if !unknown.isEmpty { unknown = [] }
    reader = JSONReader(bytes, in: range)
    do throws(JSONError) {
      try readMembers()
    } catch {
      // What was read of a malformed record means nothing.
      present = 0
      unknown = []
      problems = [RecordProblem(offset: error.offset, sentence: error.description)]
    }
  }

  /// Lets go of the record's bytes, so that their owner may fill them anew without copying them.
  mutating func release() { reader = JSONReader([]) }

  private mutating func readMembers() throws(JSONError) {
    try reader.enterObject(expected: "a record, which is an object,")
    while let text = try reader.nextKey() {
      let keyOffset = text.range.lowerBound - 1
      guard let number = RecordKey.table.number(of: text, in: reader) else {
        let key = reader.string(of: text)
        guard !unknown.contains(where: { $0.key == key }) else {
          throw JSONError(.duplicateKey(key), at: keyOffset)
        }
        // A record with thousands of unknown keys is refused for the first of them.
        if unknown.count < 16 { unknown.append((key, keyOffset)) }
        try reader.skip()
        continue
      }
      let key = RecordKey(rawValue: UInt8(number))
      guard present & key.bit == 0 else {
        throw JSONError(.duplicateKey(key.name), at: keyOffset)
      }
      present |= key.bit
      let kind = try reader.kind()
      let offset = reader.offset
      let value: RecordMember.Value
      switch kind {
      case .string: value = .text(try reader.scanText())
      case .number: value = .number(try reader.scanNumber())
      case .null:
        try reader.null()
        value = .null
      case .object where key == .options:
        try readOptions()
        value = .other(kind)
      case .boolean, .array, .object:
        try reader.skip()
        value = .other(kind)
      }
      members[number] = RecordMember(value: value, keyOffset: keyOffset, offset: offset)
    }
    try reader.finish()
  }

  private mutating func readOptions() throws(JSONError) {
    try reader.enterObject()
    while let text = try reader.nextKey() {
      let name = reader.string(of: text)
      let keyOffset = text.range.lowerBound - 1
      guard !options.contains(where: { $0.name == name }) else {
        throw JSONError(.duplicateKey(name), at: keyOffset)
      }
      let value = try reader.string(expected: "an option's value, which is a string,")
      guard options.count < 16 else { continue }
      options.append(
        RecordOption(
          name: name, value: reader.string(of: value), offset: keyOffset,
          valueOffset: value.range.lowerBound - 1))
    }
  }

  // MARK: What the record says

  @inline(__always)
  func has(_ key: RecordKey) -> Bool { present & key.bit != 0 }

  /// Where the record sets a register, if it does.
  func offset(ofRegister name: String) -> Int? {
    guard let number = RecordKey.table.names.firstIndex(of: name),
      has(RecordKey(rawValue: UInt8(number)))
    else { return nil }
    return members[number].offset
  }

  /// Whether a key's value is `null`.
  func isNull(_ key: RecordKey) -> Bool {
    if case .null = members[Int(key.rawValue)].value { true } else { false }
  }

  /// Whether a key's value is an object.
  func isObject(_ key: RecordKey) -> Bool {
    if case .other(.object) = members[Int(key.rawValue)].value { true } else { false }
  }

  /// The number that a key has, a hex string or an integer up to a limit; a problem is noted.
  mutating func number(_ key: RecordKey, limit: UInt64 = .max) -> UInt64? {
    let number: UInt64
    switch members[Int(key.rawValue)].value {
    case .text(let text):
      guard let value = hexNumber(text) else {
        refuse(
          key,
          "it must be an integer, or a string of “0x” and up to 16 hexadecimal digits")
        return nil
      }
      number = value
    case .number(let value):
      guard let value = value.unsigned else {
        refuse(key, "it must be an integer from 0 to \(Self.text(limit))")
        return nil
      }
      number = value
    case .null, .other:
      refuse(key, "it must be a number")
      return nil
    }
    guard number <= limit else {
      refuse(key, "it must be at most \(Self.text(limit))")
      return nil
    }
    return number
  }

  /// The one of some words that a key has, by its place among them; a problem is noted.
  mutating func choice(_ key: RecordKey, in table: NameTable) -> Int? {
    guard case .text(let text) = members[Int(key.rawValue)].value else {
      refuse(key, "it must be \(Spelling.list(table.names))")
      return nil
    }
    if let number = table.number(of: text, in: reader) { return number }
    let guess = Spelling.nearest(to: reader.string(of: text), among: table.names)
    refuse(
      key, "it must be \(Spelling.list(table.names))",
      hint: guess.map { " Is “\($0)” meant?" } ?? "")
    return nil
  }

  private func hexNumber(_ text: JSONText) -> UInt64? {
    guard text.isPlain else {
      let bytes = reader.unescapedBytes(of: text)
      return Self.hexNumber(bytes, 0..<bytes.count)
    }
    return Self.hexNumber(reader.bytes, text.range)
  }

  @inline(__always)
  private static func hexNumber(_ bytes: [UInt8], _ range: Range<Int>) -> UInt64? {
    let start = range.lowerBound
    guard range.count > 2, bytes[start] == UInt8(ascii: "0"),
      bytes[start + 1] | 0x20 == UInt8(ascii: "x")
    else { return nil }
    var number: UInt64 = 0
    for index in start + 2..<range.upperBound {
      guard let digit = HexDigit.value(of: bytes[index]), number >> 60 == 0 else { return nil }
      number = number << 4 | digit
    }
    return number
  }

  private static func text(_ number: UInt64) -> String {
    number < 1 << 16 ? "\(number)" : "0x" + String(number, radix: 16)
  }

  // MARK: What is wrong with it

  /// Notes that a key's value breaks a rule.
  mutating func refuse(_ key: RecordKey, _ rule: String, hint: String = "") {
    let member = members[Int(key.rawValue)]
    let found =
      switch member.value {
      case .text(let text): "“\(Self.shortened(reader.string(of: text)))”"
      case .number(let number):
        Self.shortened(String(decoding: reader.bytes[number.range], as: UTF8.self))
      case .null: "null"
      case .other(let kind): "\(kind)"
      }
    refuse(at: member.offset, "“\(key.name)” is \(found): \(rule).\(hint)")
  }

  mutating func refuse(at offset: Int, _ sentence: String) {
    problems.append(RecordProblem(offset: offset, sentence: sentence))
  }

  /// Notes each key that a record of this ISA can't have.
  mutating func checkKeys(of isa: ISA) {
    let allowed = RecordKey.allowed(for: isa)
    let foreign = present & ~allowed
    if foreign != 0 { refuse(foreign: foreign, to: isa) }
    if !unknown.isEmpty { checkUnknown(known: allowed) }
  }

  private mutating func refuse(foreign: UInt64, to isa: ISA) {
    for number in 0..<RecordKey.count where foreign & (1 << UInt64(number)) != 0 {
      let key = RecordKey(rawValue: UInt8(number))
      let owners = key.isas.map(\.rawValue).joined(separator: " and ")
      refuse(
        at: members[number].keyOffset,
        "“\(key.name)” is a key of \(owners), but the record is one of \(isa.rawValue).")
    }
  }

  /// Notes each key that no record has, with what may be meant among those that could be there.
  mutating func checkUnknown(known: UInt64 = .max) {
    for (key, offset) in unknown {
      let names = RecordKey.table.names.enumerated()
        .filter { known & (1 << UInt64($0.offset)) != 0 }.map(\.element)
      var sentence = "There is no key “\(Self.shortened(key))”."
      if let guess = Spelling.nearest(to: key, among: names) {
        sentence += " Is “\(guess)” meant?"
      }
      refuse(at: offset, sentence)
    }
  }

  private static func shortened(_ text: String) -> String {
    text.unicodeScalars.count <= 40 ? text : String(text.unicodeScalars.prefix(39)) + "…"
  }
}
